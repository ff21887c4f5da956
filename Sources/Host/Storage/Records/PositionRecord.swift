package import PluginAPI

/// Names a sequence of slots: a job and what plans its slots, such as `every` or `cron`.
package struct SlotSequence: Sendable, Hashable {
  /// The job's name.
  package var job: String
  /// What plans the slots.
  package var kind: String

  package init(job: String, kind: String) {
    self.job = job
    self.kind = kind
  }
}

/// Where a sequence of slots is counted from, over restarts and reloads.
package struct AnchorRecord: Sendable, Hashable {
  /// The sequence.
  package var sequence: SlotSequence
  /// The distance of its slots; zero when they are not evenly spaced.
  package var interval: Duration
  /// The slot that all others are counted from.
  package var anchor: Timestamp
  /// The newest slot that was accounted for when the record was written.
  package var last: Timestamp?

  package init(
    sequence: SlotSequence, interval: Duration, anchor: Timestamp, last: Timestamp? = nil
  ) {
    self.sequence = sequence
    self.interval = interval
    self.anchor = anchor
    self.last = last
  }
}

/// What keeps a job from running until somebody lifts it.
package struct StandingRecord: Sendable, Hashable {
  /// The job's name.
  package var job: String
  /// Such as `paused` or `quarantined`. The words are the scheduler's.
  package var state: String
  /// The operator's words, or the last error.
  package var note: String
  /// Since when.
  package var since: Timestamp

  package init(job: String, state: String, note: String, since: Timestamp) {
    self.job = job
    self.state = state
    self.note = note
    self.since = since
  }
}
