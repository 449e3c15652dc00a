package openeoi.interop;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.AlgorithmParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
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
    } catch (Judgement judgement) {
      report.refused("digests", "caller", judgement);
    } catch (Exception reason) {
      report.refused("digests", "library", reason);
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
    AlgorithmParameterSpec parameters = sod.getDigestEncryptionAlgorithmParams();
    // JMRTD's own name for RSASSA-PSS is none of the platform's.
    Signature signature = Signature.getInstance(parameters == null ? sod.getDigestEncryptionAlgorithm() : "RSASSA-PSS", "BC");
    if (parameters != null) {
      signature.setParameter(parameters);
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

  /**
   * A path of one step, to each authority in turn (RFC 5280, 6.1, as the platform does it), which has to be valid itself, and the
   * authority's revocation list. Link certificates are no roots: their own key does not verify them.
   */
  private static void checkTrust(X509Certificate signer, Map<String, String> request) throws Exception {
    if (signer == null) {
      throw new Judgement("EF.SOD has no certificate");
    }
    Date at = Date.from(Instant.parse(request.get("at")));
    CertificateFactory factory = CertificateFactory.getInstance("X.509", "BC");
    Exception reason = new Judgement("there is no authority");
    for (X509Certificate root : roots(Path.of(request.get("trust")), factory)) {
      try {
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(at);
        CertPathValidator.getInstance("PKIX", "SUN").validate(factory.generateCertPath(List.of(signer)), parameters);
        root.checkValidity(at);
        checkRevocation(signer, root, Path.of(request.get("trust")), factory);
        return;
      } catch (CertPathValidatorException notThisOne) {
        reason = notThisOne;
      }
    }
    throw reason;
  }

  private static List<X509Certificate> roots(Path folder, CertificateFactory factory) throws Exception {
    List<X509Certificate> roots = new ArrayList<>();
    for (Path file : files(folder, ".der")) {
      X509Certificate one = (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(Files.readAllBytes(file)));
      if (verifies(one.getPublicKey(), one)) {
        roots.add(one);
      }
    }
    return roots;
  }

  private static void checkRevocation(X509Certificate signer, X509Certificate root, Path folder, CertificateFactory factory)
      throws Exception {
    for (Path file : files(folder, ".crl")) {
      X509CRL list = (X509CRL) factory.generateCRL(new ByteArrayInputStream(Files.readAllBytes(file)));
      try {
        list.verify(root.getPublicKey());
      } catch (SignatureException ofAnotherAuthority) {
        continue;
      }
      if (list.isRevoked(signer)) {
        throw new Judgement("the signer is revoked");
      }
    }
  }

  private static boolean verifies(PublicKey key, X509Certificate certificate) throws Exception {
    try {
      certificate.verify(key);
      return true;
    } catch (SignatureException no) {
      return false;
    }
  }

  private static List<Path> files(Path folder, String suffix) throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(one -> one.toString().endsWith(suffix)).sorted().toList();
    }
  }
}
