/// How workers are run and what they may use.
package struct SupervisorSettings: Sendable, Hashable {
  /// The executable that is started with `worker` as its first argument.
  package var executable = "/proc/self/exe"
  /// The directory of plugin libraries.
  package var pluginDirectory: String
  /// SHA-256 digests that libraries must have, by plugin name, in lower-case hexadecimal.
  package var pins: [String: String] = [:]
  /// How many plugins may have a worker at the same time.
  package var workers = 16
  /// Memory that one worker may use, in bytes.
  package var workerMemory: Int64 = 512 << 20
  /// Descriptors that one worker may open.
  package var workerFiles = 64
  /// How long a worker may take from its start to its greeting.
  package var handshakeTimeout: Duration = .seconds(5)
  /// How often a worker is asked whether it is alive.
  package var pingInterval: Duration = .seconds(2)
  /// How long a worker may owe an answer to that.
  package var pingTimeout: Duration = .seconds(10)
  /// How long a worker that is no longer wanted may finish its runs.
  package var drainTimeout: Duration = .seconds(60)
  /// How long a worker may take to exit when asked to.
  package var stopTimeout: Duration = .seconds(2)
  /// How long a worker that closed its channel may take to exit.
  package var leaveTimeout: Duration = .milliseconds(200)
  /// Bytes that may wait for a worker before new runs are refused.
  package var queueLimit = 8 << 20
  /// Runs that one worker may have open.
  package var openRunLimit = 100_000
  /// Questions that the runs of one worker may have open.
  package var openCallLimit = 1_000
  /// When and how often a dead worker is started again.
  package var restart = RestartPolicy()

  /// Settings for libraries in `pluginDirectory`.
  package init(pluginDirectory: String) { self.pluginDirectory = pluginDirectory }
}
