/// How a run ended, as whoever ran it tells the scheduler.
package struct RunReport: Sendable, Hashable {
  package var id: RunID
  package var outcome: RunOutcome
  /// Points of the run on this boot's clock, as far as they were reached.
  package var timings: RunTimings

  package init(id: RunID, outcome: RunOutcome, timings: RunTimings = RunTimings()) {
    self.id = id
    self.outcome = outcome
    self.timings = timings
  }
}

/// Points of a run on this boot's clock; `nil` when the run did not get there.
package struct RunTimings: Sendable, Hashable, Codable {
  /// The worker read the order.
  package var received: Int64?
  /// The job's code began.
  package var started: Int64?
  /// The job's code ended.
  package var ended: Int64?

  /// Makes timings from nanoseconds of the monotonic clock.
  package init(received: Int64? = nil, started: Int64? = nil, ended: Int64? = nil) {
    self.received = received
    self.started = started
    self.ended = ended
  }
}

/// Where the time between a slot's moment and the job's first instruction went.
package struct Lateness: Sendable, Hashable, Codable {
  /// From the planned moment until the scheduler woke.
  package var timer: Duration
  /// From there until the order went out: waiting for the job's own run, its group or the ledger.
  package var queue: Duration
  /// From there until the worker had the order.
  package var worker: Duration
  /// From there until the job's code began.
  package var plugin: Duration

  package init(timer: Duration, queue: Duration, worker: Duration, plugin: Duration) {
    self.timer = timer
    self.queue = queue
    self.worker = worker
    self.plugin = plugin
  }

  package var total: Duration { timer + queue + worker + plugin }
}
