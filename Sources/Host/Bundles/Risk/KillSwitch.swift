import Glibc
import Isolation

/// What a look at the kill switch gave.
package enum KillFlag: Sendable, Hashable {
  case clear
  /// Only cancels pass.
  case set
  /// Counts as set for everything but cancels.
  case unreadable(String)
}

/// Stops all trading from outside the host. Read at the last moment before each bundle is sent.
package protocol KillSwitch: Sendable {
  func read() async -> KillFlag
}

/// A kill switch that is set while a file exists.
package final class KillFile: KillSwitch {
  package let path: String
  private let queue = WorkQueue(name: "kill-file")

  package init(path: String) { self.path = path }

  package func read() async -> KillFlag {
    await queue.run { [path] in Self.look(at: path) }
  }

  private static func look(at path: String) -> KillFlag {
    var info = stat()
    guard unsafe lstat(path, &info) != 0 else { return .set }
    let code = errno
    if code == ENOENT { return .clear }
    return .unreadable("\(path): \(unsafe String(cString: strerror(code)))")
  }
}
