package openeoi.interop;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.sf.scuba.smartcards.CardService;
import org.jmrtd.BACKey;
import org.jmrtd.PACEKeySpec;
import org.jmrtd.PassportService;
import org.jmrtd.lds.CardAccessFile;
import org.jmrtd.lds.CardSecurityFile;
import org.jmrtd.lds.LDSFile;
import org.jmrtd.lds.LDSFileUtil;
import org.jmrtd.lds.PACEInfo;
import org.jmrtd.lds.SODFile;
import org.jmrtd.lds.SecurityInfo;
import org.jmrtd.lds.icao.COMFile;
import org.jmrtd.lds.icao.DG11File;
import org.jmrtd.lds.icao.DG12File;
import org.jmrtd.lds.icao.DG14File;
import org.jmrtd.lds.icao.DG15File;
import org.jmrtd.lds.icao.DG1File;
import org.jmrtd.lds.icao.DG2File;
import org.jmrtd.lds.icao.DG3File;
import org.jmrtd.lds.icao.DG7File;
import org.jmrtd.protocol.EACCAResult;
import org.jmrtd.protocol.PACECAMResult;
import org.jmrtd.protocol.PACEResult;

/** One reading: open the chip, read its files, let the chip and the terminal prove themselves, check the document. */
final class Inspection {
  private static final int NO_RIGHT_NEEDED_LIMIT = 16;
  private static final List<Integer> RIGHT_NEEDED = List.of(3, 4);
  /** Bytes asked for at a time: the Java platform's PC/SC takes no longer response than 8192 bytes. */
  private static final String PIECE = "8000";

  private final Map<String, String> request;
  private final CardService carrier;
  private final PassportService service;
  private final Report report;
  private final int piece;
  private final Map<Integer, byte[]> groups = new TreeMap<>();
  private CardSecurityFile cardSecurity;

  Inspection(Map<String, String> request, CardService carrier, Report report) {
    this.request = request;
    this.carrier = carrier;
    this.report = report;
    this.piece = Integer.parseInt(request.getOrDefault("maximum", PIECE));
    // Plain commands of up to 256 bytes; extended length under secure messaging; files by SELECT; MACs are checked.
    this.service = new PassportService(carrier, PassportService.NORMAL_MAX_TRANCEIVE_LENGTH, piece, piece, false, true);
  }

  /** A step of JMRTD's: what it throws is the library's judgement, but for our own Judgement. */
  private interface Step<T> {
    T take() throws Exception;
  }

  private <T> T library(String name, Step<T> step) throws Refusal {
    try {
      return step.take();
    } catch (Exception | OutOfMemoryError | StackOverflowError reason) {
      report.refused(name, reason instanceof Judgement ? "caller" : "library", reason);
      throw new Refusal(name);
    }
  }

  void run() throws Refusal {
    long start = System.nanoTime();
    try {
      library("open", () -> {
        service.open();
        return null;
      });
      inspect();
    } finally {
      report.note("seconds", Double.toString((System.nanoTime() - start) / 1e9));
      service.close();
    }
  }

  private void inspect() throws Refusal {
    PACEResult pace = access();
    COMFile com = library("EF.COM", () -> new COMFile(new ByteArrayInputStream(file(PassportService.EF_COM))));
    SODFile sod = library("EF.SOD", () -> new SODFile(new ByteArrayInputStream(file(PassportService.EF_SOD))));
    List<Integer> wanted = wanted(com);
    EACCAResult chip = null;
    if (checks() && wanted.contains(14)) {
      DG14File securityInfos = group(14) instanceof DG14File found ? found : null;
      if (pace instanceof PACECAMResult mapping) {
        proof("chip authentication mapping", () -> ChipProofs.mapping(cardSecurity, securityInfos, mapping, report));
      }
      chip = proof("chip authentication", () -> ChipProofs.chip(service, securityInfos, chipKey(), report));
    }
    if (request.containsKey("terminal")) {
      EACCAResult proved = chip;
      library("terminal authentication", () -> {
        TerminalProof.give(service, request, proved, pace, report);
        return null;
      });
    }
    for (int number : wanted) {
      if (!groups.containsKey(number)) {
        LDSFile content = group(number);
        if (content instanceof DG1File first) {
          report.note("holder", first.getMRZInfo().getPrimaryIdentifier());
        }
      }
    }
    report.note("groups", groups.keySet().toString());
    if (checks()) {
      if (groups.containsKey(15)) {
        proof("active authentication", () -> ChipProofs.active(service,
            new DG15File(new ByteArrayInputStream(groups.get(15))), securityInfos(), report));
      }
      DocumentChecks.run(sod, groups, request, report);
    }
  }

