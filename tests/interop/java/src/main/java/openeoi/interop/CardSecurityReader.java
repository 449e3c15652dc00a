package openeoi.interop;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import net.sf.scuba.smartcards.CardFileInputStream;
import net.sf.scuba.smartcards.CardService;
import net.sf.scuba.smartcards.CardServiceException;
import org.jmrtd.DefaultFileSystem;
import org.jmrtd.PassportService;
import org.jmrtd.lds.CardSecurityFile;
import org.jmrtd.protocol.ReadBinaryAPDUSender;
import org.jmrtd.protocol.SecureMessagingWrapper;

/** EF.CardSecurity lies in the master file and needs the channel, which PassportService uses for the application's files only. */
final class CardSecurityReader {
  private CardSecurityReader() {
  }

  static CardSecurityFile read(CardService carrier, SecureMessagingWrapper channel) throws CardServiceException, IOException {
    DefaultFileSystem files = new DefaultFileSystem(new ReadBinaryAPDUSender(carrier), false);
    files.setWrapper(channel);
    files.selectFile(PassportService.EF_CARD_SECURITY);
    try (CardFileInputStream content = new CardFileInputStream(PassportService.DEFAULT_MAX_BLOCKSIZE, files)) {
      return new CardSecurityFile(new ByteArrayInputStream(content.readAllBytes()));
    }
  }
}
