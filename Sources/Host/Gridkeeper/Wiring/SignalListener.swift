import Glibc
import Isolation

/// Signals of the operating system as values.
///
/// Blocking them and waiting would not do: an idle main thread waits with all signals unblocked.
enum SignalListener {
  private static let numbers = [SIGHUP, SIGINT, SIGTERM, SIGUSR1]

  /// Reading and writing end of what the handler writes numbers to; it may do nothing else.
  private static let pipe: (read: Int32, write: Int32) = {
    var ends: [Int32] = [-1, -1]
    let result = unsafe Glibc.pipe(&ends)
    precondition(result == 0, "no pipe for signals: errno \(errno)")
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    return (ends[0], ends[1])
  }()

  /// Catches the signals; those that come before `signals` is called are kept.
  static func start() {
    _ = pipe
    for number in numbers {
      signal(number) { number in
        let before = errno
        var byte = UInt8(truncatingIfNeeded: number)
        _ = unsafe write(SignalListener.pipe.write, &byte, 1)
        errno = before
      }
    }
  }

  /// The signals as they come; `start` must have been called.
  static func signals() -> AsyncStream<Int32> {
    AsyncStream(bufferingPolicy: .bufferingNewest(8)) { continuation in
      Thread.start(name: "signals") {
        while let number = next() {
          if case .terminated = continuation.yield(number) { return }
        }
      }
    }
  }

  private static func next() -> Int32? {
    var byte: UInt8 = 0
    while true {
      let count = unsafe read(pipe.read, &byte, 1)
      if count < 0, errno == EINTR { continue }
      return count == 1 ? Int32(byte) : nil
    }
  }
}
