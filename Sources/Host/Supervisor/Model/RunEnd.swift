package import Isolation
package import PluginAPI

/// A run to be started.
package struct WorkerRun: Sendable, Hashable {
  /// Names the run; unique for as long as the host lives.
  package var id: UInt64
  /// The job's name in the table.
  package var job: String
  /// The caller's own number of the job, which means the same job until the next `commit`; it spares
  /// looking up the name.
  package var jobNumber: UInt32?
  /// The slot's time.
  package var plannedAt: Timestamp
  /// Why it is started.
  package var cause: Cause
  /// 1 for the first attempt.
  package var attempt: Int
  /// What randomness in the run starts from.
  package var seed: UInt64
  /// Whether the worker may tell the run's end a few milliseconds late, together with others.
  package var endMayWait: Bool

  package init(
    id: UInt64, job: String, jobNumber: UInt32? = nil, plannedAt: Timestamp, cause: Cause,
    attempt: Int = 1, seed: UInt64, endMayWait: Bool = false
  ) {
    self.id = id
    self.job = job
    self.jobNumber = jobNumber
    self.plannedAt = plannedAt
    self.cause = cause
    self.attempt = attempt
    self.seed = seed
    self.endMayWait = endMayWait
  }
}

/// The one and only end of a run that was started.
package struct RunEnd: Sendable, Hashable {
  /// The run.
  package var run: UInt64
  /// The job's name in the table.
  package var job: String
  /// How it ended.
  package var verdict: RunVerdict
  /// The process that ran it.
  package var pid: Int32
  /// When the worker read the order; `nil` when it was lost.
  package var received: MonotonicInstant?
  /// When the job's code began; `nil` when the run was lost.
  package var started: MonotonicInstant?
  /// When the job's code returned, or the host learned of the loss.
  package var ended: MonotonicInstant

  package init(
    run: UInt64, job: String, verdict: RunVerdict, pid: Int32, received: MonotonicInstant? = nil,
    started: MonotonicInstant? = nil, ended: MonotonicInstant
  ) {
    self.run = run
    self.job = job
    self.verdict = verdict
    self.pid = pid
    self.received = received
    self.started = started
    self.ended = ended
  }
}

/// What a job that returned said: the contract's `Outcome`, in a form whose size the compiler knows.
package enum RunOutcome: Sendable, Hashable {
  case done(String)
  case nothingToDo(String)
  case retry(after: Duration)
}

/// How a run ended.
package enum RunVerdict: Sendable, Hashable {
  /// The job returned.
  case finished(RunOutcome)
  /// The job threw; the text is the error's description.
  case failed(String)
  /// The job threw after it was cancelled.
  case cancelled(String)
  /// The worker is gone.
  case lost(LostRun)
}

/// Why a run has no end of its own.
package struct LostRun: Sendable, Hashable, CustomStringConvertible {
  /// The named reasons.
  package enum Reason: String, Sendable, Hashable {
    /// This run did not end in time, so its worker was killed.
    case overdue
    /// The host killed the worker for another reason.
    case workerKilled
    /// The worker died by a signal: a trap, a bad access, out of memory.
    case crashed
    /// The plugin ended the process.
    case exited
  }

  package var reason: Reason
  /// What happened, for people.
  package var message: String
  /// The signal that ended the process, if one did.
  package var signal: Int32?
  /// What the process printed when it crashed; bounded.
  package var backtrace: String?

  package init(_ reason: Reason, _ message: String, signal: Int32?, backtrace: String?) {
    self.reason = reason
    self.message = message
    self.signal = signal
    self.backtrace = backtrace
  }

  package var description: String { message }
}

/// A run that was not started; nothing of it happened.
package struct RejectedRun: Sendable, Hashable {
  /// The named reasons.
  package enum Reason: String, Sendable, Hashable {
    /// No committed table has this job.
    case unknownJob = "unknown job"
    /// The worker has more work than it takes.
    case busy
    /// The worker is being restarted or is not up yet.
    case notReady = "worker not ready"
    /// The worker died too often and waits for an operator.
    case tripped = "worker tripped"
  }

  package var run: UInt64
  package var job: String
  package var reason: Reason
  /// What is known about it, for people.
  package var message: String

  package init(run: UInt64, job: String, reason: Reason, message: String) {
    self.run = run
    self.job = job
    self.reason = reason
    self.message = message
  }
}
