package import PluginAPI

/// What the scheduler writes down.
package enum LedgerEntry: Sendable, Hashable {
  /// A slot has come and has not ended. With attempt 0 it waits; else a run is about to be
  /// dispatched, or was. Every run of jobs that can move money, and of the others what a restart
  /// could not work out. A slot that has no end when the host starts is an orphan: its newest order
  /// goes into `SchedulerMemory.orphans`.
  case planned(RunOrder)
  /// An attempt ended; every one of jobs that can move money, and of the others those that failed.
  /// Of two for one run the first counts.
  case run(RunRecord)
  /// Slots of one kind ended alike: one slot, or an unbroken run of them. Of those with the same
  /// first slot and the same outcome the newest counts, and then every slot is in exactly one.
  case slots(Streak)
  /// A job's sequence began or changed.
  case anchor(JobAnchor)
  /// A job's sequence ended: the table dropped the job or this cadence.
  case forget(job: String, kind: SlotID.Kind)
  /// A job was paused, quarantined, held or set free.
  case standing(JobStanding)
}

/// Slots of one job and kind that ended alike, in the order of their times.
package struct Streak: Sendable, Hashable, Codable {
  package var job: String
  package var kind: SlotID.Kind
  package var outcome: SlotOutcome
  package var first: Timestamp
  package var last: Timestamp
  package var count: Int
  /// How many of them an earlier entry has told of; this one takes its place.
  package var known: Int

  package init(
    job: String, kind: SlotID.Kind, outcome: SlotOutcome, first: Timestamp, last: Timestamp,
    count: Int, known: Int = 0
  ) {
    self.job = job
    self.kind = kind
    self.outcome = outcome
    self.first = first
    self.last = last
    self.count = count
    self.known = known
  }
}

/// One attempt of one slot, from plan to end.
package struct RunRecord: Sendable, Hashable, Codable {
  package var order: RunOrder
  package var outcome: RunOutcome
  /// When the order went out, on the wall clock.
  package var dispatched: Timestamp
  /// When the end was known, on the wall clock.
  package var ended: Timestamp
  package var lateness: Lateness

  package init(
    order: RunOrder, outcome: RunOutcome, dispatched: Timestamp, ended: Timestamp,
    lateness: Lateness
  ) {
    self.order = order
    self.outcome = outcome
    self.dispatched = dispatched
    self.ended = ended
    self.lateness = lateness
  }
}

/// Where a job's sequence of slots stands. Stored, so that restarts never reset a phase.
package struct JobAnchor: Sendable, Hashable, Codable {
  package var job: String
  /// `every`, `cron` or `at`.
  package var kind: SlotID.Kind
  /// The distance of slots; zero unless the kind is `every`.
  package var interval: Duration
  /// The slot that all others of an interval are counted from.
  package var anchor: Timestamp
  /// The newest slot that ended or was started. The store moves it on with every `planned` and
  /// `slots` entry of the job and kind.
  package var last: Timestamp?

  package init(
    job: String, kind: SlotID.Kind, interval: Duration, anchor: Timestamp, last: Timestamp? = nil
  ) {
    self.job = job
    self.kind = kind
    self.interval = interval
    self.anchor = anchor
    self.last = last
  }
}

/// What keeps a job from running until somebody lifts it.
package struct JobStanding: Sendable, Hashable, Codable {
  package enum State: String, Sendable, Hashable, Codable {
    /// Nothing keeps it.
    case free
    /// An operator paused it.
    case paused
    /// It failed too often in a row.
    case quarantined
    /// A run was lost, and the table says to wait for an operator.
    case held
  }

  package var job: String
  package var state: State
  /// The operator's words, the last error, or the run that was lost.
  package var note: String
  package var since: Timestamp

  package init(job: String, state: State, note: String, since: Timestamp) {
    self.job = job
    self.state = state
    self.note = note
    self.since = since
  }
}

/// What a host knows about its schedule when it starts.
package struct SchedulerMemory: Sendable, Hashable {
  package var anchors: [JobAnchor] = []
  /// Standings other than free.
  package var standings: [JobStanding] = []
  /// Of each slot that was planned and has no end, the newest order: its host died.
  package var orphans: [RunOrder] = []

  package init() {}
}
