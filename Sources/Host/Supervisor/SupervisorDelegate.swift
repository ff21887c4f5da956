@_spi(Host) package import PluginAPI

/// Who learns what becomes of runs and workers. All calls but `serve` come on the loop's thread.
package protocol SupervisorDelegate: AnyObject, Sendable {
  /// Runs ended; each run that was started comes here exactly once, unless it was rejected.
  func runsEnded(_ ends: [RunEnd])

  /// Runs were not started; each run comes either here or to `runsEnded`, and only once.
  func runsRejected(_ runs: [RejectedRun])

  /// A worker's state changed.
  func workerChanged(_ status: WorkerStatus)

  /// A run told something without waiting.
  func told(_ telling: Telling, by context: RunContext)

  /// A run asks; whoever serves takes as long as it needs.
  func serve(_ call: ServiceCall, for context: RunContext) async -> ServiceReply
}

/// Whose request it is, and what it may do.
package struct RunContext: Sendable, Hashable {
  /// The run.
  package var run: UInt64
  /// The job's name in the table.
  package var job: String
  /// What the plugin declared and the table granted.
  package var capabilities: Set<Capability>

  package init(run: UInt64, job: String, capabilities: Set<Capability>) {
    self.run = run
    self.job = job
    self.capabilities = capabilities
  }
}
