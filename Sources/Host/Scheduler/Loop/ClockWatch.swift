import PluginAPI

/// Sees when the wall clock was set or the machine slept: the distance of the two clocks jumps.
struct ClockWatch: Sendable {
  private static let smallest: Int64 = 1_000_000_000
  private var distance: Int64

  init(_ now: SchedulerNow) { distance = now.wall.nanoseconds - now.mono }

  /// How far the wall clock moved against the other since the last look, when by more than a
  /// second. Slow corrections are followed without a word.
  mutating func step(_ now: SchedulerNow) -> Duration? {
    let current = now.wall.nanoseconds - now.mono
    let change = current - distance
    distance = current
    return abs(change) > Self.smallest ? .nanoseconds(change) : nil
  }
}
