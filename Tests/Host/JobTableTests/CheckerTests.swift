import PluginAPI
import Testing

@testable import JobTable

/// A table against what the plugins offer.
@Suite struct CheckerTests {
  private func check(_ job: String) -> (LoadedTable, [Diagnostic]) {
    let loaded = load("version: 1\njobs:\n  one: \(job)\n")
    return (loaded, TableChecker(.sample).check(loaded))
  }

  @Test(
    arguments: [
      ("size: 0.5 SOL", nil, nil), ("size: 1", nil, nil), ("rotation: fixed", nil, nil),
      ("gamma: 0.5", nil, nil), ("active: false", nil, nil), ("pause: 1m", nil, nil),
      ("sise: 1", "'flash-volume' has no parameter 'sise'", "size"),
      ("size: 10 USD", "'10 USD' does not fit 'size'", nil),
      ("size: 11 SOL", "'11 SOL' is out of range for 'size'", nil),
      ("levels: many", "'many' does not fit 'levels'", nil),
      ("rotation: tock", "'tock' does not fit 'rotation'", "tick"),
      ("pause: 30", "'30' does not fit 'pause'", "30s"),
      ("gamma: 0.4", "'0.4' is out of range for 'gamma'", nil),
      ("active: maybe", "'maybe' does not fit 'active'", nil),
    ] as [(String, String?, String?)])
  func parametersAreCheckedAgainstTheirSchema(
    parameter: String, message: String?, suggestion: String?
  ) {
    let (loaded, found) = check(
      "{ plugin: FlashVolume, every: 1h, grant: [trade, synthetic-volume], parameters: { \(parameter) } }"
    )
    #expect(loaded.summaries == [])
    #expect(found.first?.message == message)
    #expect(found.first?.suggestion == suggestion)
    #expect(found.count == (message == nil ? 0 : 1))
  }

  @Test(arguments: [
    ("{ plugin: FlashVolum, every: 1h }", "no plugin 'FlashVolum'", "FlashVolume"),
    ("{ plugin: Reports, every: 1h }", "plugin 'Reports' offers 2 kinds of jobs", nil),
    ("{ plugin: Reports, job: dayly, every: 1h }", "plugin 'Reports' has no job 'dayly'", "daily"),
  ])
  func unknownCodeIsAnError(job: String, message: String, suggestion: String?) {
    let (_, found) = check(job)
    #expect(found.map(\.message) == [message] && found.hasErrors)
    #expect(found.first?.suggestion == suggestion)
  }

  @Test func grantsThatDoNotMatchAreWarnings() {
    let (_, found) = check("{ plugin: FlashVolume, every: 1h, grant: [trade, swap] }")
    #expect(
      found.map(\.summary) == [
        "jobs.yaml:3:42: warning: 'flash-volume' asks for 'synthetic-volume', which the table does not grant: such bundles are refused",
        "jobs.yaml:3:57: warning: 'flash-volume' does not ask for 'swap'",
      ])
  }

  @Test func whatAPluginFindsGetsItsLine() {
    let loaded = load(
      "version: 1\njobs:\n  one:\n    plugin: FlashVolume\n    every: 1h\n    parameters:\n      levels: 7\n      phrase: sesame\n"
    )
    let problems = ParameterProblems([
      ParameterProblem(parameter: "levels", message: "must be even"),
      ParameterProblem(parameter: "pause", message: "must be longer"),
      ParameterProblem(message: "levels and pause do not go together"),
    ])
    let found = TableChecker(.sample).diagnostics(for: problems, job: "one", in: loaded)
    #expect(
      found.map(\.summary) == [
        "jobs.yaml:6:5: error: 'pause': must be longer",
        "jobs.yaml:6:5: error: levels and pause do not go together",
        "jobs.yaml:7:15: error: 'levels': must be even",
      ])
  }

  @Test func secretParametersStayHidden() {
    let loaded = load(
      "version: 1\njobs: { one: { plugin: FlashVolume, every: 1h, parameters: { phrase: sesame, levels: x } } }"
    )
    let found = TableChecker(.sample).check(loaded)
    #expect(found.hasErrors && !found.rendered().contains("sesame"))
    let problem = ParameterProblem(parameter: "phrase", message: "too short")
    let more = TableChecker(.sample).diagnostics(
      for: ParameterProblems([problem]), job: "one", in: loaded)
    #expect(more.count == 1 && !more.rendered().contains("sesame"))
  }

  @Test func onlyTheJobsAskedForAreChecked() {
    let loaded = load(
      "version: 1\njobs: { a: { plugin: X, every: 1s }, b: { plugin: Y, every: 1s } }")
    let checker = TableChecker(.sample)
    #expect(checker.check(loaded).map(\.message) == ["no plugin 'X'", "no plugin 'Y'"])
    #expect(checker.check(loaded, jobs: ["b"]).map(\.message) == ["no plugin 'Y'"])
  }
}
