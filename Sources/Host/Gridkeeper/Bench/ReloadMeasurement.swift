import Isolation
import JobTable
import Telemetry

/// Reloads of a large table of which one job changed, while its jobs run.
enum ReloadMeasurement {
  private static let count = 10

  static func take(_ arguments: Arguments, _ surroundings: Surroundings) async throws
    -> [String: Double]
  {
    let jobs = try arguments.number("jobs", in: 2...1_000_000, default: 10_000)
    var table = BenchTable(plugins: try BenchFolder.builtPlugins(), jobs: jobs, every: "60s")
    return try await BenchHost.measure(
      table.text, in: try BenchFolder(), surroundings, isKept: arguments.switches.contains("keep")
    ) { bench in
      try await bench.pause(.seconds(2))
      let lost = await bench.lostSlots()
      bench.probe.watch(from: bench.now)
      var times = LatenessHistogram()
      for number in 1...count {
        table.first = "\(60 + number)s"
        times.add(try await reload(bench, table.text).nanoseconds)
        try await bench.pause(.milliseconds(500))
      }
      let found = bench.probe.findings
      let skipped = await bench.lostSlots() - lost
      return [
        "in_force_p50_ms": Double(times.quantile(0.5)) / 1e6,
        "in_force_max_ms": Double(times.longest) / 1e6,
        "late_unchanged": Double(found.late) + Double(skipped),
        "late_means_ms": Double(RunProbe.late) / 1e6,
        "slots": Double(found.lateness.count),
        "late_max_ms": Double(found.lateness.longest) / 1e6,
      ]
    }
  }

  /// Saves the table and waits until it is in force.
  ///
  /// - Returns: The time that this took, less the settle time.
  private static func reload(_ bench: BenchHost, _ text: String) async throws -> Duration {
    let events = bench.host.parts.events.subscribe()
    let settle = await bench.host.force.table.host.settle
    try bench.folder.write(text)
    let before = bench.now
    for await item in events {
      guard case .event(let event) = item else { continue }
      if event.name == "CONFIG_APPLIED" { break }
      if event.name == "CONFIG_REJECTED" {
        throw CommandFailure("the table was rejected: \(event.fields["detail"] ?? "")")
      }
    }
    return bench.now - before - settle
  }
}
