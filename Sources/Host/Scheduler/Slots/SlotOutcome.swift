/// How a slot ended. Every slot ends exactly once.
package enum SlotOutcome: Sendable, Hashable, Codable {
  /// It was run; with several attempts this is how the last one ended.
  case ran(RunOutcome)
  /// It was not run.
  case skipped(SkipReason)
  /// Another slot of the job runs in its place.
  case superseded(by: SlotID)

  /// The outcome in a word or two, for metrics: `done`, `failed`, `skipped_overlap`, `superseded`.
  package var label: String {
    switch self {
    case .ran(let outcome): outcome.label
    case .skipped(let reason): reason.label
    case .superseded: "superseded"
    }
  }
}

/// How a run ended.
package enum RunOutcome: Sendable, Hashable, Codable {
  /// The run did its work.
  case done(String)
  /// There was nothing to do.
  case nothingToDo(String)
  /// The run asked for another try of its slot.
  case retry(after: Duration)
  /// The job threw an error.
  case failed(String)
  /// The deadline passed.
  case timedOut
  /// The run was cancelled: by `overlap: replace` or by an operator.
  case cancelled(String)
  /// The worker or the host died under the run; says how.
  case lost(String)

  /// The outcome in a word.
  package var label: String {
    switch self {
    case .done: "done"
    case .nothingToDo: "nothing_to_do"
    case .retry: "retry"
    case .failed: "failed"
    case .timedOut: "timed_out"
    case .cancelled: "cancelled"
    case .lost: "lost"
    }
  }

  /// Whether the run counts against the failure budget.
  package var isFailure: Bool {
    switch self {
    case .failed, .timedOut, .lost: true
    case .done, .nothingToDo, .retry, .cancelled: false
    }
  }

  /// The words that go with the outcome; empty when there are none.
  package var detail: String {
    switch self {
    case .done(let text), .nothingToDo(let text), .failed(let text), .cancelled(let text),
      .lost(let text):
      text
    case .retry, .timedOut: ""
    }
  }
}

/// Why a slot was not run.
package enum SkipReason: String, Sendable, Hashable, Codable, CaseIterable {
  /// The run before it had not ended.
  case overlap
  /// Its time passed while nothing could run it.
  case misfire
  /// The table disabled the job while the slot waited, or between two tables that enable it.
  case disabled
  /// An operator paused the job.
  case paused
  /// The job failed too often in a row.
  case quarantined
  /// A run was lost and the job waits for an operator.
  case held
  /// The host starts no runs at present.
  case halted
  /// The plugin's worker was not there.
  case workerDown = "worker_down"
  /// The table no longer has the job, or no longer this cadence.
  case removed
  /// The wall clock was set over it.
  case clockStep = "clock_step"
  /// The slot could not be recorded, and a job that moves money does not run unrecorded.
  case storeUnavailable = "store_unavailable"

  /// The label of metrics, `skipped_` and the reason.
  package var label: String {
    switch self {
    case .overlap: "skipped_overlap"
    case .misfire: "skipped_misfire"
    case .disabled: "skipped_disabled"
    case .paused: "skipped_paused"
    case .quarantined: "skipped_quarantined"
    case .held: "skipped_held"
    case .halted: "skipped_halted"
    case .workerDown: "skipped_worker_down"
    case .removed: "skipped_removed"
    case .clockStep: "skipped_clock_step"
    case .storeUnavailable: "skipped_store_unavailable"
    }
  }
}
