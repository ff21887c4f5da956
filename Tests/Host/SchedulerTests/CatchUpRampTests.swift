import Isolation
import JobTable
import PluginAPI
import Testing

@testable import Scheduler

/// What was missed is made up for at a bounded rate.
@Suite struct CatchUpRampTests {
  /// Three hundred jobs that all ran once and then missed an hour; the last one is urgent.
  private func afterAnOutage() -> CoreHarness {
    var host = CoreHarness()
    let jobs = (0..<300).map { number in
      CoreHarness.entry("job\(number)") {
        $0.cadence.every = .seconds(60)
        $0.misfire = .latest
        if number == 299 { $0.priority = 10 }
      }
    }
    host.table = ScheduleTable(
      jobs: Dictionary(uniqueKeysWithValues: jobs.map { ($0.name, $0) }), generation: 1)
    host.core.apply(host.table, host.now)
    host.advance(.seconds(61))
    host.endAll()
    host.core.flush()
    host.settle()
    host.started = []
    host.crash(after: .seconds(3_600))
    return host
  }

  @Test func missedJobsStartOneAfterTheOther() {
    var host = afterAnOutage()
    #expect(host.started.count == 10)
    host.advance(.seconds(1))
    #expect(host.started.count == 110)
    #expect(host.started.prefix(11).contains { $0.job == "job299" })
    host.advance(.milliseconds(1_890))
    #expect(host.started.count == 299)
    host.advance(.milliseconds(10))
    #expect(host.started.count == 300)
    #expect(Set(host.started.map(\.job)).count == 300)
    #expect(host.started.allSatisfy { $0.cause == .catchUp })
    host.endAll()
    #expect(host.ends(of: "job7").last?.hasSuffix("done") == true)
    #expect(host.ends(of: "job7").count == host.ends(of: "job299").count)
  }

  @Test func aJobThatLeavesTheTableDoesNotTakeItsTurn() {
    var host = afterAnOutage()
    let left = host.table.jobs.filter { $0.key != "job0" && $0.key != "job150" }
    host.table = ScheduleTable(jobs: left, generation: 2)
    host.core.apply(host.table, host.now)
    host.advance(.seconds(5))
    #expect(host.started.count { $0.job == "job150" } == 0)
    #expect(host.ends(of: "job150").last?.contains("skipped_removed") == true)
    #expect(Set(host.started.map(\.job)).count >= 298)
  }

  @Test func punctualSlotsAndThoseThatMakeUpForNothingDoNotWait() {
    var host = CoreHarness()
    let jobs = (0..<300).map { CoreHarness.entry("job\($0)") { $0.misfire = .skip } }
    host.table = ScheduleTable(
      jobs: Dictionary(uniqueKeysWithValues: jobs.map { ($0.name, $0) }), generation: 1)
    host.core.apply(host.table, host.now)
    host.advance(.milliseconds(1))
    #expect(host.started.count == 300)
    host.endAll()
    host.sleep(.milliseconds(2_500))
    #expect(host.started.count == 600)
  }
}

/// A run that its worker did not take.
@Suite struct NotStartedTests {
  @Test(arguments: [[], [Capability.trade]])
  func itsSlotIsSkippedAndThatIsNoFailure(grants: [Capability]) {
    var host = CoreHarness()
    host.apply(
      CoreHarness.entry {
        $0.grants = Set(grants)
        $0.failureBudget = 1
      })
    host.advance(.milliseconds(10))
    let run = host.started[0].id
    host.call { core, now in core.notStarted([RefusedRun(id: run, why: "worker tripped")], now) }
    host.open = [:]
    host.advance(.seconds(1))
    host.endAll()
    #expect(host.ends() == ["0: skipped_worker_down", "1: done"])
    #expect(host.core.status(host.now)[0].failed == 0)
    let records = host.entries.compactMap { if case .run(let record) = $0 { record } else { nil } }
    #expect(records.first?.order.id == (grants.isEmpty ? nil : run))
  }

  @Test func ofAJobThatIsGoneItSaysSo() {
    var host = CoreHarness()
    host.apply(CoreHarness.entry())
    host.advance(.milliseconds(10))
    host.apply()
    let run = host.started[0].id
    host.call { core, now in core.notStarted([RefusedRun(id: run, why: "unknown job")], now) }
    #expect(host.ends() == ["0: skipped_removed"])
    #expect(host.core.runCount == 0)
  }
}
