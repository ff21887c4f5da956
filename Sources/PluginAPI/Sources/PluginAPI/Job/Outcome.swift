/// How a run ended when it did not fail.
public enum Outcome: Sendable, Hashable, Codable {
  /// The run did its work.
  case done(String)
  /// There was nothing to do; the reason is shown to the operator.
  case nothingToDo(String)
  /// The run wants another try of the same slot after a pause.
  case retry(after: Duration)
}
