/// Collects what is wrong with a table; a bounded number, the rest is counted.
struct Findings {
  /// A place in the file: lines and columns from 1, length in characters.
  struct Place: Hashable {
    var line: Int
    var column: Int
    var length: Int

    static let wholeFile = Place(line: 0, column: 0, length: 1)
  }

  struct Finding {
    var severity = Diagnostic.Severity.error
    var place: Place
    var message: String
    var expected: String?
    var suggestion: String?
  }

  /// How many are kept: more than anyone reads, few enough for any table.
  static let limit = 1_000

  private(set) var all: [Finding] = []
  private(set) var dropped = 0
  private(set) var hasErrors = false

  mutating func add(_ finding: Finding) {
    if finding.severity == .error { hasErrors = true }
    guard all.count < Self.limit else { return dropped += 1 }
    all.append(finding)
  }

  mutating func error(
    _ message: String, at place: Place, expected: String? = nil, suggestion: String? = nil
  ) {
    add(
      Finding(place: place, message: message, expected: expected, suggestion: suggestion))
  }

  mutating func warning(_ message: String, at place: Place, expected: String? = nil) {
    add(Finding(severity: .warning, place: place, message: message, expected: expected))
  }
}
