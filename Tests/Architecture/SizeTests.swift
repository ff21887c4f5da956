import Testing

/// House numbers: files of at most 400 lines, functions of at most 40; a test, which reads as a
/// transcript and often brings a text along, may have 60.
@Suite struct SizeTests {
  static let longestFile = 400

  static func findings(in file: SwiftFile, longestFunction: Int = 40) -> [Finding] {
    let lines = file.lines.last?.isEmpty == true ? file.lines.count - 1 : file.lines.count
    let long = Functions.measure(file).filter { $0.length > longestFunction }.map {
      Finding(
        path: file.path, line: $0.line,
        rule: "\($0.name) has \($0.length) lines; at most \(longestFunction)")
    }
    guard lines > longestFile else { return long }
    return long + [
      Finding(
        path: file.path, line: lines, rule: "\(lines) lines; at most \(longestFile) in a file")
    ]
  }

  @Test("Files and functions stay short", arguments: [("Sources", 40), ("Tests", 60)])
  func sizes(folder: String, longestFunction: Int) throws {
    for file in try SourceTree.swiftFiles(under: folder) {
      report(Self.findings(in: file, longestFunction: longestFunction))
    }
  }

  @Test("A file and a function that are too long are found")
  func breaches() {
    let file = String(repeating: "let a = 1\n", count: 401)
    #expect(Self.findings(in: SwiftFile(path: "a.swift", text: file)).map(\.line) == [401])
    let function =
      "struct A {\n  func long(\n    a: Int\n  ) {\n\(String(repeating: "    b()\n", count: 40))  }\n}"
    #expect(
      Self.findings(in: SwiftFile(path: "a.swift", text: function)).map(\.rule)
        == ["long has 44 lines; at most 40"])
  }

  @Test("Functions are measured from their keyword to their closing brace")
  func measuring() {
    let text = """
      protocol P {
        func requirement(_ body: () -> Void) -> @Sendable () -> Void
        var value: Int { get }
      }
      struct S {
        var stored = [1, 2].map { $0 }
        var computed: Int {
          1
        }
        init(a: Int = { 1 }()) {
          self.init(b: "}")
        }
        func one() where Self: P
        { two() }
      }
      """
    let measured = Functions.measure(SwiftFile(path: "a.swift", text: text))
    #expect(measured.map(\.name) == ["value", "computed", "init", "one"])
    #expect(measured.map(\.line) == [3, 7, 10, 13])
    #expect(measured.map(\.length) == [1, 3, 3, 2])
  }
}
