package import PluginAPI

/// One attempt of one slot: the key under which nothing happens twice.
package struct SlotKey: Sendable, Hashable {
  /// The job's name.
  package var job: String
  /// What planned the slot: `cadence`, `signal`, `idle`, `manual`. A slot that is caught up later
  /// keeps its kind, or it would count as another slot.
  package var kind: String
  /// The slot's time.
  package var slot: Timestamp
  /// 1 for the first attempt.
  package var attempt: Int

  package init(job: String, kind: String, slot: Timestamp, attempt: Int = 1) {
    self.job = job
    self.kind = kind
    self.slot = slot
    self.attempt = attempt
  }
}

/// A slot that was planned, and how it ended.
package struct SlotRecord: Sendable, Hashable {
  /// Which slot it is.
  package var key: SlotKey
  /// The generation of the job table that planned it.
  package var generation: Int64
  /// The run that it started.
  package var run: String?
  /// How it ended, such as `ran`, `skipped`, `superseded`; `nil` while it has no end. The words are
  /// the scheduler's.
  package var outcome: String?
  /// Why it ended that way.
  package var reason: String?
  /// The later slot that took its place.
  package var supersededBy: Timestamp?

  package init(
    key: SlotKey, generation: Int64, run: String? = nil, outcome: String? = nil,
    reason: String? = nil
  ) {
    self.key = key
    self.generation = generation
    self.run = run
    self.outcome = outcome
    self.reason = reason
    supersededBy = nil
  }
}

/// How a recorded slot ended.
package struct SlotEnding: Sendable, Hashable {
  /// Which slot it is.
  package var key: SlotKey
  /// How it ended.
  package var outcome: String
  /// Why it ended that way.
  package var reason: String?
  /// The later slot that took its place.
  package var supersededBy: Timestamp?

  package init(
    key: SlotKey, outcome: String, reason: String? = nil, supersededBy: Timestamp? = nil
  ) {
    self.key = key
    self.outcome = outcome
    self.reason = reason
    self.supersededBy = supersededBy
  }
}

/// Consecutive slots of an even grid that all ended the same way, kept as one record.
package struct SlotStreak: Sendable, Hashable {
  /// The job's name.
  package var job: String
  /// What planned the slots.
  package var kind: String
  /// The first slot.
  package var first: Timestamp
  /// The last slot.
  package var last: Timestamp
  /// How many slots there are, both ends included.
  package var count: Int64
  /// How each of them ended.
  package var outcome: String

  package init(
    job: String, kind: String, first: Timestamp, last: Timestamp, count: Int64, outcome: String
  ) {
    self.job = job
    self.kind = kind
    self.first = first
    self.last = last
    self.count = count
    self.outcome = outcome
  }

  /// Whether the streak speaks of a slot.
  func covers(_ key: SlotKey) -> Bool {
    key.job == job && key.kind == kind && first <= key.slot && key.slot <= last
  }

  /// How many of the slots lie in `range`, taking them as evenly spaced.
  package func count(in range: Range<Timestamp>) -> Int64 {
    guard last >= range.lowerBound, first < range.upperBound else { return 0 }
    guard count > 1, last > first else { return count }
    let step = Int128(last.nanoseconds - first.nanoseconds) / Int128(count - 1)
    let begin = Int128(max(range.lowerBound, first).nanoseconds - first.nanoseconds)
    let end = Int128(min(range.upperBound.nanoseconds, last.nanoseconds + 1) - first.nanoseconds)
    let index = { (offset: Int128) in (offset + step - 1) / step }
    return Int64(clamping: min(index(end), Int128(count)) - index(begin))
  }
}

/// How many of a job's slots ended in which way.
package struct SlotSummary: Sendable, Hashable {
  /// Slots by outcome.
  package var counts: [String: Int64]
  /// Slots that have no end.
  package var open: Int64

  package init(counts: [String: Int64] = [:], open: Int64 = 0) {
    self.counts = counts
    self.open = open
  }

  /// All slots.
  package var total: Int64 { counts.values.reduce(open, +) }
}
