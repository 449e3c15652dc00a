package openeoi.interop;

/** The reading ends here; the reason stands in the report. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1;

  Refusal(String step) {
    super(step);
  }
}
