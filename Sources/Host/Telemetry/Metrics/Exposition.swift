extension Metrics {
  /// What every metric of the host is called before its own name.
  package static let prefix = "mm_"

  /// All metrics and the process's own in the Prometheus text format, version 0.0.4.
  ///
  /// Costs about a microsecond a line, and some system calls; not for hot paths.
  package func exposition() -> String {
    var out = ""
    for family in families {
      guard let kind = family.series.first?.1.kind else { continue }
      let name = Self.prefix + family.name
      if let help = MetricCatalogue.texts[family.name] { out += "# HELP \(name) \(help)\n" }
      out += "# TYPE \(name) \(kind)\n"
      for (labels, series) in family.series { append(series, name, labels, to: &out) }
    }
    return out + ProcessMetrics.exposition()
  }

  /// The content type that goes with `exposition`.
  package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  private func append(
    _ series: Series, _ name: String, _ labels: [String], to out: inout String
  ) {
    switch series {
    case .counter(let counter): append(name, labels, counter.value, to: &out)
    case .gauge(let gauge): append(name, labels, gauge.value, to: &out)
    case .histogram(let handle):
      let histogram = handle.value
      var total: UInt64 = 0
      for (bound, count) in zip(Histogram.bounds + [.infinity], histogram.counts) {
        total += count
        let edge = "le=\"\(MetricText.number(bound))\""
        append("\(name)_bucket", labels + [edge], Double(total), to: &out)
      }
      append("\(name)_sum", labels, histogram.sum, to: &out)
      append("\(name)_count", labels, Double(total), to: &out)
    }
  }

  private func append(
    _ name: String, _ labels: [String], _ value: Double, to out: inout String
  ) {
    out += name
    if !labels.isEmpty { out += "{\(labels.joined(separator: ","))}" }
    out += " \(MetricText.number(value))\n"
  }
}
