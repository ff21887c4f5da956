import Isolation
import Telemetry
import Testing

@testable import Gridkeeper

@Suite struct TellingBudgetTests {
  private let time = ManualTime()
  private let metrics = Metrics()

  @Test func `a job that floods is silenced, the others are heard`() {
    let budget = TellingBudget(time: time, metrics: metrics)
    let passed = (0..<10_000).count { _ in budget.allows(.event, by: "bad") }
    #expect(passed == 500)
    #expect(budget.allows(.event, by: "good") && budget.allows(.log, by: "bad"))
    #expect(metrics.value(.init("job_tellings_refused_total", ["job": "bad"])) == 9_500)
    time.advance(by: .seconds(1))
    #expect((0..<10_000).count { _ in budget.allows(.event, by: "bad") } == 50)
  }

  @Test func `a job has so many metrics and no more`() {
    let budget = TellingBudget(time: time, metrics: metrics)
    let passed = (0..<300).count { budget.allows(metric: "m\($0)", by: "bad") }
    #expect(passed == TellingBudget.mostMetrics)
    #expect(budget.allows(metric: "m0", by: "bad") && budget.allows(metric: "m300", by: "good"))
    budget.keep(["good"])
    #expect(budget.allows(metric: "m300", by: "bad"))
  }
}
