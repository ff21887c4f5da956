package import Wire

/// Brings workers to life: as processes in the host, inside the process in the Lab.
package protocol WorkerLauncher: Sendable {
  /// Starts a worker for `plugin`; nothing is read from it before `open`.
  ///
  /// - Throws: `PluginProblem` when the machine does not allow it.
  func launch(plugin: String) async throws(PluginProblem) -> any WorkerLink
}

/// The host's end of one worker, used on the loop's thread only.
package protocol WorkerLink: AnyObject, Sendable {
  /// The process.
  var pid: Int32 { get }

  /// Bytes that wait to be taken by the worker.
  var queued: Int { get }

  /// Memory that the worker holds, in bytes.
  var residentMemory: Int64? { get }

  /// Begins to listen. `.exited` is the last event and comes exactly once.
  func open(_ events: @escaping @Sendable (LinkEvent) -> Void)

  /// Sends whole frames, in order, without waiting.
  func send(_ frames: [UInt8])

  /// Kills the worker and everything it started.
  func kill()

  /// Looks whether the worker is gone, for systems that do not tell.
  func poll()
}

/// What comes from a worker.
package enum LinkEvent: Sendable {
  /// Whole messages, in order.
  case messages([WorkerMessage])
  /// It sent something that is no message; the link reads no further.
  case misspoke(WireError)
  /// It closed its end but lives.
  case hungUp
  /// It printed lines, and this many more were dropped.
  case printed([String], dropped: Int)
  /// It is gone.
  case exited(WorkerExit)
}

/// How a worker's process ended.
package struct WorkerExit: Sendable, Hashable {
  /// The exit code, when it exited by itself.
  package var code: Int32?
  /// The signal that ended it otherwise.
  package var signal: Int32?
  /// The last of what it printed; bounded.
  package var lastOutput: String

  package init(code: Int32?, signal: Int32?, lastOutput: String) {
    self.code = code
    self.signal = signal
    self.lastOutput = lastOutput
  }
}
