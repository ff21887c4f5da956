import Glibc
import Isolation

/// Signals of the operating system as values.
///
/// They are blocked before the first thread starts, so that none can end the host before it
/// listens; then the program's first thread waits for them. It must, because a thread that waits
/// for anything else in the runtime's way unblocks them all.
enum SignalListener {
  private static let numbers = [SIGHUP, SIGINT, SIGTERM, SIGUSR1]
  private static let follower = Guarded<AsyncStream<Int32>.Continuation?>(nil)

  /// Blocks the signals in this thread and all that it starts.
  static func block() {
    var set = makeSet()
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    signal(SIGPIPE, SIG_IGN)
  }

  /// Waits for signals for as long as the process lives. While nobody follows them, the first one
  /// ends the process, as it would without us.
  static func wait() -> Never {
    var set = makeSet()
    while true {
      var number: Int32 = 0
      guard unsafe sigwait(&set, &number) == 0 else { continue }
      guard let follower = follower.withLock(\.self) else { exit(128 + number) }
      follower.yield(number)
    }
  }

  /// The signals as they come, from now on.
  static func signals() -> AsyncStream<Int32> {
    AsyncStream(bufferingPolicy: .bufferingNewest(8)) { continuation in
      follower.withLock { $0 = continuation }
    }
  }

  private static func makeSet() -> sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for number in numbers { unsafe sigaddset(&set, number) }
    return set
  }
}
