import PluginAPI

/// A slot that has come and not ended yet.
struct OpenSlot: Sendable {
  var kind: SlotID.Kind
  /// The slot's name in its sequence, wall nanoseconds.
  var time: Int64
  /// When it became due, monotonic nanoseconds.
  var due: Int64
  /// Its time with jitter, wall nanoseconds.
  var planned: Int64
  /// When the scheduler woke for it, monotonic nanoseconds.
  var woke: Int64
  var cause: Cause
  var attempt: Int32 = 1
  /// The ledger knows that the slot has come; without, a crash makes it a missed one.
  var isWritten = false
}

/// A run that has not ended yet.
struct ActiveRun: Sendable {
  enum Phase: UInt8, Sendable {
    /// Being written down; nobody else knows of it.
    case recording
    case running
    case cancelling
    case killing
  }

  var id: RunID
  var job: UInt32
  var slot: OpenSlot
  var phase = Phase.running
  var isForced = false
  /// The group in which it holds a place; -1 for none.
  var group: Int32 = -1
  var reason: CancelReason?
  var generation: Int
  /// When the order went out, monotonic and wall nanoseconds.
  var dispatched: Int64
  var dispatchedWall: Int64
  var deadline: Int64
  /// The next thing that time does to it: the deadline, then the kill, then giving up.
  var alarm: Int64
}

/// The wall-clock and quiet-market cadences of a job that has any.
struct CalendarState: Sendable {
  var cron: CronTimetable?
  /// The next cron slot, wall seconds; `nil` when there is none.
  var nextCron: Int64?
  /// The newest cron slot that came, wall seconds.
  var lastCron: Int64?
  var cronDue = Int64.max
  var at: Int64?
  var atDue = Int64.max
  var idle: Int64 = 0
  var idleDue = Int64.max
  /// The zone that the host does not know, if the calendar cannot be planned.
  var unknownZone: String?

  var due: Int64 { min(cronDue, min(atDue, idleDue)) }
}

/// A slot that waits for its next attempt.
struct RetryWait: Sendable {
  var slot: OpenSlot
  var due: Int64
  /// How the last attempt ended; the slot ends so when there is no other.
  var outcome: RunOutcome
}

/// Slots that ended alike. Those of an interval are written down again and again as they become
/// more, always from the first on.
struct OpenStreak: Sendable {
  var outcome: OutcomeCode = .none
  var kind = SlotID.Kind.every
  var count = 0
  /// How many of them are written down.
  var written = 0
  var first: Int64 = 0
  var last: Int64 = 0
  /// The newest slot that runs in place of superseded ones.
  var successor: SlotID?
}

/// One job: its rules, where its sequences stand, and what it is doing.
struct JobState: Sendable {
  static let noRun: Int32 = -1

  var rules: JobRules
  // The interval's sequence: slot k is called `anchor + k·interval` and is at `base + k·interval`.
  var nextSlot: Int64 = 0
  var anchor: Int64 = 0
  var base: Int64 = 0
  var everyDue = Int64.max

  var run = JobState.noRun
  var standing = JobStanding.State.free
  var isRemoved = false
  var hasCalendar = false
  var hasRetry = false
  var hasForcedRuns = false
  /// Whether it stands among those whose streaks wait to be written down.
  var isDirty = false
  /// The newest outcome, to log only changes.
  var lastCode = OutcomeCode.none
  var failures: Int32 = 0
  var waiting: [OpenSlot] = []
  var signals: [String] = []
  var streak = OpenStreak()
  /// The newest slot of the interval whose end is written.
  var lastWritten = Int64.min
  var lastOutcome: RunOutcome?
  var lastEnd: Int64 = 0
  /// The newest manual, signal or idle slot, so that no two have one name.
  var lastEvent: Int64 = 0
  var ran: UInt64 = 0
  var failed: UInt64 = 0
  var skipped: UInt64 = 0
  var superseded: UInt64 = 0
  var lateness = LatenessSketch()

  init(rules: JobRules) { self.rules = rules }

  var isBusy: Bool { run != Self.noRun }
}

/// An outcome without its words, in a byte.
enum OutcomeCode: UInt8, Sendable {
  case none, done, nothingToDo, retry, failed, timedOut, cancelled, lost
  case overlap, misfire, disabled, paused, quarantined, held, halted, workerDown, removed
  case clockStep, storeUnavailable, superseded

  init(_ outcome: SlotOutcome) {
    switch outcome {
    case .ran(let outcome): self = Self.code(outcome)
    case .skipped(let reason): self = Self.code(reason)
    case .superseded: self = .superseded
    }
  }

  private static func code(_ outcome: RunOutcome) -> Self {
    switch outcome {
    case .done: .done
    case .nothingToDo: .nothingToDo
    case .retry: .retry
    case .failed: .failed
    case .timedOut: .timedOut
    case .cancelled: .cancelled
    case .lost: .lost
    }
  }

  private static func code(_ reason: SkipReason) -> Self {
    switch reason {
    case .overlap: .overlap
    case .misfire: .misfire
    case .disabled: .disabled
    case .paused: .paused
    case .quarantined: .quarantined
    case .held: .held
    case .halted: .halted
    case .workerDown: .workerDown
    case .removed: .removed
    case .clockStep: .clockStep
    case .storeUnavailable: .storeUnavailable
    }
  }

  /// The reason for not running; `nil` for outcomes of another sort.
  var skipReason: SkipReason? {
    SkipReason.allCases.first { Self.code($0) == self }
  }

  /// Whether slots that end so are kept as streaks.
  var isStreaked: Bool {
    self == .done || self == .nothingToDo || self == .superseded
      || (Self.overlap.rawValue...Self.storeUnavailable.rawValue).contains(rawValue)
  }
}
