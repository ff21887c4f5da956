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

/// The numbers of a run that ended, all in nanoseconds: they are made for every run, and arithmetic
/// with `Duration` costs ten times as much.
package struct RunSample: Sendable, Hashable {
  /// The parts of `Scheduler.Lateness`.
  package struct Lateness: Sendable, Hashable {
    package var timer: Int64
    package var queue: Int64
    package var worker: Int64
    package var plugin: Int64

    package var total: Int64 { timer + queue + worker + plugin }
  }

  package var lateness: Lateness
  /// From the job's first instruction to its last, or from the order to the report when the
  /// worker told no times.
  package var duration: Int64
}

extension RunSample.Lateness {
  init(_ run: ActiveRun, _ timings: RunTimings) {
    let received = max(run.dispatched, timings.received ?? run.dispatched)
    let started = max(received, timings.started ?? received)
    timer = max(0, run.slot.woke - run.slot.due)
    queue = max(0, run.dispatched - run.slot.woke)
    worker = received - run.dispatched
    plugin = started - received
  }
}

extension Lateness {
  init(_ sample: RunSample.Lateness) {
    self.init(
      timer: .nanoseconds(sample.timer), queue: .nanoseconds(sample.queue),
      worker: .nanoseconds(sample.worker), plugin: .nanoseconds(sample.plugin))
  }
}
