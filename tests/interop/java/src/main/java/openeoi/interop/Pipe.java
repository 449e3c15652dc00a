package openeoi.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.util.HexFormat;
import net.sf.scuba.smartcards.CardService;
import net.sf.scuba.smartcards.CardServiceException;
import net.sf.scuba.smartcards.CommandAPDU;
import net.sf.scuba.smartcards.ResponseAPDU;

/** A card at the other end of this program's input and output; the word "gone" in place of a response means that it was taken out. */
final class Pipe extends CardService {
  private static final HexFormat HEX = HexFormat.of();

  private final BufferedReader input;
  private final PrintStream output;
  private boolean open;
  private boolean gone;

  Pipe(BufferedReader input, PrintStream output) {
    this.input = input;
    this.output = output;
  }

  @Override
  public void open() {
    open = true;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public ResponseAPDU transmit(CommandAPDU command) throws CardServiceException {
    if (gone) {
      throw new CardServiceException("the card is gone");
    }
    output.println("> " + HEX.formatHex(command.getBytes()));
    output.flush();
    try {
      String answer = input.readLine();
      if (answer == null || answer.equals("gone")) {
        gone = true;
        throw new CardServiceException("the card is gone");
      }
      return new ResponseAPDU(HEX.parseHex(answer));
    } catch (IOException error) {
      throw new CardServiceException("the pipe is broken", error);
    } catch (IllegalArgumentException error) {
      // As javax.smartcardio does with less than two bytes.
      throw new CardServiceException("no response APDU", error);
    }
  }

  @Override
  public byte[] getATR() {
    return new byte[0];
  }

  @Override
  public boolean isExtendedAPDULengthSupported() {
    return true;
  }

  @Override
  public void close() {
    open = false;
  }

  @Override
  public boolean isConnectionLost(Exception error) {
    return gone;
  }
}
