/// One thing that is wrong, or doubtful, about a job table, and where.
package struct Diagnostic: Error, Sendable, Hashable, Codable {
  /// How much a diagnostic matters.
  package enum Severity: String, Sendable, Hashable, Codable {
    /// The table cannot be used.
    case error
    /// The table can be used, but is probably not what was meant.
    case warning
    /// Adds to what was said before.
    case note
  }

  /// How much it matters.
  package var severity: Severity
  /// The file as the operator named it.
  package var file: String
  /// The line, counted from 1; 0 when the whole file is meant.
  package var line: Int
  /// The column in characters, counted from 1; 0 when the whole file is meant.
  package var column: Int
  /// How many characters are meant, at least 1.
  package var length: Int
  /// What is wrong.
  package var message: String
  /// What would have been right.
  package var expected: String?
  /// A text that was probably meant, to be put in place.
  package var suggestion: String?
  /// The line of the file, secrets masked; at most 160 characters around the place.
  package var excerpt: String?
  /// Where in `excerpt` the place begins, in characters from 0.
  package var excerptColumn: Int

  package init(
    _ severity: Severity = .error, file: String, line: Int = 0, column: Int = 0, length: Int = 1,
    message: String
  ) {
    self.severity = severity
    self.file = file
    self.line = line
    self.column = column
    self.length = length
    self.message = message
    expected = nil
    suggestion = nil
    excerpt = nil
    excerptColumn = 0
  }

  /// `jobs.yaml:12:9: error: unknown key 'evry'`, without the excerpt.
  package var summary: String {
    let place = line > 0 ? "\(file):\(line):\(column)" : file
    return "\(place): \(severity.rawValue): \(message)"
  }
}

extension [Diagnostic] {
  /// Whether any of them forbids to use the table.
  package var hasErrors: Bool { contains { $0.severity == .error } }
}
