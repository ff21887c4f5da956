import Isolation
import JobTable
import PluginAPI
import Testing

@testable import Scheduler

/// Each test is a transcript: what happens, and what a user sees.
@Suite struct PolicyTests {
  // MARK: Grid

  @Test func intervalsKeepTheirPhaseHoweverLongRunsTake() {
    var host = CoreHarness()
    host.apply(CoreHarness.entry())
    host.advance(.seconds(2))
    #expect(host.starts() == [0])
    host.end(host.open.keys.first)
    host.advance(.milliseconds(999))
    host.endAll()
    host.advance(.milliseconds(2))
    #expect(host.starts() == [0, 3])
    host.endAll()
    #expect(host.ends() == ["0: done", "1: skipped_overlap x2", "3: done"])
  }

  @Test func nothingStartsEarly() {
    var host = CoreHarness()
    host.apply(CoreHarness.entry { $0.precision = .exact })
    host.sleep(.nanoseconds(0))
    #expect(host.starts() == [0])
    host.endAll()
    host.sleep(.nanoseconds(999_999_999))
    #expect(host.starts() == [0])
    host.sleep(.nanoseconds(1))
    #expect(host.starts() == [0, 1])
  }

  @Test func exactJobsWakeOnTimeAndOthersOnTheMillisecond() {
    var host = CoreHarness()
    host.apply(CoreHarness.entry { $0.cadence.phase = .nanoseconds(500_300) })
    #expect(host.core.nextDeadline.nanoseconds == 5_001_000_000)
    host.apply(
      CoreHarness.entry {
        $0.cadence.phase = .nanoseconds(500_300)
        $0.precision = .exact
      })
    #expect(host.core.nextDeadline.nanoseconds == 5_000_500_300)
  }

  @Test func equalCadencesAreSpread() {
    var host = CoreHarness()
    let jobs = (0..<200).map { number in
      CoreHarness.entry("job\(number)") { $0.cadence.phase = nil }
    }
    host.table = ScheduleTable(
      jobs: Dictionary(uniqueKeysWithValues: jobs.map { ($0.name, $0) }), generation: 1)
    host.core.apply(host.table, host.now)
    host.advance(.milliseconds(999))
    let tenths = Set(host.started.map { $0.plannedAt.nanoseconds / 100_000_000 })
    #expect(host.started.count > 190)
    #expect(tenths.count == 10)
  }

  @Test func jitterIsTheSameInEveryHost() {
    let times = [1 as UInt64, 2].map { seed in
      var host = CoreHarness(seed: seed)
      host.apply(CoreHarness.entry { $0.cadence.jitter = .milliseconds(300) })
      for _ in 0..<20 {
        host.advance(.seconds(1))
        host.endAll()
      }
      return host.started.map(\.plannedAt)
    }
    #expect(times[0] == times[1])
    #expect(Set(times[0].map { $0.nanoseconds % 1_000_000_000 }).count > 10)
  }

  @Test func priorityDecidesAmongEqualTimes() {
    var host = CoreHarness()
    host.apply(
      CoreHarness.entry("a"), CoreHarness.entry("b") { $0.priority = 5 },
      CoreHarness.entry("c") { $0.priority = 1 })
    host.sleep(.milliseconds(1))
    #expect(host.started.map(\.job) == ["b", "c", "a"])
  }

  // MARK: Overlap

  @Test func queueOneRunsTheFirstWaitingSlotAndSupersedesTheRest() {
    var host = CoreHarness()
    host.apply(CoreHarness.entry { $0.overlap = .queueOne })
    host.advance(.milliseconds(3500))
    #expect(host.starts() == [0])
    host.endAll()
    #expect(host.starts() == [0, 1])
    host.endAll()
    #expect(host.ends() == ["0: done", "1: done", "2: superseded x2"])
  }

