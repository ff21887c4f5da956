import Isolation
import JobTable
import PluginAPI
import Testing

@testable import Scheduler

/// Reloads, restarts, workers and clocks.
@Suite struct TableTests {
  @Test func aRunThatWaitsForItsRecordStartsByTheTableOfThatMoment() {
    var host = CoreHarness()
    let money = CoreHarness.entry { $0.grants = [.trade] }
    host.apply(money)
    host.isStoreUp = nil
    host.advance(.seconds(1))
    host.apply(CoreHarness.entry { ($0.grants, $0.isEnabled) = ([.trade], false) })
    host.isStoreUp = true
    host.settle()
    #expect(host.starts() == [])
    #expect(host.ends() == ["0: skipped_disabled", "1: skipped_overlap"])

    host.apply(money)
    host.isStoreUp = nil
    host.advance(.seconds(1))
    host.apply(CoreHarness.entry { ($0.grants, $0.timeout) = ([.trade], .seconds(9)) })
    host.isStoreUp = true
    host.settle()
    #expect(host.started.map(\.generation) == [4])
  }

  @Test func anUnchangedJobKeepsPhaseRunAndCounters() {
    var host = CoreHarness()
    host.apply(CoreHarness.entry { $0.cadence.phase = nil })
    host.advance(.milliseconds(2500))
    let before = host.core.status(of: "job", host.now)
    host.apply(
      CoreHarness.entry {
        $0.cadence.phase = nil; $0.line = 9
      }, CoreHarness.entry("new"))
    #expect(host.core.status(of: "job", host.now) == before)
    #expect(host.cancelled.isEmpty)
  }

  @Test func changedParametersKeepTheGridAndCountFromTheNextRun() {
    var host = CoreHarness()
    host.apply(CoreHarness.entry { $0.cadence.phase = nil })
    host.advance(.milliseconds(1500))
    host.apply(
      CoreHarness.entry {
        $0.cadence.phase = nil
        $0.parameters = ["size": "2"]
      })
    #expect(host.open.count == 1)
    host.endAll()
    host.advance(.seconds(1))
    #expect(host.started.map(\.generation) == [1, 2])
    let distance = host.started[1].slot.time - host.started[0].slot.time
    #expect(distance.nanoseconds % 1_000_000_000 == 0)
  }

  @Test func aRemovedJobsRunDrainsAndTheJobIsGone() {
    var host = CoreHarness()
    host.apply(CoreHarness.entry { $0.timeout = .seconds(20) })
    host.sleep(.zero)
    host.apply()
    #expect(host.core.status(of: "job", host.now)?.state == .draining)
    host.advance(.seconds(21))
    #expect(host.cancelled.map(\.reason) == [.deadline])
    host.endAll(.failed("cancelled"))
    #expect(host.core.jobCount == 0)
    #expect(host.ends() == ["0: timed_out"])
  }

  @Test func slotsWhileDisabledAreSkippedAsDisabled() {
    var host = CoreHarness()
    host.apply(CoreHarness.entry())
    host.sleep(.zero)
    host.endAll()
    host.apply(CoreHarness.entry { $0.isEnabled = false })
    host.advance(.milliseconds(3500))
    #expect(host.started.count == 1)
    host.apply(CoreHarness.entry())
    host.advance(.seconds(1))
    host.endAll()
    #expect(host.ends() == ["0: done", "1: skipped_disabled x3", "4: done"])
  }

  // MARK: Restarts

