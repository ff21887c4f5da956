import Isolation
import Lab
import PluginAPI

/// The clocks of the machine that a simulated host lives on: its monotonic clock begins at one
/// second in every life, its wall clock can be set.
final class LifeTime: TimeSource {
  private let base: MonotonicInstant
  private let start: Timestamp
  private let step = Guarded(Duration.zero)

  init(start: Timestamp = Timestamp(seconds: 1_750_000_000)) {
    self.start = start
    base = VirtualTime(start: start).monotonic
  }

  private var elapsed: Duration { VirtualTime(start: start).monotonic - base }

  var monotonic: MonotonicInstant { VirtualTime(start: start).monotonic }

  var wall: Timestamp { start + elapsed + step.withLock(\.self) }

  /// Sets the wall clock forward or back.
  func stepWall(by duration: Duration) { step.withLock { $0 = $0 + duration } }
}
