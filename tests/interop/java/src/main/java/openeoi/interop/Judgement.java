package openeoi.interop;

/** What this program, not the library, found wrong. */
final class Judgement extends Exception {
  private static final long serialVersionUID = 1;

  Judgement(String reason) {
    super(reason);
  }
}
