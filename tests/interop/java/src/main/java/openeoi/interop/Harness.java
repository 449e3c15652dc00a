package openeoi.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.Security;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import net.sf.scuba.smartcards.CardService;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * Reads cards with JMRTD, one request a line, until its input ends.
 *
 * <p>A request is words "name=value" with tabs between them:
 *
 * <pre>
 * carrier   pcsc (the first reader of the PC/SC service) or pipe (APDUs as lines of this program's own input and output)
 * can, mrz, bac   the password: a card access number, or "number,birth,expiry"; bac for basic access control
 * pace      the PACE offer to take, "object identifier/parameter id"; without it the first of EF.CardAccess
 * chip      the number of the chip's key to authenticate it with; without it the first
 * groups    the data groups to read, "1,2"; without it those of EF.COM that need no right
 * checks    no: read only
 * maximum   bytes to ask for at a time, at most 8000
 * trust     a folder with the certificates (*.der) and revocation lists (*.crl) of the country signing authorities
 * at        the time of checking, ISO 8601
 * terminal  a folder with a chain of card verifiable certificates (*.cvc, in the order of their names) and key.pk8
 * </pre>
 *
 * <p>Over the pipe, a line "> HEX" is a command and wants one line of hex as its response. The answer to a request is "= " and a
 * JSON object.
 */
public final class Harness {
  private Harness() {
  }

  public static void main(String[] arguments) throws IOException {
    Logger.getLogger("").setLevel(Level.OFF);
    // Before the platform's own: JMRTD expects keys of this provider, and Brainpool curves.
    Security.insertProviderAt(new BouncyCastleProvider(), 1);
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    PrintStream output = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      Map<String, String> request = parse(line);
      Report report = new Report();
      try {
        CardService carrier = request.get("carrier").equals("pcsc") ? Pcsc.firstReader() : new Pipe(input, output);
        new Inspection(request, carrier, report).run();
      } catch (Refusal refusal) {
        // It stands in the report.
        report.note("ended", refusal.getMessage());
      } catch (Exception | Error unexpected) {
        report.refused("harness", "caller", unexpected);
      }
      output.println("= " + report.json());
      output.flush();
    }
  }

  private static Map<String, String> parse(String line) {
    Map<String, String> words = new LinkedHashMap<>();
    for (String word : line.split("\t")) {
      int equals = word.indexOf('=');
      words.put(word.substring(0, equals), word.substring(equals + 1));
    }
    return words;
  }
}
