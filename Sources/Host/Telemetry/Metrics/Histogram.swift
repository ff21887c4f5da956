/// A histogram of seconds with fixed bounds from 50 microseconds to a minute.
package struct Histogram: Sendable, Hashable {
  package static let bounds: [Double] = [
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
    1, 2.5, 5, 10, 30, 60,
  ]

  /// Observations up to each bound, not cumulated; the last one counts those above all bounds.
  package private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
  package private(set) var sum = 0.0

  package init() {}

  package var count: UInt64 { counts.reduce(0, +) }

  package mutating func observe(_ seconds: Double) {
    let index = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
    counts[index] += 1
    sum += seconds
  }
}
