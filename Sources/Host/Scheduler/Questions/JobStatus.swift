package import PluginAPI

/// How a job stands, for `status` and the dashboard.
package struct JobStatus: Sendable, Hashable, Codable {
  package enum State: String, Sendable, Hashable, Codable, CaseIterable {
    case disabled
    case quarantined
    case held
    case paused
    case halted
    /// The run is under way.
    case running
    /// The plugin's worker is not there.
    case workerDown = "worker_down"
    /// A slot waits for its group, its worker or its next attempt.
    case waiting
    /// The next slot has not come.
    case idle
    /// The table dropped the job while a run was under way.
    case draining
  }

  package var name: String
  package var plugin: String
  package var isEnabled: Bool
  package var state: State
  /// The next time at which the job comes up by itself.
  package var next: Timestamp?
  /// How the newest run ended, in a word.
  package var lastOutcome: String?
  /// The words that go with it.
  package var lastDetail: String?
  package var lastEnd: Timestamp?
  package var runningSince: Timestamp?
  package var run: RunID?
  /// Half of the newest runs started less late than this.
  package var latenessMedian: Duration?
  /// All but one in a hundred of the newest runs started less late than this.
  package var lateness99: Duration?
  /// The lateness that the table wants never to be exceeded.
  package var latenessObjective: Duration?
  /// Slots since the host started, by how they ended.
  package var ran: UInt64
  package var failed: UInt64
  package var skipped: UInt64
  package var superseded: UInt64
  package var failuresInARow: Int
}

/// Why a job has not run or will not run, in one place.
package struct WhyReport: Sendable, Hashable, Codable {
  /// One thing that decides whether and when the job runs.
  package struct Finding: Sendable, Hashable, Codable {
    package enum Topic: String, Sendable, Hashable, Codable {
      case disabled, removed, next, running, waiting, retry, standing, halt, worker, group, zone
      case signals, last
    }
    package var topic: Topic
    /// A sentence for people.
    package var text: String
    /// Whether this alone keeps the job from running.
    package var isBlocking: Bool
    /// Since when, or when.
    package var time: Timestamp?

    package init(topic: Topic, text: String, isBlocking: Bool, time: Timestamp? = nil) {
      self.topic = topic
      self.text = text
      self.isBlocking = isBlocking
      self.time = time
    }
  }

  package var job: String
  /// Where the job stands in the table.
  package var line: Int
  package var generation: Int
  /// What decides, the blocking things first.
  package var findings: [Finding]

  /// Whether anything keeps the job from running.
  package var isBlocked: Bool { findings.contains { $0.isBlocking } }
}

/// A slot that will come.
package struct UpcomingSlot: Sendable, Hashable, Codable {
  package var job: String
  package var kind: SlotID.Kind
  /// When it is due, with its jitter.
  package var time: Timestamp
  /// The local time in the job's zone, with its offset; for calendars.
  package var local: String?
  /// What is odd about it: what a daylight-saving change does to it.
  package var note: String?
}

/// What a reload does to when a job starts.
package struct PlannedChange: Sendable, Hashable, Codable {
  package enum Change: String, Sendable, Hashable, Codable {
    case added, removed, enabled, disabled, changed, unchanged
  }
  package var job: String
  package var change: Change
  /// Whether a run is under way that ends under its old rules.
  package var drains: Bool
  package var before: Timestamp?
  package var after: Timestamp?
}
