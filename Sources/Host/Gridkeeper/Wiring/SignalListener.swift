import Glibc
import Isolation

/// Signals of the operating system as values.
///
/// They are blocked before the first thread starts, so that none can end the host before it
/// listens; a thread of its own then waits for them.
enum SignalListener {
  private static let numbers = [SIGHUP, SIGINT, SIGTERM, SIGUSR1]

  /// Blocks the signals in this thread and all that it starts.
  static func block() {
    var set = makeSet()
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    signal(SIGPIPE, SIG_IGN)
  }

  /// Lets the signals end the process again, for commands that follow something.
  static func restoreDefaults() {
    var set = makeSet()
    unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// The signals as they come; `block` must have been called.
  static func signals() -> AsyncStream<Int32> {
    AsyncStream(bufferingPolicy: .bufferingNewest(8)) { continuation in
      Thread.start(name: "signals") {
        var set = makeSet()
        var number: Int32 = 0
        while unsafe sigwait(&set, &number) == 0 {
          if case .terminated = continuation.yield(number) { return }
        }
      }
    }
  }

  private static func makeSet() -> sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for number in numbers { unsafe sigaddset(&set, number) }
    return set
  }
}
