package import Isolation
import JobTable
package import PluginAPI

/// Decides when which job runs, and accounts for every slot. Pure: it has no clock and does
/// nothing; what it wants done it leaves in `actions`.
///
/// Handling a slot costs O(log jobs), counting missed ones of an interval O(1), `nextDeadline` O(1).
package struct SchedulerCore: Sendable {
  /// What shall be done; whoever does it takes them with `takeActions`.
  package internal(set) var actions = SchedulerActions()
  /// The generation of the table in force; 0 before the first.
  package internal(set) var generation = 0
  /// Why no runs start, or `nil` when they do.
  package internal(set) var haltReason: String?
  /// The newest moment at which halting began or ended.
  package internal(set) var haltSince: Timestamp?
  /// Reports for runs that are not known, most often of runs that were given up.
  package internal(set) var strayReports = 0

  let settings: SchedulerSettings
  var jobs: [JobState] = []
  var names: [String: UInt32] = [:]
  var free: [UInt32] = []
  var exact = DueHeap()
  var grid = DueHeap()
  var calendars: [UInt32: CalendarState] = [:]
  var retries: [UInt32: RetryWait] = [:]
  var standings: [UInt32: JobStanding] = [:]
  var listeners: [String: [UInt32]] = [:]
  var plugins: [PluginState] = []
  var pluginNumbers: [String: Int32] = [:]
  var groups: [GroupState] = []
  var groupNumbers: [String: Int32] = [:]
  var runs: [ActiveRun?] = []
  var freeRuns: [Int32] = []
  var runNumbers = NumberMap<Int32>()
  var forcedRuns: [UInt32: [Int32]] = [:]
  var ramp: CatchUpRamp
  var dirty = StreakQueue()
  var memory: RestoredMemory
  var random: SeededRandom
  var nextRun: UInt64
  var lastTrade: Int64
  /// The newest moment that was told, monotonic nanoseconds.
  var clock: Int64

  /// A scheduler without jobs. `seed` decides the pauses before retries, nothing else.
  package init(
    settings: SchedulerSettings = SchedulerSettings(), seed: UInt64 = 1, now: SchedulerNow
  ) {
    self.settings = settings
    ramp = CatchUpRamp(perSecond: settings.catchUpsPerSecond, burst: settings.catchUpBurst)
    random = SeededRandom(seed: seed)
    nextRun = UInt64(max(1, now.wall.nanoseconds))
    lastTrade = now.mono
    clock = now.mono
    memory = RestoredMemory()
  }

  /// How many jobs there are, enabled or not.
  package var jobCount: Int { names.count }

  /// How many runs have not ended.
  package var runCount: Int { runNumbers.count }

  /// When `due` must be called next: at once for exact slots, on the grid for the others.
  package var nextDeadline: MonotonicInstant {
    let first = min(exact.top?.major ?? .max, ramp.due)
    guard let coarse = grid.top?.major, coarse < .max else {
      return MonotonicInstant(nanoseconds: first)
    }
    let step = settings.grid
    let rest = CivilTime.floorModulo(coarse, step)
    return MonotonicInstant(nanoseconds: min(first, rest == 0 ? coarse : coarse - rest + step))
  }

  /// Hands over what shall be done. Give back the old value with `reuse` to save its memory.
  package mutating func takeActions(reusing old: consuming SchedulerActions = SchedulerActions())
    -> SchedulerActions
  {
    var empty = old
    empty.clear()
    swap(&empty, &actions)
    return empty
  }

  /// Handles everything whose time has come, in the order of times, then priorities.
  package mutating func due(_ now: SchedulerNow) {
    clock = now.mono
    while let job = nextDueJob(now.mono) { wake(job, now) }
    rampCame(now)
  }

  private func nextDueJob(_ mono: Int64) -> UInt32? {
    switch (exact.top, grid.top) {
    case (let first?, let second?):
      let key = DueHeap.Key.isBefore(first, second) ? first : second
      return key.major <= mono ? key.job : nil
    case (let key?, nil), (nil, let key?): return key.major <= mono ? key.job : nil
    case (nil, nil): return nil
    }
  }

  private mutating func wake(_ job: UInt32, _ now: SchedulerNow) {
    let index = Int(job)
    if jobs[index].everyDue <= now.mono { everyCame(job, now) }
    if jobs[index].hasCalendar { calendarCame(job, now) }
    if jobs[index].hasRetry { retryCame(job, now) }
    if jobs[index].isBusy || jobs[index].hasForcedRuns { runAlarmCame(job, now) }
    rearm(job)
  }

  /// Sets the job's place among the due by the earliest thing that waits for time.
  mutating func rearm(_ job: UInt32) {
    let index = Int(job)
    var due = jobs[index].everyDue
    if jobs[index].hasCalendar { due = min(due, calendars[job]?.due ?? .max) }
    if jobs[index].hasRetry { due = min(due, retries[job]?.due ?? .max) }
    if jobs[index].isBusy { due = min(due, runs[Int(jobs[index].run)]?.alarm ?? .max) }
    if jobs[index].hasForcedRuns {
      for run in forcedRuns[job] ?? [] { due = min(due, runs[Int(run)]?.alarm ?? .max) }
    }
    let key = DueHeap.Key(major: due, minor: -Int64(jobs[index].rules.priority), job: job)
    if jobs[index].rules.isExact { place(key, in: &exact) } else { place(key, in: &grid) }
  }

  private func place(_ key: DueHeap.Key, in heap: inout DueHeap) {
    if key.major == .max { return heap.remove(key.job) }
    heap.set(key)
  }

  func slotID(_ job: UInt32, _ slot: OpenSlot) -> SlotID {
    SlotID(
      job: jobs[Int(job)].rules.name, kind: slot.kind, time: Timestamp(nanoseconds: slot.time))
  }

  mutating func notice(_ level: LogLevel, _ message: String, _ job: UInt32, _ detail: String = "") {
    actions.notices.append(
      SchedulerNotice(
        level: level, message: message, job: jobs[Int(job)].rules.name, detail: detail))
  }
}

