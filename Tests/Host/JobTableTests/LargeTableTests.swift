import Testing

@testable import JobTable

/// Tables of the size that the host is built for.
@Suite struct LargeTableTests {
  static func table(jobs: Int, change: String = "") -> [UInt8] {
    var text = "version: 1\njobs:\n"
    for index in 0..<jobs {
      text +=
        "  job-\(index): { plugin: Idle, every: 1s, timeout: 5s, parameters: { n: \(index)\(change) } }\n"
    }
    return Array(text.utf8)
  }

  @Test func aHundredThousandJobsLoadWithTheirLines() throws {
    let loaded = load(bytes: Self.table(jobs: 100_000))
    #expect(loaded.summaries == [])
    let table = try #require(loaded.table)
    #expect(table.jobs.count == 100_000)
    #expect(table.jobs["job-99999"]?.line == 100_002)
    #expect(loaded.positions.line(job: "job-99999", key: "timeout") == 100_002)
  }

  @Test func aHundredThousandLinesOfCommentsAreHarmless() {
    let comments = String(repeating: "# nothing\n", count: 100_000)
    let loaded = load(comments + "version: 1\njobs: {}\nrisc: {}\n")
    #expect(loaded.summaries == ["jobs.yaml:100003:1: error: unknown key 'risc'"])
  }

  @Test func oneChangeAmongManyIsFound() throws {
    let old = try #require(load(bytes: Self.table(jobs: 10_000)).table)
    var new = old
    new.jobs["job-5000"]?.parameters["n"] = "x"
    let diff = TableDiff(from: old, to: new)
    #expect(diff.changed.map(\.name) == ["job-5000"] && diff.unchanged == 9_999)
  }
}
