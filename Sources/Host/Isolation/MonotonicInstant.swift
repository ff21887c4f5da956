import Glibc

/// A point on the clock that never steps: nanoseconds since boot, suspension not counted.
package struct MonotonicInstant: Sendable, Hashable, Comparable {
  package let nanoseconds: Int64

  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// The far future, for timers that are not armed.
  package static let never = MonotonicInstant(nanoseconds: .max)

  package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

  /// The point `duration` later, saturating at the ends of the range.
  package static func + (left: Self, right: Duration) -> Self {
    let sum = Int128(left.nanoseconds) + Int128(right.nanoseconds)
    return Self(nanoseconds: Int64(clamping: sum))
  }

  /// The time from `right` to `left`.
  package static func - (left: Self, right: Self) -> Duration {
    .nanoseconds(left.nanoseconds - right.nanoseconds)
  }
}

extension Duration {
  /// Whole nanoseconds, saturating at the ends of 64 bits.
  package var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    return Int64(clamping: Int128(seconds) * 1_000_000_000 + Int128(attoseconds / 1_000_000_000))
  }

  /// Seconds as a fraction, for metrics and display.
  package var inSeconds: Double { Double(nanoseconds) / 1e9 }
}
