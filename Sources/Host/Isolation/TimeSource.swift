import CEventLoop
import Glibc
package import PluginAPI

/// Where the host reads time. Nothing else in the host asks the system for it.
package protocol TimeSource: Sendable {
  /// The clock that never steps; for intervals, deadlines and lateness.
  var monotonic: MonotonicInstant { get }

  /// The clock on the wall, which people and other machines set; for calendars and records.
  var wall: Timestamp { get }
}

/// The clocks of the machine.
package struct SystemTime: TimeSource {
  package init() {}

  package var monotonic: MonotonicInstant {
    MonotonicInstant(nanoseconds: Self.read(CLOCK_MONOTONIC))
  }

  package var wall: Timestamp { Timestamp(nanoseconds: Self.read(CLOCK_REALTIME)) }

  /// The processor time that a process has used, threads that ended included, in nanoseconds; `nil`
  /// when there is no such process.
  package static func cpu(of process: Int32) -> Int64? {
    var clock = clockid_t()
    return unsafe clock_getcpuclockid(process, &clock) == 0 ? read(clock) : nil
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

/// Clocks that move only when told to, for tests and simulations.
package final class ManualTime: TimeSource {
  private let state: Guarded<(monotonic: MonotonicInstant, wall: Timestamp)>

  package init(
    monotonic: MonotonicInstant = MonotonicInstant(nanoseconds: 1_000_000_000),
    wall: Timestamp = Timestamp(seconds: 1_750_000_000)
  ) {
    state = Guarded((monotonic, wall))
  }

  package var monotonic: MonotonicInstant { state.withLock { $0.monotonic } }

  package var wall: Timestamp { state.withLock { $0.wall } }

  /// Moves both clocks forward.
  package func advance(by duration: Duration) {
    state.withLock {
      $0.monotonic = $0.monotonic + duration
      $0.wall = $0.wall + duration
    }
  }

  /// Steps the wall clock alone, as an operator or a time server does.
  package func stepWall(to wall: Timestamp) { state.withLock { $0.wall = wall } }
}
