import Isolation
import JobTable
import PluginAPI

@testable import Scheduler

/// A core with clocks of its own, and everything it wanted so far.
struct CoreHarness {
  var core: SchedulerCore
  var now: SchedulerNow
  var started: [RunOrder] = []
  var open: [RunID: RunOrder] = [:]
  var cancelled: [RunCancellation] = []
  var killed: [RunID] = []
  var entries: [LedgerEntry] = []
  var notices: [SchedulerNotice] = []
  var table = ScheduleTable(jobs: [:], generation: 0)
  /// What the store does with runs that must be written down first; `nil` keeps them waiting.
  var isStoreUp: Bool? = true
  var unrecorded: [RunOrder] = []
  /// Records behind a call to the store that does not come back.
  var held: [LedgerEntry] = []

  /// Starts at 2025-06-15T15:06:40Z.
  init(wall: Timestamp = Timestamp(seconds: 1_750_000_000), seed: UInt64 = 1) {
    now = SchedulerNow(monotonic: MonotonicInstant(nanoseconds: 5_000_000_000), wall: wall)
    core = SchedulerCore(seed: seed, now: now)
  }

  /// A job on every full second that moves no money.
  static func entry(_ name: String = "job", _ change: (inout JobEntry) -> Void = { _ in })
    -> JobEntry
  {
    var entry = JobEntry(name: name, plugin: "Plugin")
    entry.cadence.every = .seconds(1)
    entry.cadence.phase = .zero
    change(&entry)
    return entry
  }

  mutating func apply(
    _ entries: JobEntry..., groups: [String: Int] = [:], zones: [String: TimeZoneRules] = [:]
  ) {
    let jobs = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0) })
    table = ScheduleTable(
      jobs: jobs, groups: groups, generation: table.generation + 1, zones: zones)
    core.apply(table, now)
    settle()
  }

  /// Moves time on, stopping at every deadline.
  mutating func advance(_ duration: Duration) {
    let end = now.monotonic + duration
    while core.nextDeadline <= end {
      move(max(core.nextDeadline, now.monotonic))
      core.due(now)
      settle()
    }
    move(end)
  }

  /// Lets time pass without the core noticing, then wakes it.
  mutating func sleep(_ duration: Duration) {
    move(now.monotonic + duration)
    core.due(now)
    settle()
  }

  mutating func stepWall(_ duration: Duration) {
    now.wall = now.wall + duration
    core.wallClockStepped(now)
    settle()
  }

  private mutating func move(_ time: MonotonicInstant) {
    now.wall = now.wall + (time - now.monotonic)
    now.monotonic = time
  }

  mutating func end(_ run: RunID?, _ outcome: RunOutcome = .done("")) {
    guard let run else { return }
    open[run] = nil
    core.completed([RunReport(id: run, outcome: outcome)], now)
    settle()
  }

  /// Ends every run that is under way.
  mutating func endAll(_ outcome: RunOutcome = .done("")) {
    for run in open.keys.sorted() { end(run, outcome) }
  }

  mutating func call<Result, Failure: Error>(
    _ body: (inout SchedulerCore, SchedulerNow) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { settle() }
    return try body(&core, now)
  }

  /// Takes the core's actions as a host does.
  mutating func settle() {
    while !core.actions.isEmpty || (isStoreUp != nil && !(unrecorded.isEmpty && held.isEmpty)) {
      let actions = core.takeActions()
      started += actions.start
      for order in actions.start { open[order.id] = order }
      cancelled += actions.cancel
      killed += actions.kill
      held += actions.entries
      notices += actions.notices
      unrecorded += actions.record
      held += isStoreUp == false ? [] : actions.record.map(LedgerEntry.planned)
      guard let isStoreUp else { continue }
      entries += held
      held = []
      let runs = unrecorded.map(\.id)
      unrecorded = []
      if isStoreUp { core.recorded(runs, now) } else { core.notRecorded(runs, now) }
    }
  }

  // MARK: Reading

  /// Writes down what is open, and gives all ends as `seconds after the start: outcome xcount`.
  mutating func ends(of job: String = "job") -> [String] {
    core.flush()
    settle()
    return streaks(job).sorted { $0.first < $1.first }.map {
      let label = $0.outcome.label
      let first = $0.first.seconds - 1_750_000_000
      return $0.count == 1 ? "\(first): \(label)" : "\(first): \(label) x\($0.count)"
    }
  }

  /// Streaks as a store keeps them: a newer one takes the place of its beginnings.
  func streaks(_ job: String = "job") -> [Streak] {
    var kept: [Streak] = []
    for case .slots(let streak) in entries where streak.job == job {
      let place = kept.lastIndex {
        $0.kind == streak.kind && $0.first == streak.first
          && $0.outcome.label == streak.outcome.label
      }
      if let place { kept[place] = streak } else { kept.append(streak) }
    }
    return kept
  }

  /// When runs started, in seconds after the start.
  func starts(of job: String = "job") -> [Int64] {
    started.filter { $0.job == job }.map { $0.slot.time.seconds - 1_750_000_000 }
  }

  /// What a store would hand to the next host.
  func memory() -> SchedulerMemory {
    var anchors: [String: JobAnchor] = [:]
    var standings: [String: JobStanding] = [:]
    var orphans: [SlotID: RunOrder] = [:]
    func key(_ job: String, _ kind: SlotID.Kind) -> String { "\(job) \(kind)" }
    func moveOn(_ job: String, _ kind: SlotID.Kind, _ last: Timestamp) {
      let known = anchors[key(job, kind)]?.last
      anchors[key(job, kind)]?.last = max(known ?? last, last)
    }
    for entry in entries {
      switch entry {
      case .planned(let order):
        orphans[order.slot] = order
        moveOn(order.job, order.slot.kind, order.slot.time)
      case .slots(let streak):
        for slot in orphans.keys
        where slot.job == streak.job && slot.kind == streak.kind
          && (streak.first...streak.last).contains(slot.time)
        {
          orphans[slot] = nil
        }
        moveOn(streak.job, streak.kind, streak.last)
      case .anchor(let anchor): anchors[key(anchor.job, anchor.kind)] = anchor
      case .forget(let job, let kind): anchors[key(job, kind)] = nil
      case .standing(let standing): standings[standing.job] = standing
      case .run: break
      }
    }
    var memory = SchedulerMemory()
    memory.anchors = anchors.values.sorted { $0.job < $1.job }
    memory.standings = Array(standings.values)
    memory.orphans = orphans.values.sorted { $0.id < $1.id }
    return memory
  }

  /// The host dies with what it had not written down, and another starts after a while.
  mutating func crash(after pause: Duration = .zero) {
    let known = memory()
    now.wall = now.wall + pause
    now.monotonic = MonotonicInstant(nanoseconds: 9_000_000_000)
    core = SchedulerCore(seed: 2, now: now)
    open = [:]
    unrecorded = []
    held = []
    core.restore(known)
    core.apply(table, now)
    core.due(now)
    settle()
  }
}
