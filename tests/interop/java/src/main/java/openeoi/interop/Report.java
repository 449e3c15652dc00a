package openeoi.interop;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a reading found, as JSON: notes ("what": "value") and refusals (which step, whose judgement, which exception). */
final class Report {
  private final Map<String, String> notes = new LinkedHashMap<>();
  private final List<String> refusals = new ArrayList<>();

  void note(String name, String value) {
    notes.put(name, value);
  }

  /** `judge` is "library" where JMRTD itself threw, "caller" where this program or the Java platform judged what JMRTD gave it. */
  void refused(String step, String judge, Throwable reason) {
    Throwable root = reason;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String message = root.getMessage() == null ? "" : root.getMessage();
    refusals.add("{" + pair("step", step) + "," + pair("judge", judge) + "," + pair("error", root.getClass().getSimpleName()) + ","
        + pair("message", message) + "}");
  }

  String json() {
    List<String> members = new ArrayList<>();
    notes.forEach((name, value) -> members.add(pair(name, value)));
    members.add("\"refusals\":[" + String.join(",", refusals) + "]");
    return "{" + String.join(",", members) + "}";
  }

  private static String pair(String name, String value) {
    return quoted(name) + ":" + quoted(value);
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char one : text.toCharArray()) {
      if (one == '"' || one == '\\') {
        quoted.append('\\').append(one);
      } else if (one < ' ' || one > '~') {
        quoted.append(String.format("\\u%04x", (int) one));
      } else {
        quoted.append(one);
      }
    }
    return quoted.append('"').toString();
  }
}
