package openeoi.interop;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jmrtd.PassportService;
import org.jmrtd.cert.CVCertificateFactorySpi;
import org.jmrtd.cert.CardVerifiableCertificate;
import org.jmrtd.lds.CVCAFile;
import org.jmrtd.protocol.EACCAResult;
import org.jmrtd.protocol.PACEResult;

/** Terminal authentication version 1: the terminal shows its certificates and proves its key. */
final class TerminalProof {
  private TerminalProof() {
  }

  static void give(PassportService service, Map<String, String> request, EACCAResult chip, PACEResult pace, Report report)
      throws Exception {
    CVCAFile authorities;
    try (InputStream content = service.getInputStream(PassportService.EF_CVCA, PassportService.DEFAULT_MAX_BLOCKSIZE)) {
      authorities = new CVCAFile(new ByteArrayInputStream(content.readAllBytes()));
    }
    Path folder = Path.of(request.get("terminal"));
    byte[] encoded = Files.readAllBytes(folder.resolve("key.pk8"));
    PrivateKey key = KeyFactory.getInstance("EC", "BC").generatePrivate(new PKCS8EncodedKeySpec(encoded));
    List<CardVerifiableCertificate> chain = chain(folder);
    if (pace == null) {
      service.doEACTA(authorities.getCAReference(), chain, key, null, chip, request.get("bac").split(",")[0]);
    } else {
      service.doEACTA(authorities.getCAReference(), chain, key, null, chip, pace);
    }
    report.note("terminal authentication", chain.get(chain.size() - 1).getHolderReference().getName());
  }

  private static List<CardVerifiableCertificate> chain(Path folder) throws Exception {
    CVCertificateFactorySpi factory = new CVCertificateFactorySpi();
    List<CardVerifiableCertificate> chain = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(one -> one.toString().endsWith(".cvc")).sorted().toList()) {
        chain.add((CardVerifiableCertificate) factory.engineGenerateCertificate(new ByteArrayInputStream(Files.readAllBytes(file))));
      }
    }
    return chain;
  }
}