/// The scheduler's own numbers.
package struct SchedulerSettings: Sendable, Hashable {
  /// What wake-ups for slots of `precision: grid` are rounded up to.
  package var gridStep: Duration = .milliseconds(1)
  /// From a run's cancellation to its kill.
  package var killGrace: Duration = .seconds(2)
  /// From the kill until a run is closed without a report.
  package var giveUpGrace: Duration = .seconds(5)
  /// A job that may ask for retries without end gets at most so many attempts of a slot.
  package var mostAttempts = 100
  /// How many missed slots may be made up for in a second,
  package var catchUpsPerSecond = 100
  /// and how many of them at once.
  package var catchUpBurst = 10
  /// A slot that is this late without having been handled is overdue.
  package var overdueAfter: Duration = .seconds(10)

  package init() {}

  var grid: Int64 { max(1, gridStep.nanoseconds) }
}

/// Whether a plugin's worker can take runs.
struct PluginState: Sendable {
  var name: String
  /// Why not, or `nil` when it can.
  var downReason: String?
  var since: Timestamp?
  /// Jobs with slots that wait for the worker.
  var stalled: Set<UInt32> = []
}

/// A limit on runs at the same time.
struct GroupState: Sendable {
  var name: String
  /// `Int.max` when the table names no limit.
  var limit: Int
  var running = 0
  /// Jobs with a slot that waits for a place: by priority, then by time.
  var queue = DueHeap()
}

/// What the store knew when the host started, until the jobs it is about are declared.
struct RestoredMemory: Sendable {
  var anchors: [String: [JobAnchor]] = [:]
  var standings: [String: JobStanding] = [:]
  var orphans: [String: [RunOrder]] = [:]
}