  /// sidekiq-scheduler#251: each deploy reset all timers.
  @Test func aRestartKeepsThePhaseAndAccountsForTheOutage() {
    var host = CoreHarness()
    host.apply(CoreHarness.entry { $0.misfire = .skip })
    host.sleep(.zero)
    host.endAll()
    host.advance(.milliseconds(2500))
    host.endAll()
    _ = host.ends()
    host.crash(after: .seconds(10))
    host.advance(.milliseconds(600))
    host.endAll()
    #expect(
      host.ends() == [
        "0: done", "1: done", "2: skipped_overlap", "3: skipped_misfire x9", "12: done",
        "13: skipped_overlap",
      ])
  }

  @Test(arguments: [OnLost.retry, .skip, .hold]) func runsThatDiedWithTheHost(onLost: OnLost) {
    var host = CoreHarness()
    host.apply(
      CoreHarness.entry {
        $0.grants = [.trade]
        $0.onLost = onLost
        $0.cadence.every = .seconds(600)
        $0.cadence.phase = .seconds(400)
      })
    host.sleep(.zero)
    #expect(host.starts() == [0])
    host.crash()
    let status = host.core.status(of: "job", host.now)
    switch onLost {
    case .retry:
      #expect(host.started.map(\.attempt) == [1, 2])
      #expect(host.started[0].slot == host.started[1].slot)
    case .skip:
      #expect(host.started.count == 1)
      #expect(host.ends() == ["0: lost"])
    case .hold:
      #expect(status?.state == .held)
      host.advance(.seconds(600))
      #expect(host.started.count == 1)
    }
  }

  @Test func pausesOutliveTheHost() throws {
    var host = CoreHarness()
    host.apply(CoreHarness.entry())
    try host.call { core, now throws(SchedulerError) in
      try core.pause("job", note: "maintenance", now)
    }
    host.crash(after: .seconds(1))
    host.advance(.seconds(2))
    #expect(host.started.isEmpty)
    #expect(host.core.why("job", host.now)?.findings.first?.text == "paused: maintenance")
  }

  // MARK: Money

  @Test func moneySlotsAreWrittenBeforeTheyStart() {
    var host = CoreHarness()
    host.isStoreUp = nil
    host.apply(CoreHarness.entry { $0.grants = [.trade] })
    host.sleep(.zero)
    #expect(host.started.isEmpty)
    host.isStoreUp = true
    host.settle()
    #expect(host.starts() == [0])
    let planned = host.entries.firstIndex {
      if case .planned = $0 { true } else { false }
    }
    #expect(planned != nil)
  }

  @Test func moneyDoesNotMoveUnrecordedAndOthersGoOn() {
    var host = CoreHarness()
    host.isStoreUp = false
    host.apply(CoreHarness.entry("money") { $0.grants = [.trade] }, CoreHarness.entry())
    host.sleep(.zero)
    #expect(host.started.map(\.job) == ["job"])
    #expect(host.ends(of: "money") == ["0: skipped_store_unavailable"])
  }

  // MARK: Workers and halts

  @Test(arguments: [
    (Misfire.skip, ["0: skipped_worker_down x3"], [Int64]()),
    (.latest, ["0: superseded x2", "2: done"], [2]),
    (.all(max: 2), ["0: skipped_worker_down", "1: done x2"], [1, 2]),
  ])
  func slotsWithoutAWorker(misfire: Misfire, ends: [String], starts: [Int64]) {
    var host = CoreHarness()
    host.apply(CoreHarness.entry { $0.misfire = misfire })
    host.call { core, now in core.workerUnavailable("Plugin", because: "breaker open", now) }
    host.advance(.milliseconds(2500))
    #expect(host.started.isEmpty)
    #expect(host.core.why("job", host.now)?.isBlocked == true)
    host.call { core, now in core.workerAvailable("Plugin", now) }
    for _ in 0..<3 { host.endAll() }
    #expect(host.starts() == starts)
    #expect(host.ends() == ends)
  }

  @Test func nothingStartsWhileTheHostIsHalted() {
    var host = CoreHarness()
    host.apply(CoreHarness.entry())
    host.call { core, now in core.halt(reason: "kill switch", now) }
    host.advance(.milliseconds(2500))
    #expect(throws: SchedulerError.self) {
      try host.call { core, now throws(SchedulerError) in
        _ = try core.trigger("job", isForced: true, now)
      }
    }
    host.call { core, now in core.release(now) }
    host.advance(.seconds(1))
    host.endAll()
    #expect(host.ends() == ["0: skipped_halted x3", "3: done"])
  }

  @Test func manualRunsObeyOverlapUnlessForced() throws {
    var host = CoreHarness()
    host.apply(CoreHarness.entry { $0.cadence.every = .seconds(3600) })
    for _ in 0..<2 {
      try host.call { core, now throws(SchedulerError) in _ = try core.trigger("job", now) }
    }
    #expect(host.started.map(\.slot.kind) == [.manual])
    try host.call { core, now throws(SchedulerError) in
      _ = try core.trigger("job", isForced: true, now)
    }
    #expect(host.started.map(\.slot.kind) == [.manual, .manual])
    host.endAll()
    #expect(host.ends() == ["0: done", "0: skipped_overlap", "0: done"])
    #expect(throws: SchedulerError.unknownJob("other")) {
      try host.call { core, now throws(SchedulerError) in _ = try core.trigger("other", now) }
    }
  }

  // MARK: Clocks

  @Test(arguments: [Duration.seconds(7200), .seconds(-7200), .seconds(86_400 * 400)])
  func intervalsDoNotFeelTheWallClock(step: Duration) {
    var host = CoreHarness()
    host.apply(CoreHarness.entry())
    for second in 0..<6 {
      host.advance(.seconds(second == 0 ? 0 : 1))
      host.endAll()
      if second == 2 { host.stepWall(step) }
    }
    #expect(host.starts() == [0, 1, 2, 3, 4, 5])
  }

  @Test func calendarsFollowTheWallClockAndRepeatNothing() {
    var host = CoreHarness()
    host.apply(
      CoreHarness.entry {
        $0.cadence = Cadence()
        $0.cadence.cron = CronSchedule(
          expression: "0 * * * *", fields: CronTests.fields(minutes: 1, hours: ~0))
      })
    host.advance(.seconds(3600))
    host.endAll()
    #expect(host.starts() == [3200])
    host.stepWall(.seconds(-1800))
    host.advance(.seconds(1800))
    #expect(host.starts() == [3200])
    host.stepWall(.seconds(3600))
    #expect(host.starts().count == 1)
    host.advance(.seconds(1))
    #expect(host.starts().count == 2)
  }

  @Test func noEnabledJobIsEverLeftBehind() {
    var host = CoreHarness()
    host.apply(CoreHarness.entry(), CoreHarness.entry("other") { $0.cadence.every = .seconds(60) })
    host.advance(.seconds(300))
    #expect(host.core.overdue(host.now).isEmpty)
    host.core.grid.remove(host.core.names["job"] ?? 0)
    #expect(host.core.overdue(host.now) == ["job"])
  }

  @Test func aPlanSaysWhatAReloadWouldDoAndDoesNothing() {
    var host = CoreHarness()
    host.apply(CoreHarness.entry(), CoreHarness.entry("gone"))
    host.sleep(.zero)
    var table = host.table
    table.generation = 2
    table.jobs["gone"] = nil
    table.jobs["new"] = CoreHarness.entry("new")
    table.jobs["job"]?.timeout = .seconds(1)
    let plan = host.core.plan(table, host.now)
    #expect(plan.map(\.job) == ["gone", "job", "new"])
    #expect(plan.map(\.change) == [.removed, .changed, .added])
    #expect(plan.map(\.drains) == [true, true, false])
    #expect(plan[1].before == plan[1].after)
    #expect(host.core.generation == 1)
  }

  @Test func forecastsNameTheClockChanges() throws {
    var entry = CoreHarness.entry { $0.cadence = Cadence() }
    entry.cadence.cron = CronSchedule(
      expression: "30 2 * * *", fields: CronTests.daily(2, 30), zone: "Europe/Berlin")
    let forecast = Forecast(entry, zone: try ZoneFiles().load("Europe/Berlin"))
    let now = Timestamp(seconds: 1_767_225_600)
    #expect(
      forecast.next(2, after: now).map(\.local) == [
        "2026-01-01T02:30:00+01:00", "2026-01-02T02:30:00+01:00",
      ])
    #expect(
      forecast.aroundDST(after: now).map(\.note) == [
        "clocks in Europe/Berlin go from 02:00 to 03:00: 02:30 does not exist and runs at 03:00 "
          + "instead",
        "clocks in Europe/Berlin go from 03:00 to 02:00: 02:30 comes twice and runs the first time",
      ])
    entry.cadence.cron?.fold = .both
    let both = Forecast(entry, zone: try ZoneFiles().load("Europe/Berlin"))
    // 2026-10-25T00:30:00Z and an hour later.
    #expect(
      both.aroundDST(after: now).suffix(2).map(\.time.seconds) == [1_792_888_200, 1_792_891_800])
  }
}