  @Test func replaceCancelsAndStartsTheNewestWhenTheOldRunIsGone() {
    var host = CoreHarness()
    host.apply(CoreHarness.entry { $0.overlap = .replace })
    host.advance(.milliseconds(1500))
    #expect(host.cancelled.map(\.reason) == [.replaced])
    #expect(host.starts() == [0])
    host.endAll(.failed("cancelled"))
    #expect(host.starts() == [0, 1])
    #expect(host.ends() == ["0: cancelled"])
    #expect(host.core.status(of: "job", host.now)?.failuresInARow == 0)
  }

  // MARK: Misfire

  @Test(arguments: [
    (Misfire.skip, [3600], ["0: done", "1: skipped_misfire x3599", "3600: done"]),
    (.latest, [3600], ["0: done", "1: superseded x3599", "3600: done"]),
    (.all(max: 2), [3599, 3600], ["0: done", "1: skipped_misfire x3598", "3599: done x2"]),
  ])
  func slotsThatPassedInSleep(misfire: Misfire, runs: [Int64], ends: [String]) {
    var host = CoreHarness()
    host.apply(
      CoreHarness.entry { $0.misfire = misfire })
    host.sleep(.zero)
    host.endAll()
    host.sleep(.seconds(3600))
    for _ in 0..<3 { host.endAll() }
    #expect(host.ends() == ends)
    #expect(Array(host.starts().dropFirst()) == runs)
  }

  /// kubernetes#42649: after a hundred missed slots the job never started again.
  @Test func thereIsNoCliff() {
    var host = CoreHarness()
    host.apply(CoreHarness.entry { $0.cadence.every = .milliseconds(1) })
    host.sleep(.zero)
    host.endAll()
    host.sleep(.seconds(86_400 * 365))
    #expect(host.started.count == 2)
    #expect(host.started.last?.cause == .catchUp)
    host.endAll()
    #expect(host.streaks().count < 10)
  }

  // MARK: Deadlines

  @Test func aRunThatIgnoresItsDeadlineIsCancelledThenKilledThenClosed() {
    var host = CoreHarness()
    host.apply(CoreHarness.entry { $0.timeout = .milliseconds(300) })
    host.advance(.milliseconds(299))
    #expect(host.cancelled.isEmpty)
    host.advance(.milliseconds(2))
    #expect(host.cancelled.map(\.reason) == [.deadline])
    host.advance(.milliseconds(2000))
    #expect(host.killed == [host.started[0].id])
    host.advance(.seconds(6))
    #expect(host.ends().contains("0: timed_out"))
    #expect(host.starts().count == 2)
  }

  @Test func aReportAfterTheEndIsCountedAndDropped() {
    var host = CoreHarness()
    host.apply(CoreHarness.entry())
    host.sleep(.zero)
    let run = host.started[0].id
    host.end(run)
    host.end(run, .failed("late"))
    #expect(host.core.strayReports == 1)
    #expect(host.ends() == ["0: done"])
  }

  // MARK: Retry, failures

  @Test func failedSlotsAreTriedAgainUnderTheSameName() {
    var host = CoreHarness()
    host.apply(
      CoreHarness.entry {
        $0.cadence.every = .seconds(600)
        $0.cadence.phase = .seconds(400)
        $0.retry = Retry(attempts: 3, firstPause: .seconds(1), longestPause: .seconds(4))
      })
    host.sleep(.zero)
    while host.started.count < 3, !host.open.isEmpty {
      host.endAll(.failed("no"))
      host.advance(.seconds(5))
    }
    #expect(host.started.map(\.attempt) == [1, 2, 3])
    #expect(Set(host.started.map(\.slot)).count == 1)
    #expect(Set(host.started.map(\.id)).count == 3)
    host.endAll(.done("at last"))
    #expect(host.streaks().map(\.outcome) == [.ran(.done("at last"))])
  }

  @Test func aNewerSlotEndsTheRetriesOfAnOlderOne() {
    var host = CoreHarness()
    host.apply(
      CoreHarness.entry {
        $0.retry = Retry(attempts: 5, firstPause: .seconds(60), longestPause: .seconds(60))
      })
    host.sleep(.zero)
    host.endAll(.failed("no"))
    host.advance(.milliseconds(1001))
    host.endAll()
    #expect(host.ends() == ["0: failed", "1: done"])
  }