  private BigInteger chipKey() {
    return request.containsKey("chip") ? new BigInteger(request.get("chip")) : null;
  }

  private boolean checks() {
    return !"no".equals(request.get("checks"));
  }

  private PACEResult access() throws Refusal {
    if (request.containsKey("bac")) {
      return library("basic access control", () -> {
        service.sendSelectApplet(false);
        service.doBAC(zone(request.get("bac")));
        report.note("access", "BAC");
        return null;
      });
    }
    PACEInfo info = library("EF.CardAccess", this::offer);
    PACEResult pace = library("PACE", () -> {
      PACEKeySpec key = request.containsKey("can") ? PACEKeySpec.createCANKey(request.get("can"))
          : PACEKeySpec.createMRZKey(zone(request.get("mrz")));
      PACEResult result = service.doPACE(key, info.getObjectIdentifier(), PACEInfo.toParameterSpec(info.getParameterId()),
          info.getParameterId());
      report.note("access", info.getProtocolOIDString() + "/" + info.getParameterId());
      return result;
    });
    if (pace instanceof PACECAMResult && checks()) {
      cardSecurity = library("EF.CardSecurity", () -> CardSecurityReader.read(carrier, pace.getWrapper()));
    }
    library("SELECT", () -> {
      service.sendSelectApplet(true);
      return null;
    });
    return pace;
  }

  private PACEInfo offer() throws Exception {
    InputStream content = service.getInputStream(PassportService.EF_CARD_ACCESS, PassportService.DEFAULT_MAX_BLOCKSIZE);
    Collection<SecurityInfo> offers = new CardAccessFile(content).getSecurityInfos();
    String chosen = request.get("pace");
    for (SecurityInfo offer : offers) {
      if (offer instanceof PACEInfo info
          && (chosen == null || chosen.equals(info.getObjectIdentifier() + "/" + info.getParameterId()))) {
        return info;
      }
    }
    throw new Judgement("no such PACE offer among " + offers);
  }

  private static BACKey zone(String text) {
    String[] parts = text.split(",");
    return new BACKey(parts[0], parts[1], parts[2]);
  }

  private List<Integer> wanted(COMFile com) {
    if (request.containsKey("groups")) {
      return Arrays.stream(request.get("groups").split(",")).map(Integer::valueOf).toList();
    }
    List<Integer> numbers = new ArrayList<>();
    for (int number : LDSFileUtil.getDataGroupNumbers(com)) {
      if (number <= NO_RIGHT_NEEDED_LIMIT && (!RIGHT_NEEDED.contains(number) || request.containsKey("terminal"))) {
        numbers.add(number);
      }
    }
    return numbers;
  }

  private byte[] file(short identifier) throws Exception {
    try (InputStream content = service.getInputStream(identifier, piece)) {
      return content.readAllBytes();
    }
  }

  private LDSFile group(int number) throws Refusal {
    return library("DG" + number, () -> {
      short identifier = LDSFileUtil.lookupFIDByDataGroupNumber(number);
      byte[] content = file(identifier);
      groups.put(number, content);
      return parsed(number, new ByteArrayInputStream(content));
    });
  }

  private static LDSFile parsed(int number, InputStream content) throws Exception {
    return switch (number) {
      case 1 -> new DG1File(content);
      case 2 -> new DG2File(content);
      case 3 -> new DG3File(content);
      case 7 -> new DG7File(content);
      case 11 -> new DG11File(content);
      case 12 -> new DG12File(content);
      case 14 -> new DG14File(content);
      case 15 -> new DG15File(content);
      default -> null;
    };
  }

  private DG14File securityInfos() throws Exception {
    return groups.containsKey(14) ? new DG14File(new ByteArrayInputStream(groups.get(14))) : null;
  }

  /** A proof that fails does not end the reading: the document is still checked. */
  private <T> T proof(String name, Step<T> step) {
    try {
      return step.take();
    } catch (Exception | OutOfMemoryError | StackOverflowError reason) {
      report.refused(name, reason instanceof Judgement ? "caller" : "library", reason);
      return null;
    }
  }
}
