package import PluginAPI

/// A plugin's worker as operators see it.
package struct WorkerStatus: Sendable, Hashable {
  /// Where it stands.
  package enum State: String, Sendable, Hashable, CaseIterable {
    /// There is no process, and none is needed.
    case stopped
    /// The process is being started.
    case starting
    /// It takes runs.
    case ready
    /// It died and will be started again.
    case backoff
    /// It died too often, or its library cannot be used; nothing happens until someone resumes it,
    /// the job table changes or the library changes.
    case tripped
  }

  package var plugin: String
  package var state: State
  /// The process that takes runs.
  package var pid: Int32?
  /// Since when it has been in this state.
  package var since: Timestamp
  /// How often it was started again.
  package var restarts: Int
  /// Memory that the process holds, in bytes.
  package var residentMemory: Int64?
  /// The library's SHA-256 digest, in lower-case hexadecimal.
  package var digest: String?
  /// The plugin's own version.
  package var version: String?
  /// Runs that are open, those of draining workers included.
  package var openRuns: Int
  /// Older processes of the plugin that still finish runs.
  package var draining: Int
  /// The newest trouble, if there was any.
  package var lastError: PluginProblem?
}
