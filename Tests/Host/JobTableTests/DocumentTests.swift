import Testing

@testable import JobTable

/// What is wrong before anyone asks what a table means.
@Suite struct DocumentTests {
  @Test(arguments: [
    ("", "jobs.yaml: error: the table is empty"),
    ("   \n\n# nothing\n", "jobs.yaml: error: the table is empty"),
    ("\u{FEFF}", "jobs.yaml: error: the table is empty"),
    ("- a\n- b\n", "jobs.yaml:1:1: error: the table is a list"),
    ("hello", "jobs.yaml:1:1: error: the table is 'hello'"),
    (
      "version: 1\njobs: {\n",
      "jobs.yaml:3:1: error: did not find expected node content while parsing a flow node that begins on line 3"
    ),
    ("version: 1\njobs:\n\ta: 1\n", "jobs.yaml:3:1: error: a tab cannot indent"),
    (
      "version: 1\njobs: 'abc\n",
      "jobs.yaml:3:1: error: found unexpected end of stream while scanning a quoted scalar that begins on line 2"
    ),
    ("version: 1\nversion: 1\njobs: {}", "jobs.yaml:2:1: error: duplicate key 'version'"),
    ("version: 1\n---\njobs: {}", "jobs.yaml:2:1: error: a table is one document"),
    ("version: 1\njobs: {}\nrisk: !!map {}", "jobs.yaml:3:7: error: tags are not supported"),
    ("version: 1\njobs: {}\n? [a]\n: b", "jobs.yaml:3:3: error: a key must be a word"),
    (
      "version: 1\njobs: {}\nrisk: \u{7}",
      "jobs.yaml:3:7: error: a control character is not allowed here"
    ),
    ("version: 2\njobs: {}", "jobs.yaml:1:10: error: version '2' of the table is not supported"),
    ("jobs: {}", "jobs.yaml:1:1: error: the table has no version"),
    ("version: 1", "jobs.yaml: error: the table has no 'jobs'"),
    ("version: 1\njobs:", "jobs.yaml:2:6: error: 'jobs' has no value"),
    ("version: 1\njobs: [a]", "jobs.yaml:2:7: error: 'jobs' is a list"),
  ])
  func unfitTextsAreRefusedWithTheirPlace(text: String, expected: String) {
    let loaded = load(text)
    #expect(loaded.summaries.contains(expected), "\(loaded.summaries)")
    #expect(loaded.table == nil)
  }

  @Test func bytesThatAreNoUTF8ArePlaced() {
    let loaded = load(bytes: Array("version: 1\nhost: ".utf8) + [0xC3, 0x28] + Array("\n".utf8))
    #expect(loaded.summaries == ["jobs.yaml:2:7: error: this byte is not UTF-8"])
    #expect(load(bytes: [0xFF, 0xFE, 0x61, 0x00]).table == nil)
    #expect(load(bytes: [0]).table == nil)
  }

  @Test func everyPrefixOfATableIsRefusedOrLoads() {
    let text = "version: 1\njobs:\n  a: { plugin: Idle, every: \"${N:-1s}\", on: [signal.x] }\n"
    for count in 0..<text.utf8.count {
      let loaded = load(bytes: Array(text.utf8.prefix(count)))
      #expect(loaded.table != nil || loaded.diagnostics.hasErrors)
    }
  }

  @Test func anAliasBombIsRefusedAtItsFirstAlias() {
    var text = "version: 1\na0: &a0 [x, x]\n"
    for level in 1...40 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
    let loaded = load(text + "jobs: {}\n")
    #expect(loaded.summaries.contains("jobs.yaml:3:10: error: aliases are not supported"))
    #expect(loaded.table == nil)
  }

  @Test func depthIsBounded() {
    let loaded = load("version: 1\njobs: " + String(repeating: "[", count: 5_000))
    #expect(loaded.messages == ["nested more than 32 levels deep"])
    let flow = load("version: 1\njobs: " + String(repeating: "{a: ", count: 5_000))
    #expect(flow.messages == ["nested more than 32 levels deep"])
  }

  @Test func aTableThatIsTooLargeIsNotParsed() {
    let bytes = [UInt8](repeating: UInt8(ascii: "#"), count: (64 << 20) + 1)
    #expect(load(bytes: bytes).messages == ["the table has 64 MiB"])
  }

  @Test func aDuplicateJobNamesTheFirst() throws {
    let loaded = load(
      "version: 1\njobs:\n  a: { plugin: Idle }\n  b: { plugin: Idle }\n  a: { plugin: Idle }\n")
    let error = try #require(loaded.diagnostics.first { $0.severity == .error })
    #expect(error.summary == "jobs.yaml:5:3: error: duplicate job 'a'")
    #expect(error.expected == "one; the first is on line 3")
  }

  @Test func aDuplicateAmongManyIsFound() {
    let jobs = (0..<1_000).map { "  j\($0): { plugin: Idle, every: 1s }\n" }.joined()
    let loaded = load("version: 1\njobs:\n" + jobs + "  j3: { plugin: Idle, every: 1s }\n")
    #expect(loaded.summaries == ["jobs.yaml:1003:3: error: duplicate job 'j3'"])
  }

  @Test func lineBreaksOfAllKindsCountAlike() {
    let loaded = load("version: 1\r\njobs: {}\r\nrisk:\r\n  evil: 1\r\n")
    #expect(loaded.diagnostics.first?.line == 4)
    #expect(loaded.diagnostics.first?.excerpt == "  evil: 1")
  }

  @Test func columnsCountCharactersNotBytes() {
    let loaded = load("version: 1\njobs: { ähm: 1, b: 2 }\n")
    #expect(loaded.diagnostics.map(\.column) == [9, 20])
  }

  @Test func hundredsOfThousandsOfErrorsAreBounded() {
    let lines = (0..<20_000).map { "  j\($0): 7\n" }.joined()
    let loaded = load("version: 1\njobs:\n" + lines)
    #expect(loaded.diagnostics.count == 1_001)
    #expect(loaded.diagnostics.last?.message == "and 19000 more findings")
  }
}
