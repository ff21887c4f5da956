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
    sandbox_close_on_exec(descriptor)
    sandbox_die_with_parent()
    sandbox_no_new_privileges()
    sandbox_no_core_dumps()
    let channel = WorkerChannel(descriptor: descriptor) { hello throws(LoadFailure) in
      sandbox_limit_memory(UInt(clamping: hello.memory))
      sandbox_limit_files(UInt(clamping: hello.files))
      return try PluginLoader.load(hello)
    }
    channel.lead(as: 0)
    channel.watch()
  }

  /// Ends the process and everything that it started.
  static func end() -> Never {
    kill(0, SIGKILL)
    _exit(0)
  }
}
