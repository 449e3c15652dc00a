package openeoi.interop;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import net.sf.scuba.smartcards.CardFileInputStream;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.digests.SHA224Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.engines.RSAEngine;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.signers.ISO9796d2Signer;
import org.bouncycastle.jce.interfaces.ECPublicKey;
import org.jmrtd.PassportService;
import org.jmrtd.Util;
import org.jmrtd.lds.ActiveAuthenticationInfo;
import org.jmrtd.lds.CardSecurityFile;
import org.jmrtd.lds.ChipAuthenticationInfo;
import org.jmrtd.lds.ChipAuthenticationPublicKeyInfo;
import org.jmrtd.lds.SecurityInfo;
import org.jmrtd.lds.icao.DG14File;
import org.jmrtd.lds.icao.DG15File;
import org.jmrtd.protocol.AAResult;
import org.jmrtd.protocol.EACCAResult;
import org.jmrtd.protocol.PACECAMResult;
import org.jmrtd.protocol.PACEGMMappingResult;

/** The chip proves that it is no copy. JMRTD runs the commands; what they prove is for the caller to check, but for the MACs. */
final class ChipProofs {
  private static final int BLOCK_SIZE = 16;
  private static final int CHALLENGE_SIZE = 8;

  private ChipProofs() {
  }

  /** Chip authentication with the key of this number, or the first, and a file read with the new keys. Null where there is none. */
  static EACCAResult chip(PassportService service, DG14File file, BigInteger wanted, Report report) throws Exception {
    List<ChipAuthenticationPublicKeyInfo> keys =
        file == null ? List.of() : ofKind(file.getSecurityInfos(), ChipAuthenticationPublicKeyInfo.class);
    if (keys.isEmpty()) {
      return null;
    }
    ChipAuthenticationPublicKeyInfo key = keys.stream().filter(one -> wanted == null || wanted.equals(one.getKeyId())).findFirst()
        .orElseThrow(() -> new Judgement("the document has no key " + wanted));
    // The strongest cipher has the largest identifier.
    String protocol = ofKind(file.getSecurityInfos(), ChipAuthenticationInfo.class).stream()
        .filter(info -> key.getKeyId() == null || key.getKeyId().equals(info.getKeyId()))
        .map(ChipAuthenticationInfo::getObjectIdentifier).filter(one -> sameAgreement(one, key)).max(String::compareTo).orElse(null);
    EACCAResult result = service.doEACCA(key.getKeyId(), protocol, key.getObjectIdentifier(), key.getSubjectPublicKey());
    try (CardFileInputStream content = service.getInputStream(PassportService.EF_COM, PassportService.DEFAULT_MAX_BLOCKSIZE)) {
      content.readAllBytes();
    }
    report.note("chip authentication", protocol == null ? key.getObjectIdentifier() : protocol);
    return result;
  }

  private static boolean sameAgreement(String protocol, ChipAuthenticationPublicKeyInfo key) {
    return ChipAuthenticationInfo.toKeyAgreementAlgorithm(protocol)
        .equals(ChipAuthenticationPublicKeyInfo.toKeyAgreementAlgorithm(key.getObjectIdentifier()));
  }

  /** Active authentication; JMRTD gives back the response unchecked. */
  static Void active(PassportService service, DG15File file, DG14File securityInfos, Report report) throws Exception {
    byte[] challenge = new byte[CHALLENGE_SIZE];
    new SecureRandom().nextBytes(challenge);
    PublicKey key = file.getPublicKey();
    AAResult result = service.doAA(key, null, null, challenge);
    try {
      checkResponse(key, challenge, result.getResponse(), securityInfos);
    } catch (GeneralSecurityException | RuntimeException notEvenASignature) {
      throw new Judgement(notEvenASignature.toString());
    }
    report.note("active authentication", key.getAlgorithm());
    return null;
  }

