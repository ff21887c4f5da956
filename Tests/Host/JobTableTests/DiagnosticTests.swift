import Foundation
import Testing

@testable import JobTable

/// What an operator reads when something is wrong.
@Suite struct DiagnosticTests {
  @Test func allErrorsComeAtOnceInTheOrderOfTheFile() {
    let loaded = load(
      """
      version: 1
      risk: { price_band: 5000% }
      storge: {}
      jobs:
        grid:
          plugin: GridRebalancer
          evry: 1s
          timeout: 0s
          overlap: queue
          grant: [trade, syntetic-volume]
        bad name: { plugin: X }
      """)
    #expect(
      loaded.diagnostics.rendered() == """
        jobs.yaml:2:21: error: '5000%' is out of range for 'price_band'
             2 | risk: { price_band: 5000% }
               |                     ^~~~~
               = expected 0.01% to 1000%
        jobs.yaml:3:1: error: unknown key 'storge'
             3 | storge: {}
               | ^~~~~~
               = did you mean 'storage'?
        jobs.yaml:5:3: warning: job 'grid' runs only when an operator asks: it has no every, cron, at, idle or on
             5 |   grid:
               |   ^~~~
               = expected 'manual: true' if that is meant
        jobs.yaml:7:5: error: unknown key 'evry'
             7 |     evry: 1s
               |     ^~~~
               = did you mean 'every'?
        jobs.yaml:8:14: error: '0s' is out of range for 'timeout'
             8 |     timeout: 0s
               |              ^~
               = expected 1ms to 1d
        jobs.yaml:9:14: error: 'queue' does not fit 'overlap'
             9 |     overlap: queue
               |              ^~~~~
               = expected one of skip, queue_one, replace
        jobs.yaml:10:20: error: unknown capability 'syntetic-volume'
            10 |     grant: [trade, syntetic-volume]
               |                    ^~~~~~~~~~~~~~~
               = did you mean 'synthetic-volume'?
        jobs.yaml:11:3: error: 'bad name' cannot name a job
            11 |   bad name: { plugin: X }
               |   ^~~~~~~~
               = expected 1 to 100 letters, digits, '-', '_' or '.'
        7 errors, 1 warning
        """)
  }

  @Test func coloursComeOnlyWhenAskedFor() {
    let diagnostic = Diagnostic(file: "jobs.yaml", line: 1, column: 2, message: "no")
    #expect(!diagnostic.rendered().contains("\u{1B}"))
    #expect(diagnostic.rendered(colored: true).contains("\u{1B}[1;31merror:\u{1B}[0m"))
  }

  @Test func diagnosticsSurviveJSON() throws {
    let diagnostics = load("version: 1\njobs: {a: {plgin: X}}").diagnostics
    let data = try JSONEncoder().encode(diagnostics)
    #expect(try JSONDecoder().decode([Diagnostic].self, from: data) == diagnostics)
    #expect(diagnostics.contains { $0.suggestion == "plugin" })
  }

  @Test func longLinesAreCutAroundThePlace() throws {
    let filler = String(repeating: "x", count: 3_000)
    let loaded = load("version: 1\njobs: { a: { plugin: Idle, at: '\(filler)', evry: 1s } }")
    let error = try #require(loaded.diagnostics.first { $0.suggestion == "every" })
    let excerpt = try #require(error.excerpt)
    #expect(excerpt.count == 160)
    #expect(excerpt.dropFirst(error.excerptColumn).hasPrefix("evry"))
  }

  @Test(arguments: [
    ("evry", "every"), ("parametrs", "parameters"), ("time_out", "timeout"), ("ON", "on"),
    ("on-lost", "on_lost"), ("failure_budgte", "failure_budget"), ("xyzzy", nil),
  ])
  func nearNamesAreFound(written: String, meant: String?) {
    #expect(NearName.of(written, among: TableBuilder.jobKeys) == meant)
  }

  @Test func laterChecksCanPointIntoTheTable() {
    let loaded = load(job: "every: 1s\nparameters: { size: 7 }")
    let positions = loaded.positions
    #expect(positions.line(job: "one") == 4)
    #expect(positions.line(job: "one", key: "every") == 6)
    #expect(positions.line(job: "two") == nil)
    let diagnostic = positions.diagnostic(.error, "too big", job: "one", parameter: "size")
    #expect(diagnostic.summary == "jobs.yaml:7:25: error: too big")
    #expect(positions.diagnostic(.error, "no", job: "one", key: "cron").line == 4)
    #expect(positions.diagnostic(.error, "no", job: "gone").line == 0)
  }
}