  @Test func failuresInARowQuarantineUntilSomebodyResumes() throws {
    var host = CoreHarness()
    host.apply(CoreHarness.entry { $0.failureBudget = 2 })
    host.sleep(.zero)
    host.endAll(.failed("no"))
    host.advance(.seconds(1))
    host.endAll(.failed("disk full"))
    host.advance(.seconds(3))
    #expect(host.ends() == ["0: failed", "1: failed", "2: skipped_quarantined x3"])
    let why = try #require(host.core.why("job", host.now))
    #expect(why.isBlocked && why.findings[0].text.contains("disk full"))
    #expect(host.notices.contains { $0.message == "job is quarantined" && $0.level == .error })
    try host.call { core, now throws(SchedulerError) in try core.resume("job", now) }
    host.advance(.seconds(1))
    #expect(host.starts() == [0, 1, 5])
  }

  @Test func aChangedConfigurationEndsQuarantine() {
    var host = CoreHarness()
    host.apply(CoreHarness.entry { $0.failureBudget = 1 })
    host.sleep(.zero)
    host.endAll(.failed("no"))
    host.apply(
      CoreHarness.entry {
        $0.failureBudget = 1
        $0.parameters = ["size": "2"]
      })
    host.advance(.seconds(1))
    #expect(host.starts() == [0, 1])
  }

  // MARK: Groups

  @Test func groupsLimitWhatRunsAtOnceAndPriorityGoesFirst() {
    var host = CoreHarness()
    let entries = ["a", "b", "c", "d"].enumerated().map { number, name in
      CoreHarness.entry(name) {
        $0.group = "rpc"
        $0.priority = number
      }
    }
    host.apply(entries[0], entries[1], entries[2], entries[3], groups: ["rpc": 2])
    host.sleep(.zero)
    #expect(host.started.map(\.job) == ["d", "c"])
    host.end(host.started[0].id)
    #expect(host.started.map(\.job) == ["d", "c", "b"])
    host.endAll()
    host.endAll()
    #expect(host.started.map(\.job) == ["d", "c", "b", "a"])
  }

  // MARK: Other cadences

  @Test func signalsStartAJobAndMeltTogetherWhileItRuns() {
    var host = CoreHarness()
    host.apply(
      CoreHarness.entry {
        $0.cadence = Cadence()
        $0.cadence.signals = ["rebuild"]
      })
    for _ in 0..<4 { host.call { core, now in core.signal("rebuild", now) } }
    host.call { core, now in core.signal("other", now) }
    #expect(host.started.count == 1)
    host.endAll()
    #expect(host.started.count == 2)
    host.endAll()
    #expect(host.started.count == 2)
    _ = host.ends()
    #expect(host.streaks().map(\.count).reduce(0, +) == 4)
  }

  @Test func idleJobsRunWhenTheMarketIsQuiet() {
    var host = CoreHarness()
    host.apply(
      CoreHarness.entry {
        $0.cadence = Cadence()
        $0.cadence.idle = .seconds(900)
      })
    host.advance(.seconds(800))
    host.call { core, now in core.traded(now) }
    host.advance(.seconds(899))
    #expect(host.started.isEmpty)
    host.advance(.seconds(1))
    #expect(host.started.map(\.cause) == [.idle])
    host.endAll()
    host.advance(.seconds(900))
    #expect(host.started.count == 2)
  }

  @Test func aOneShotRunsOnceAlsoOverARestart() {
    var host = CoreHarness()
    host.apply(
      CoreHarness.entry {
        $0.cadence = Cadence()
        $0.cadence.at = Timestamp(seconds: 1_750_000_060)
      })
    host.advance(.seconds(59))
    #expect(host.started.isEmpty)
    host.advance(.seconds(1))
    #expect(host.starts() == [60])
    host.endAll()
    host.crash(after: .seconds(3))
    host.advance(.seconds(100))
    #expect(host.starts() == [60])
  }
}
