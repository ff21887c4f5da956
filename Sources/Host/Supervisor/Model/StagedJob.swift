import Isolation
package import PluginAPI

/// A job that workers shall be able to run.
package struct StagedJob: Sendable, Hashable {
  /// The job's name in the table.
  package var name: String
  /// The plugin library that holds it.
  package var plugin: String
  /// The kind inside the plugin; `nil` when the plugin has only one.
  package var kind: JobKind?
  /// The texts of the parameters that the table sets.
  package var parameters: [String: String]
  /// What the table allows it to do on chain.
  package var grants: Set<Capability>

  package init(
    name: String, plugin: String, kind: JobKind? = nil, parameters: [String: String] = [:],
    grants: Set<Capability> = []
  ) {
    self.name = name
    self.plugin = plugin
    self.kind = kind
    self.parameters = parameters
    self.grants = grants
  }
}

/// Something that keeps a job from being hosted.
package struct JobProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// The job's name in the table.
  package var job: String
  /// The parameter at fault, or `nil` when the fault is elsewhere.
  package var parameter: String?
  /// What is wrong and what was expected.
  package var message: String

  package init(job: String, parameter: String? = nil, message: String) {
    self.job = job
    self.parameter = parameter
    self.message = message
  }

  package var description: String {
    "\(job): " + (parameter.map { "\($0): " } ?? "") + message
  }
}

/// What staging a set of jobs came to.
package struct StageResult: Sendable {
  /// What `commit` or `discard` takes.
  package var stage: Stage
  /// Everything that is wrong; commit only when it is empty.
  package var problems: [JobProblem]
}

/// A checked set of jobs that is not in force yet.
package struct Stage: Sendable {
  let id: Int
  let jobs: [String: HostedJob]
  let pins: [String: String]
  /// Workers that take over with it.
  let replacements: Replacements?
  /// Plugins whose workers are kept up for the stage.
  let visited = Guarded<Set<String>>([])
}

/// A job with the number under which workers know it. A class, so that tables and open runs share it.
final class HostedJob: Sendable {
  let job: StagedJob
  let handle: UInt32

  init(job: StagedJob, handle: UInt32) {
    self.job = job
    self.handle = handle
  }

  /// Whether a worker would make the same job from both.
  func isMadeLike(_ other: StagedJob) -> Bool {
    job.plugin == other.plugin && job.kind == other.kind && job.parameters == other.parameters
  }
}
