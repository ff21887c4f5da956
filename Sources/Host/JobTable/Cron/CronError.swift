/// What is wrong with a cron expression, and where in it.
package struct CronError: Error, Sendable, Hashable {
  /// Where the wrong part begins, in characters from the start of the expression.
  package var offset: Int
  /// How many characters the wrong part has, at least 1.
  package var length: Int
  /// What is wrong.
  package var message: String
  /// What would have been right.
  package var expected: String?
}
