import Glibc
import Isolation

/// No-op jobs at one second, spread, in a worker: how late they start and what they cost.
enum DispatchMeasurement {
  static func take(_ arguments: Arguments, _ surroundings: Surroundings) async throws
    -> [String: Double]
  {
    let jobs = try arguments.number("jobs", in: 1...1_000_000, default: 10_000)
    let duration = try arguments.duration(default: 10)
    let table = BenchTable(plugins: try BenchFolder.builtPlugins(), jobs: jobs)
    return try await BenchHost.measure(
      table.text, in: try BenchFolder(), surroundings, isKept: arguments.switches.contains("keep")
    ) { bench in
      let from = bench.now + .seconds(3)
      bench.probe.watch(from: from, until: from + duration)
      try await bench.wait(until: from)
      let before = await bench.cpu()
      try await bench.wait(until: from + duration)
      let cpu = await bench.cpu() - before
      var figures = await memory(of: bench)
      try await bench.wait(until: from + duration + .seconds(1))
      figures.merge(latenesses(bench, cpu, duration)) { _, new in new }
      figures["expected"] = Double(jobs) * duration.inSeconds
      figures["jobs"] = Double(jobs)
      figures["launch_ms"] = bench.launchTime.inSeconds * 1e3
      return figures
    }
  }

  private static func memory(of bench: BenchHost) async -> [String: Double] {
    let host = ProcessUsage.memory(of: getpid())
    let workers = await bench.workers().map(ProcessUsage.memory)
    return ["host_rss_mb": host, "total_rss_mb": workers.reduce(host, +)]
  }

  private static func latenesses(_ bench: BenchHost, _ cpu: Int64, _ duration: Duration)
    -> [String: Double]
  {
    let found = bench.probe.findings
    let lateness = found.lateness
    return [
      "starts": Double(lateness.count),
      "starts_per_s": Double(lateness.count) / duration.inSeconds,
      "late_p50_ms": Double(lateness.quantile(0.5)) / 1e6,
      "late_p99_ms": Double(lateness.quantile(0.99)) / 1e6,
      "late_max_ms": Double(lateness.longest) / 1e6,
      "cpu_us_per_start": Double(cpu) / 1e3 / Double(max(1, lateness.count)),
      "failed": Double(found.failures),
    ]
  }
}
