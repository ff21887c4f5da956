package import PluginAPI

/// Jobs that the worker shall check and keep ready.
package struct PrepareJobs: Sendable, Hashable, Codable {
  /// Names the request.
  package var id: UInt64
  package var jobs: [PrepareJob]

  package init(id: UInt64, jobs: [PrepareJob]) {
    self.id = id
    self.jobs = jobs
  }
}

/// One job that the worker shall check and keep ready.
package struct PrepareJob: Sendable, Hashable, Codable {
  /// Names the job with these parameters for as long as the worker lives.
  package var handle: UInt32
  /// The job's name in the table.
  package var name: String
  /// The kind inside the plugin; `nil` when the plugin has only one.
  package var kind: JobKind?
  /// The texts of the parameters that the table sets.
  package var parameters: [String: String]

  package init(handle: UInt32, name: String, kind: JobKind?, parameters: [String: String]) {
    self.handle = handle
    self.name = name
    self.kind = kind
    self.parameters = parameters
  }
}

/// The answer to `PrepareJobs`.
package struct PreparedJobs: Sendable, Hashable, Codable {
  /// The request.
  package var id: UInt64
  /// The jobs that cannot be made; the others are ready.
  package var refused: [RefusedJob]

  package init(id: UInt64, refused: [RefusedJob]) {
    self.id = id
    self.refused = refused
  }
}

/// A job that cannot be made, with everything that is wrong with it.
package struct RefusedJob: Sendable, Hashable, Codable {
  package var handle: UInt32
  package var problems: [ParameterProblem]

  package init(handle: UInt32, problems: [ParameterProblem]) {
    self.handle = handle
    self.problems = problems
  }
}
