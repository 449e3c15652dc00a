package openeoi.interop;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jmrtd.lds.SODFile;

/**
 * Passive authentication. JMRTD reads EF.SOD and compares the digest in the signed attributes with the content; the signature, the
 * signer's certificate and the digests of the data groups it leaves to its caller, who does here what the Java platform offers.
 */
final class DocumentChecks {

  private DocumentChecks() {
  }

  static void run(SODFile sod, Map<Integer, byte[]> groups, Map<String, String> request, Report report) {
    X509Certificate signer = null;
    try {
      signer = sod.getDocSigningCertificate();
      byte[] signed = signedContent(sod, report);
      if (signed != null) {
        checkSignature(sod, signer, signed);
        report.note("signature", sod.getDigestEncryptionAlgorithm());
      }
    } catch (Exception reason) {
      report.refused("signature", "caller", reason);
    }
    try {
      checkTrust(signer, request);
      report.note("trust", signer.getSubjectX500Principal().getName());
    } catch (Exception reason) {
      report.refused("trust", "caller", reason);
    }
    try {
      checkDigests(sod, groups);
      report.note("digests", sod.getDigestAlgorithm());
    } catch (Exception reason) {
      report.refused("digests", "caller", reason);
    }
  }

  private static byte[] signedContent(SODFile sod, Report report) {
    try {
      return sod.getEContent();
    } catch (Exception reason) {
      report.refused("signature", "library", reason);
      return null;
    }
  }

  private static void checkSignature(SODFile sod, X509Certificate signer, byte[] signed) throws Exception {
    if (signer == null) {
      throw new Judgement("EF.SOD has no certificate");
    }
    if (sod.getSerialNumber() != null && !sod.getSerialNumber().equals(signer.getSerialNumber())) {
      throw new Judgement("the certificate is not the one that the signer information names");
    }
    Signature signature = Signature.getInstance(sod.getDigestEncryptionAlgorithm(), "BC");
    if (sod.getDigestEncryptionAlgorithmParams() != null) {
      signature.setParameter(sod.getDigestEncryptionAlgorithmParams());
    }
    signature.initVerify(signer);
    signature.update(signed);
    if (!signature.verify(sod.getEncryptedDigest())) {
      throw new Judgement("the signature is wrong");
    }
  }

  private static void checkDigests(SODFile sod, Map<Integer, byte[]> groups) throws Exception {
    Map<Integer, byte[]> signed = sod.getDataGroupHashes();
    MessageDigest digest = MessageDigest.getInstance(sod.getDigestAlgorithm());
    for (Map.Entry<Integer, byte[]> group : groups.entrySet()) {
      byte[] expected = signed.get(group.getKey());
      if (expected == null) {
        throw new Judgement("DG" + group.getKey() + " is not signed");
      }
      if (!MessageDigest.isEqual(expected, digest.digest(group.getValue()))) {
        throw new Judgement("DG" + group.getKey() + " is not the one that was signed");
      }
    }
  }

  /** Path building after RFC 5280 with revocation lists, as the platform's security provider does it. */
  private static void checkTrust(X509Certificate signer, Map<String, String> request) throws Exception {
    if (signer == null) {
      throw new Judgement("EF.SOD has no certificate");
    }
    CertificateFactory factory = CertificateFactory.getInstance("X.509", "BC");
    Set<TrustAnchor> anchors = new HashSet<>();
    List<Object> store = new ArrayList<>();
    store.add(signer);
    try (Stream<Path> files = Files.list(Path.of(request.get("trust")))) {
      for (Path file : files.sorted().toList()) {
        ByteArrayInputStream content = new ByteArrayInputStream(Files.readAllBytes(file));
        if (file.toString().endsWith(".crl")) {
          store.add(factory.generateCRL(content));
        } else {
          X509Certificate certificate = (X509Certificate) factory.generateCertificate(content);
          store.add(certificate);
          if (isRoot(certificate)) {
            anchors.add(new TrustAnchor(certificate, null));
          }
        }
      }
    }
    X509CertSelector target = new X509CertSelector();
    target.setCertificate(signer);
    PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
    parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(store), "BC"));
    parameters.setRevocationEnabled(store.stream().anyMatch(one -> one instanceof java.security.cert.X509CRL));
    parameters.setDate(Date.from(Instant.parse(request.get("at"))));
    CertPathBuilder.getInstance("PKIX", "SUN").build(parameters);
  }

  /** A link certificate has the same name twice; only the key tells. */
  private static boolean isRoot(X509Certificate certificate) {
    try {
      certificate.verify(certificate.getPublicKey());
      return true;
    } catch (Exception reason) {
      return false;
    }
  }
}
