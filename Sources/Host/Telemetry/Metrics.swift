package import Isolation

/// Counters, gauges and histograms, shared by all parts of the host.
///
/// A metric is made on first use. Looking one up costs a lock and a dictionary; parts that count
/// often keep the handle.
package final class Metrics: Sendable {
  /// A name with its labels, such as `slots_total{job="grid",outcome="ran"}`.
  package struct Key: Sendable, Hashable {
    package let name: String
    package let labels: [String]

    /// Labels come as `name="value"` pairs, escaped and in a fixed order.
    package init(_ name: String, _ labels: KeyValuePairs<String, String> = [:]) {
      self.name = name
      self.labels = labels.map { "\($0.key)=\"\(Self.escape($0.value))\"" }
    }

    private static func escape(_ text: String) -> String {
      guard text.utf8.contains(where: { $0 == 34 || $0 == 92 || $0 == 10 }) else { return text }
      return text.reduce(into: "") { out, character in
        switch character {
        case "\\": out += "\\\\"
        case "\"": out += "\\\""
        case "\n": out += "\\n"
        default: out.append(character)
        }
      }
    }
  }

  package let counters = Guarded<[Key: Double]>([:])
  package let gauges = Guarded<[Key: Double]>([:])
  package let histograms = Guarded<[Key: Histogram]>([:])

  package init() {}

  /// Adds to a counter.
  package func add(_ key: Key, _ amount: Double = 1) {
    counters.withLock { $0[key, default: 0] += amount }
  }

  /// Sets a gauge.
  package func set(_ key: Key, _ value: Double) {
    gauges.withLock { $0[key] = value }
  }

  /// Adds an observation to a histogram of seconds.
  package func observe(_ key: Key, _ seconds: Double) {
    histograms.withLock { $0[key, default: Histogram()].observe(seconds) }
  }
}

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
