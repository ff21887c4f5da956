import CSpawn
import Glibc
package import Isolation

/// Starts workers as processes of the same executable.
///
/// All are started by one thread that lives as long as the launcher: a worker dies with the thread
/// that started it, which is how none of them outlives the host.
package final class ProcessLauncher: WorkerLauncher {
  private let loop: EventLoop
  private let time: any TimeSource
  private let executable: String
  private let spawner = WorkQueue(name: "spawner")

  package init(loop: EventLoop, time: any TimeSource, executable: String) {
    self.loop = loop
    self.time = time
    self.executable = executable
  }

  package func launch(plugin: String) async throws(PluginProblem) -> any WorkerLink {
    let environment = Self.environment()
    do {
      let child = try await spawner.run { [executable] () throws(SpawnError) in
        try ChildProcess.spawn(
          executable, ["gridkeeper", "worker", plugin], environment: environment)
      }
      return ProcessLink(child, loop: loop, time: time)
    } catch {
      throw PluginProblem(plugin: plugin, "its worker cannot be started: \(error)")
    }
  }

  /// Keeps other processes of the same user, workers first of all, from reading the memory and the
  /// environment of this one, in which secrets may be. It does not keep out the superuser.
  package static func hideHost() { _ = spawn_hide_self() }

  /// All that a worker gets to see of the host's environment.
  private static func environment() -> [String] {
    let names: [String] = ["PATH", "LANG", "TZ", "LD_LIBRARY_PATH"]
    let kept = names.compactMap { name in
      unsafe getenv(name).map { value in unsafe "\(name)=\(String(cString: value))" }
    }
    return kept + [
      "SWIFT_BACKTRACE=enable=yes,color=no,interactive=no,threads=crashed,images=none,"
        + "registers=none,limit=32,cache=no,symbolicate=fast,output-to=stderr"
    ]
  }
}
