package openeoi.interop;

import javax.smartcardio.CardException;
import javax.smartcardio.CardTerminal;
import javax.smartcardio.TerminalFactory;
import net.sf.scuba.smartcards.CardService;
import net.sf.scuba.smartcards.CardServiceException;
import net.sf.scuba.smartcards.TerminalCardService;

/** The PC/SC service of this machine, through the Java platform. */
final class Pcsc {
  private static final long PATIENCE_NANOSECONDS = 10_000_000_000L;
  private static final long PAUSE_MILLISECONDS = 20;

  private Pcsc() {
  }

  /** The card in the first reader, after a reset: JMRTD leaves the card with its application selected. */
  static CardService firstReader() throws CardServiceException {
    long until = System.nanoTime() + PATIENCE_NANOSECONDS;
    while (true) {
      try {
        CardTerminal reader = TerminalFactory.getDefault().terminals().list().get(0);
        reader.connect("*").disconnect(true);
        return new TerminalCardService(reader);
      } catch (CardException error) {
        if (System.nanoTime() > until) {
          throw new CardServiceException("there is no PC/SC reader, or no card in it", error);
        }
        pause();
      }
    }
  }

  /** pcscd looks for cards only now and then. */
  private static void pause() throws CardServiceException {
    try {
      Thread.sleep(PAUSE_MILLISECONDS);
    } catch (InterruptedException error) {
      throw new CardServiceException("interrupted", error);
    }
  }
}
