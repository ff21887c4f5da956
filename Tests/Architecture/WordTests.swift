import Testing

/// Words that do not belong into `Sources`.
@Suite struct WordTests {
  /// The only files that may ask the system for the time or wait on it, and why.
  static let mayReadClocks: [String: String] = [
    "Sources/Host/Isolation/TimeSource.swift": "it is where everybody else gets the time from",
    "Sources/Host/Isolation/Pause.swift": "it is where everybody else waits",
    "Sources/Host/Worker/WorkerChannel.swift": "its watching thread must wait whatever is stuck",
    "Sources/Host/Exchange/SimulatedExchange.swift": "its pause, which tests replace",
  ]

  static func findings(in file: SwiftFile) -> [Finding] {
    let always = [
      file.findings(of: /\btry!/, rule: "no `try!`: handle the error or make it a precondition"),
      file.findings(of: /\bas!/, rule: "no `as!`: test the type"),
      file.findings(of: /\bfatalError\(/, rule: "no `fatalError`: `precondition` for our own bugs"),
      unfinished(file), unexplained(file),
    ]
    return always.flatMap { $0 } + (mayReadClocks[file.path] == nil ? clocks(file) : [])
  }

  /// Words without which no file can break the rule; looking for them is far cheaper.
  private static let clockHints = [
    "Date", "sleep", "gettime", "gettimeofday", "Clock", "Dispatch",
  ]

  private static func clocks(_ file: SwiftFile) -> [Finding] {
    guard file.lines.contains(where: { line in clockHints.contains { line.contains($0) } }) else {
      return []
    }
    return file.findings(
      of:
        /\bDate\(\)|\bDate\.now\b|\bTask\.sleep\b|\bclock_gettime\b|\bgettimeofday\b|\bu?sleep\(|\bnanosleep\(|\b(?:Continuous|Suspending)Clock\b|\bDispatch(?:Queue|Time|Source)\w*\b/,
      rule: "time comes from a TimeSource that is handed in")
  }

  private static func unfinished(_ file: SwiftFile) -> [Finding] {
    file.lines.indices.filter { file.lines[$0].contains(/\b(?:TODO|FIXME|XXX)\b/) }
      .map { Finding(path: file.path, line: $0 + 1, rule: "nothing unfinished: do it or drop it") }
  }

  /// A promise that the compiler cannot check says why it holds.
  private static func unexplained(_ file: SwiftFile) -> [Finding] {
    file.findings(
      of: /@unchecked Sendable|nonisolated\(unsafe\)/,
      rule: "say in a comment right above why this holds (\"… because …\")"
    ).filter { finding in
      let nearby = file.lines[max(0, finding.line - 7)..<finding.line]
      return !nearby.contains { $0.contains(/\/\/.*\b[Bb]ecause\b/) }
    }
  }

  @Test("Sources hold nothing unfinished, unsafe, unexplained or off the clock")
  func sources() throws {
    for file in try SourceTree.swiftFiles(under: "Sources") { report(Self.findings(in: file)) }
  }

  @Test(
    "A word that does not belong is found",
    arguments: [
      "let a = try! f()", "let b = c as! D", "fatalError(\"no\")", "// TODO later",
      "let now = Date()", "try await Task.sleep(for: .seconds(1))",
      "final class A: @unchecked Sendable {}",
    ])
  func breaches(text: String) {
    #expect(Self.findings(in: SwiftFile(path: "a.swift", text: text)).count == 1)
  }

  @Test(
    "In comments and literals, and when explained, it is not",
    arguments: [
      "// not `try!`", "let help = \"Date() is not called\"", "let t = #\"a \" as! b\"#",
      "let s = \"\\(text(\"x\")) Task.sleep\"", "let m = \"\"\"\n  fatalError(\n  \"\"\"",
      "/// Unchecked because a lock guards it.\nfinal class A: @unchecked Sendable {}",
    ])
  func keeping(text: String) {
    #expect(Self.findings(in: SwiftFile(path: "a.swift", text: text)).isEmpty)
  }
}
