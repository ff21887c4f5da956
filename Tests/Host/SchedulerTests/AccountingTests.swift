import Isolation
import JobTable
import PluginAPI
import Testing

@testable import Scheduler

/// Whatever happens, the slots of a job are its exact sequence, and each ends exactly once.
@Suite struct AccountingTests {
  @Test(arguments: 0..<150) func everySlotEndsExactlyOnce(seed: UInt64) throws {
    var world = AccountedWorld(seed: seed)
    world.run(steps: 250)
    try world.check()
  }
}

/// Random jobs, runs, outages, clock steps, reloads and crashes, all by one seed.
private struct AccountedWorld {
  var random: SeededRandom
  var host: CoreHarness
  let seed: UInt64

  init(seed: UInt64) {
    self.seed = seed
    random = SeededRandom(seed: seed)
    host = CoreHarness(seed: seed)
    apply()
  }

  mutating func pick(_ count: UInt64) -> UInt64 { random.next() % count }

  mutating func apply() {
    let entries = (0..<5).map { entry($0) }
    host.table = ScheduleTable(
      jobs: Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0) }),
      groups: ["group": 2], generation: host.table.generation + 1, zones: Self.zones)
    host.core.apply(host.table, host.now)
    host.settle()
  }

  static let zones = ["Europe/Berlin": try? ZoneFiles().load("Europe/Berlin")].compactMapValues {
    $0
  }

  /// The cadence of a job is fixed by its name; the policies change with each reload.
  private mutating func entry(_ number: Int) -> JobEntry {
    var entry = JobEntry(name: "job\(number)", plugin: "Plugin\(number % 2)")
    if number == 4 {
      entry.cadence.cron = CronSchedule(
        expression: "", fields: CronTests.fields(seconds: 0x1010_0101, minutes: ~0, hours: ~0),
        zone: "Europe/Berlin")
    } else {
      entry.cadence.every =
        [.milliseconds(10), .milliseconds(700), .seconds(3), .seconds(20)][number]
    }
    entry.overlap = Overlap.allCases[Int(pick(3))]
    entry.misfire = [.skip, .latest, .all(max: 3)][Int(pick(3))]
    entry.timeout = [.milliseconds(50), .seconds(2), .seconds(30)][Int(pick(3))]
    entry.retry = Retry(attempts: Int(pick(3)) + 1, firstPause: .milliseconds(20))
    entry.cadence.jitter = pick(2) == 0 ? .zero : .milliseconds(7)
    entry.failureBudget = Int(pick(4)) * 3
    entry.grants = pick(3) == 0 ? [.trade] : []
    entry.onLost = OnLost.allCases[Int(pick(3))]
    entry.group = pick(2) == 0 ? "group" : nil
    entry.precision = pick(2) == 0 ? .exact : .grid
    return entry
  }

  mutating func run(steps: Int) {
    for _ in 0..<steps { step() }
    host.isStoreUp = true
    for plugin in 0..<2 { host.core.workerAvailable("Plugin\(plugin)", host.now) }
    host.core.release(host.now)
    host.settle()
    host.advance(.seconds(3))
    host.core.halt(reason: "the end", host.now)
    host.settle()
    host.endAll()
    #expect(host.core.runCount == 0, "seed \(seed)")
    host.core.flush()
    host.settle()
  }

  private mutating func step() {
    switch pick(20) {
    case 0...6: host.advance(.milliseconds(Int64(pick(400))))
    case 7...11: endSome()
    case 12: host.sleep(.milliseconds(Int64(pick(60_000))))
    case 13: toggleWorker()
    case 14: toggleHalt()
    case 15: host.isStoreUp = [true, true, false, nil][Int(pick(4))]
    case 16: apply()
    case 17: host.stepWall(.seconds(Int64(pick(8000)) - 4000))
    case 18: stand()
    default: if pick(4) == 0 { host.crash(after: .milliseconds(Int64(pick(100_000)))) }
    }
    host.settle()
  }

  private mutating func endSome() {
    for run in host.open.keys.sorted() where pick(2) == 0 {
      let outcomes: [RunOutcome] = [
        .done(""), .done(""), .nothingToDo(""), .retry(after: .milliseconds(30)), .failed("no"),
        .timedOut, .lost("signal 11"),
      ]
      host.end(run, outcomes[Int(pick(7))])
    }
  }

  private mutating func toggleWorker() {
    let plugin = "Plugin\(pick(2))"
    if pick(2) == 0 {
      host.core.workerUnavailable(plugin, because: "breaker", host.now)
    } else {
      host.core.workerAvailable(plugin, host.now)
    }
  }

  private mutating func toggleHalt() {
    if pick(3) == 0 {
      host.core.halt(reason: "test", host.now)
    } else {
      host.core.release(host.now)
    }
  }

  private mutating func stand() {
    let job = "job\(pick(5))"
    if pick(3) == 0 {
      try? host.core.pause(job, note: "test", host.now)
    } else {
      try? host.core.resume(job, host.now)
    }
  }

  // MARK: The check

  func check() throws {
    for number in 0..<4 { try checkInterval("job\(number)") }
    checkCron("job4")
  }

  private func checkInterval(_ job: String) throws {
    let interval = try #require(host.table.jobs[job]?.cadence.every).nanoseconds
    var slots: [(time: Int64, count: Int)] = []
    for streak in host.streaks(job) {
      let length = (streak.last - streak.first).nanoseconds / interval + 1
      #expect(Int(length) == streak.count, "seed \(seed): \(streak)")
      slots += [(streak.first.nanoseconds, streak.count)]
    }
    slots.sort { $0.time < $1.time }
    var next = slots.first?.time ?? 0
    for slot in slots {
      #expect(slot.time == next, "seed \(seed): \(job) hole or double at \(next)")
      guard slot.time == next else { return }
      next = slot.time + Int64(slot.count) * interval
    }
    #expect(!slots.isEmpty, "seed \(seed)")
  }

  private func checkCron(_ job: String) {
    var seen: Set<Int64> = []
    for streak in host.streaks(job) where streak.count == 1 {
      let isNew = seen.insert(streak.first.nanoseconds).inserted
      #expect(isNew, "seed \(seed): \(streak) ended twice")
    }
  }
}
