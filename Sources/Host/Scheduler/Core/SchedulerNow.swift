package import Isolation
package import PluginAPI

/// Both clocks, read at one moment.
package struct SchedulerNow: Sendable, Hashable {
  package var monotonic: MonotonicInstant
  package var wall: Timestamp

  package init(monotonic: MonotonicInstant, wall: Timestamp) {
    self.monotonic = monotonic
    self.wall = wall
  }

  /// Reads both clocks.
  package init(_ time: any TimeSource) {
    self.init(monotonic: time.monotonic, wall: time.wall)
  }

  var mono: Int64 { monotonic.nanoseconds }

  /// The monotonic time at which the wall clock, left alone, shows `wall`; saturates.
  func monotonic(atWall nanoseconds: Int64) -> Int64 {
    Int64(clamping: Int128(mono) + Int128(nanoseconds) - Int128(wall.nanoseconds))
  }

  /// What the wall clock, left alone, shows at a monotonic time; saturates.
  func wall(atMonotonic nanoseconds: Int64) -> Timestamp {
    Timestamp(
      nanoseconds: Int64(clamping: Int128(wall.nanoseconds) + Int128(nanoseconds) - Int128(mono)))
  }
}
