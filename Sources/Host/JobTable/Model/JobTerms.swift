package import PluginAPI

/// What the table says about a job besides its name: what to run, when, and under which policies.
package struct JobTerms: Sendable, Hashable, Codable {
  /// The plugin library that holds the job.
  package var plugin: String
  /// The kind of job inside the plugin; by default the plugin's only one.
  package var kind: JobKind?
  /// Whether slots are planned at all.
  package var isEnabled: Bool
  /// When it runs.
  package var cadence: Cadence
  /// What happens when a slot comes while the job still runs.
  package var overlap: Overlap
  /// What happens to slots that passed while nothing could run them.
  package var misfire: Misfire
  /// How long one run may take before it is cancelled.
  package var timeout: Duration
  /// How failed runs are tried again.
  package var retry: Retry
  /// Higher goes first among slots of the same time.
  package var priority: Int
  /// The name of a group that shares a limit on runs at the same time.
  package var group: String?
  /// How exactly slots are met.
  package var precision: Precision
  /// What happens to a run that was lost with its host.
  package var onLost: OnLost
  /// How many failures in a row put the job into quarantine; 0 means never.
  package var failureBudget: Int
  /// The lateness that the operator wants never to be exceeded.
  package var maxLateness: Duration?
  /// What the table allows the job to do on chain.
  package var grants: Set<Capability>
  /// The texts of the parameters that the table sets.
  package var parameters: [String: String]
  /// The names of parameters whose values must not be shown: they came from a secret variable, or
  /// their names say so. Not part of its identity.
  package var secretParameters: Set<String>

  package init(plugin: String) {
    self.plugin = plugin
    kind = nil
    isEnabled = true
    cadence = Cadence()
    overlap = .skip
    misfire = .latest
    timeout = .seconds(60)
    retry = Retry()
    priority = 0
    group = nil
    precision = .grid
    onLost = .hold
    failureBudget = 10
    maxLateness = nil
    grants = []
    parameters = [:]
    secretParameters = []
  }

  /// Whether a job would run the same work the same way; which parameters are secret does not matter.
  func isSame(as other: JobTerms) -> Bool {
    guard secretParameters != other.secretParameters else { return self == other }
    var copy = other
    copy.secretParameters = secretParameters
    return self == copy
  }
}

/// What happens when a slot comes while the job still runs.
package enum Overlap: String, Sendable, Hashable, Codable, CaseIterable {
  /// The new slot is skipped.
  case skip
  /// One slot waits; further ones are superseded by it.
  case queueOne = "queue_one"
  /// The running run is cancelled and the new one starts when it ended.
  case replace
}

/// What happens to slots that passed while nothing could run them.
package enum Misfire: Sendable, Hashable, Codable {
  /// They are skipped.
  case skip
  /// The newest runs once, the others are superseded by it.
  case latest
  /// The newest so many run, oldest first; older ones are skipped.
  case all(max: Int)
}

/// How failed runs are tried again. The pause doubles each time, with full jitter.
package struct Retry: Sendable, Hashable, Codable {
  /// Attempts in all; 1 means no second one.
  package var attempts: Int
  /// The bound of the first pause.
  package var firstPause: Duration
  /// The bound of any pause.
  package var longestPause: Duration

  package init(
    attempts: Int = 1, firstPause: Duration = .seconds(1), longestPause: Duration = .seconds(60)
  ) {
    self.attempts = attempts
    self.firstPause = firstPause
    self.longestPause = longestPause
  }
}

/// How exactly slots are met.
package enum Precision: String, Sendable, Hashable, Codable, CaseIterable {
  /// A wake-up per slot.
  case exact
  /// Wake-ups on a grid of one millisecond: far less work for half a millisecond of lateness.
  case grid
}

/// What happens to a run that was lost with its host or its worker.
package enum OnLost: String, Sendable, Hashable, Codable, CaseIterable {
  /// The slot is tried again.
  case retry
  /// The slot is closed as lost.
  case skip
  /// The job waits for an operator.
  case hold
}
