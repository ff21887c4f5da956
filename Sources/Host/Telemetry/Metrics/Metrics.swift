package import Isolation

/// Counters, gauges and histograms, shared by all parts of the host.
///
/// A metric is made on first use. Looking one up costs a lock and a dictionary; parts that count
/// often keep the handle.
package final class Metrics: Sendable {
  /// A name with its labels, such as `slots_total{job="grid",outcome="ran"}`.
  package struct Key: Sendable, Hashable {
    package let name: String
    /// `name="value"` pairs, escaped and sorted.
    package let labels: [String]

    /// The order of the labels does not matter. Characters that a name may not have become `_`.
    package init(_ name: String, _ labels: KeyValuePairs<String, String> = [:]) {
      self.name = MetricText.name(name)
      let pairs = labels.map { MetricText.label($0.key, $0.value) }
      self.labels = pairs.count > 1 ? pairs.sorted() : pairs
    }
  }

  enum Series: Sendable {
    case counter(Counter)
    case gauge(Gauge)
    case histogram(HistogramHandle)

    var kind: String {
      switch self {
      case .counter: "counter"
      case .gauge: "gauge"
      case .histogram: "histogram"
      }
    }
  }

  private struct Registry {
    var series: [Key: Series] = [:]
    var kinds: [String: String] = [:]
    var refused = 0.0
  }

  /// Histograms that one part gathers by itself and hands over whole, now and then; they are shown
  /// beside the others.
  package let histograms = Guarded<[Key: Histogram]>([:])

  private let registry = Guarded(Registry())
  private let maxSeries: Int

  /// Makes an empty set that takes `maxSeries` metrics; what comes later is counted nowhere but in
  /// `metrics_refused_total`, because labels that a plugin invents must not fill the memory.
  package init(maxSeries: Int = 20_000) { self.maxSeries = maxSeries }

  /// The counter of that name and labels.
  package func counter(_ key: Key) -> Counter {
    guard case .counter(let counter) = series(key, "counter", orMake: .counter(Counter())) else {
      return Counter()
    }
    return counter
  }

  /// The gauge of that name and labels.
  package func gauge(_ key: Key) -> Gauge {
    guard case .gauge(let gauge) = series(key, "gauge", orMake: .gauge(Gauge())) else {
      return Gauge()
    }
    return gauge
  }

  /// The histogram of that name and labels.
  package func histogram(_ key: Key) -> HistogramHandle {
    guard
      case .histogram(let histogram) = series(
        key, "histogram", orMake: .histogram(HistogramHandle()))
    else {
      return HistogramHandle()
    }
    return histogram
  }

  /// Adds to a counter.
  package func add(_ key: Key, _ amount: Double = 1) { counter(key).add(amount) }

  /// Sets a gauge.
  package func set(_ key: Key, _ value: Double) { gauge(key).set(value) }

  /// Adds an observation to a histogram of seconds.
  package func observe(_ key: Key, _ seconds: Double) { histogram(key).observe(seconds) }

  /// Forgets a metric, such as a gauge of a job that is gone; whoever kept its handle counts on
  /// unseen.
  package func remove(_ key: Key) {
    registry.withLock { $0.series[key] = nil }
  }

  /// Forgets all metrics with that label, such as those of a job that is gone. O(metrics).
  package func remove(labelled name: String, _ value: String) {
    let label = MetricText.label(name, value)
    registry.withLock { registry in
      registry.series = registry.series.filter { !$0.key.labels.contains(label) }
    }
  }

  /// The value of a counter or gauge, `nil` when there is none.
  package func value(_ key: Key) -> Double? {
    switch registry.withLock({ $0.series[key] }) {
    case .counter(let counter): counter.value
    case .gauge(let gauge): gauge.value
    case .histogram, nil: nil
    }
  }

  /// The present values of all counters.
  package var counters: Guarded<[Key: Double]> {
    Guarded(
      allSeries.compactMapValues {
        if case .counter(let counter) = $0 { counter.value } else { nil }
      })
  }

  /// The present values of all gauges.
  package var gauges: Guarded<[Key: Double]> {
    Guarded(
      allSeries.compactMapValues { if case .gauge(let gauge) = $0 { gauge.value } else { nil } })
  }

  private var allSeries: [Key: Series] { registry.withLock(\.series) }

  /// All metrics by name, each with its series by labels.
  var families: [(name: String, series: [(labels: [String], Series)])] {
    let (registered, refused) = registry.withLock { ($0.series, $0.refused) }
    let handedOver = histograms.withLock(\.self).mapValues { Series.histogram(HistogramHandle($0)) }
    let all = registered.merging(handedOver) { first, _ in first }
    var byName = Dictionary(grouping: all.map { ($0.key, $0.value) }, by: \.0.name)
      .mapValues { $0.map { (labels: $0.labels, $1) } }
    if refused > 0 {
      let counter = Counter()
      counter.add(refused)
      byName["metrics_refused_total"] = [([], .counter(counter))]
    }
    return byName.sorted { $0.key < $1.key }.map { family in
      (family.key, family.value.sorted { $0.labels.lexicographicallyPrecedes($1.labels) })
    }
  }

  /// What is kept under the key; a name that is in use for another kind is refused.
  private func series(
    _ key: Key, _ kind: String, orMake make: @autoclosure () -> Series
  ) -> Series? {
    registry.withLock { registry in
      let known = registry.series[key]
      if let known, known.kind == kind { return known }
      guard known == nil, registry.series.count < maxSeries,
        registry.kinds[key.name, default: kind] == kind
      else {
        registry.refused += 1
        return nil
      }
      let new = make()
      registry.kinds[key.name] = kind
      registry.series[key] = new
      return new
    }
  }
}
