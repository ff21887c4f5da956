import CSandbox
import Glibc
import Isolation
import Wire

/// The worker process.
package enum WorkerMain: Sendable {
  /// Serves the host over the channel `descriptor` until the host says stop or is gone.
  ///
  /// Everything the plugin started ends with the process.
  package static func run(descriptor: Int32) -> Never {
    let bornOf = host
    sandbox_close_on_exec(descriptor)
    sandbox_die_with_parent()
    if getppid() != bornOf { abandon() }
    sandbox_no_new_privileges()
    sandbox_keep_group()
    sandbox_no_core_dumps()
    let channel = WorkerChannel(descriptor: descriptor) { hello throws(LoadFailure) in
      sandbox_limit_memory(UInt(clamping: hello.memory))
      sandbox_limit_files(UInt(clamping: hello.files))
      return try PluginLoader.load(hello)
    }
    channel.lead(as: 0)
    channel.watch()
  }

  private static let host = getppid()

  /// Ends the process, whose channel is of no use any longer, and everything that it started.
  static func abandon() -> Never {
    // A host that lives sees to the rest, and wants to know why the process ended.
    if getppid() != host { kill(0, SIGKILL) }
    _exit(Wire.brokenChannelCode)
  }
}
