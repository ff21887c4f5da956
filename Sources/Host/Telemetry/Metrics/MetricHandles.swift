import Isolation
import Synchronization

/// A number that only grows. Adding costs a few nanoseconds and never waits.
package final class Counter: Sendable {
  private let bits = Atomic<UInt64>(Double(0).bitPattern)

  /// Adds `amount`; a negative or undefined one is ignored, for counters never fall.
  package func add(_ amount: Double = 1) {
    guard amount >= 0 else { return }
    var old = bits.load(ordering: .relaxed)
    while true {
      let new = (Double(bitPattern: old) + amount).bitPattern
      let (exchanged, found) = bits.weakCompareExchange(
        expected: old, desired: new, ordering: .relaxed)
      if exchanged { return }
      old = found
    }
  }

  package var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}

/// A number that rises and falls. Setting costs a few nanoseconds and never waits.
package final class Gauge: Sendable {
  private let bits = Atomic<UInt64>(Double(0).bitPattern)

  package func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

  package var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}

/// A histogram that many threads observe into.
package final class HistogramHandle: Sendable {
  private let histogram: Guarded<Histogram>

  init(_ histogram: Histogram = Histogram()) { self.histogram = Guarded(histogram) }

  /// Adds an observation in seconds.
  package func observe(_ seconds: Double) { histogram.withLock { $0.observe(seconds) } }

  /// Adds an observation.
  package func observe(_ duration: Duration) { observe(duration.inSeconds) }

  /// Shows a histogram that its only writer keeps elsewhere.
  package func replace(with newer: Histogram) { histogram.withLock { $0 = newer } }

  package var value: Histogram { histogram.withLock(\.self) }
}
