package import PluginAPI

/// What the scheduler's core wants done, in the order in which it wants it.
package struct SchedulerActions: Sendable {
  /// Runs to start now.
  package var start: [RunOrder] = []
  /// Runs to write down, and to start when that is durable: answer with `recorded` or
  /// `notRecorded`.
  package var record: [RunOrder] = []
  package var cancel: [RunCancellation] = []
  package var kill: [RunID] = []
  /// Records to keep.
  package var entries: [LedgerEntry] = []
  /// Lines for the log.
  package var notices: [SchedulerNotice] = []
  /// Runs that ended since the last time, for metrics.
  package var finished: [RunSample] = []

  package init() {}

  package var isEmpty: Bool {
    start.isEmpty && record.isEmpty && cancel.isEmpty && kill.isEmpty && entries.isEmpty
      && notices.isEmpty && finished.isEmpty
  }

  /// Forgets everything but keeps the memory for the next batch.
  mutating func clear() {
    start.removeAllForReuse()
    record.removeAllForReuse()
    cancel.removeAllForReuse()
    kill.removeAllForReuse()
    entries.removeAllForReuse()
    notices.removeAllForReuse()
    finished.removeAllForReuse()
  }
}

extension Array {
  /// Keeps the memory unless it is far more than a usual batch needs.
  fileprivate mutating func removeAllForReuse() {
    removeAll(keepingCapacity: capacity <= 4_096)
  }
}

/// A run that shall end.
package struct RunCancellation: Sendable, Hashable {
  package var run: RunID
  package var reason: CancelReason
}

/// Something for the log.
package struct SchedulerNotice: Sendable, Hashable {
  package var level: LogLevel
  package var message: String
  package var job: String
  package var detail: String
}

/// The numbers of a run that ended.
package struct RunSample: Sendable, Hashable {
  package var job: String
  package var lateness: Lateness
  /// From the job's first instruction to its last, or from the order to the report when the
  /// worker told no times.
  package var duration: Duration
}