  private static void checkResponse(PublicKey key, byte[] challenge, byte[] response, DG14File securityInfos) throws Exception {
    if (key instanceof RSAPublicKey rsa) {
      checkRsa(rsa, challenge, response);
    } else {
      List<ActiveAuthenticationInfo> infos =
          securityInfos == null ? List.of() : ofKind(securityInfos.getSecurityInfos(), ActiveAuthenticationInfo.class);
      if (infos.isEmpty()) {
        throw new Judgement("DG14 does not name the signature algorithm");
      }
      String algorithm = ActiveAuthenticationInfo.lookupMnemonicByOID(infos.get(0).getSignatureAlgorithmOID());
      // TR-03111 plain signatures: r and s side by side.
      Signature signature = Signature.getInstance(algorithm.replace("withECDSA", "withPLAIN-ECDSA"), "BC");
      signature.initVerify(key);
      signature.update(challenge);
      if (!signature.verify(response)) {
        throw new Judgement("the signature over the challenge is wrong");
      }
    }
  }

  /** ISO/IEC 9796-2, scheme 1; the trailer names the hash function. */
  private static void checkRsa(RSAPublicKey key, byte[] challenge, byte[] response) throws Exception {
    byte[] block = new BigInteger(1, response).modPow(key.getPublicExponent(), key.getModulus()).toByteArray();
    boolean implicit = block[block.length - 1] == (byte) 0xBC;
    Digest digest = implicit ? new SHA1Digest() : switch (block[block.length - 2]) {
      case 0x33 -> new SHA1Digest();
      case 0x34 -> new SHA256Digest();
      case 0x35 -> new SHA512Digest();
      case 0x36 -> new SHA384Digest();
      case 0x38 -> new SHA224Digest();
      default -> throw new Judgement("the trailer names no known hash function");
    };
    ISO9796d2Signer signer = new ISO9796d2Signer(new RSAEngine(), digest, implicit);
    signer.init(false, new RSAKeyParameters(false, key.getModulus(), key.getPublicExponent()));
    signer.updateWithRecoveredMessage(response);
    signer.update(challenge, 0, challenge.length);
    if (!signer.verifySignature(response)) {
      throw new Judgement("the signature over the challenge is wrong");
    }
  }

  /**
   * PACE with chip authentication mapping: that the chip's data fit its static key is for the caller to check. JMRTD does not know
   * keys with standardised domain parameters, which EF.CardSecurity has, so that the same key in EF.DG14 has to do.
   */
  static Void mapping(CardSecurityFile file, DG14File securityInfos, PACECAMResult result, Report report) throws Exception {
    Collection<SecurityInfo> infos = new ArrayList<>(file.getSecurityInfos());
    infos.addAll(securityInfos == null ? List.of() : securityInfos.getSecurityInfos());
    ECPublicKey mapped = (ECPublicKey) ((PACEGMMappingResult) result.getMappingResult()).getPICCMappingPublicKey();
    BigInteger data = new BigInteger(1, chipAuthenticationData(result));
    for (ChipAuthenticationPublicKeyInfo info : ofKind(infos, ChipAuthenticationPublicKeyInfo.class)) {
      if (info.getSubjectPublicKey() instanceof ECPublicKey fixed
          && fixed.getParameters().getCurve().getFieldSize() == mapped.getParameters().getCurve().getFieldSize()
          && fixed.getQ().multiply(data).normalize().equals(
              fixed.getParameters().getCurve().importPoint(mapped.getQ()).normalize())) {
        report.note("chip authentication mapping", Integer.toString(fixed.getParameters().getCurve().getFieldSize()));
        return null;
      }
    }
    throw new Judgement("no static key fits the mapping");
  }

  private static <T extends SecurityInfo> List<T> ofKind(Collection<SecurityInfo> infos, Class<T> kind) {
    return infos.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /**
   * Decrypted anew: JMRTD 0.8.6 takes the block of ones itself for initial vector in place of its encryption (ICAO 9303-11,
   * 4.4.3.5), so that the first 16 bytes of what its result gives are wrong.
   */
  private static byte[] chipAuthenticationData(PACECAMResult result) throws Exception {
    SecretKey key = result.getWrapper().getEncryptionKey();
    byte[] ones = new byte[BLOCK_SIZE];
    Arrays.fill(ones, (byte) 0xFF);
    Cipher block = Cipher.getInstance("AES/ECB/NoPadding");
    block.init(Cipher.ENCRYPT_MODE, key);
    Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
    cipher.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(block.doFinal(ones)));
    return Util.unpad(cipher.doFinal(result.getEncryptedChipAuthenticationData()));
  }
}
