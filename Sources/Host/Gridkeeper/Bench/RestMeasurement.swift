import FoundationEssentials
import Glibc
import Isolation

/// The shipped table at its own pace: what the host and its workers hold and use.
enum RestMeasurement {
  static func take(_ arguments: Arguments, _ surroundings: Surroundings) async throws
    -> [String: Double]
  {
    let duration = try arguments.duration(default: 20)
    return try await BenchHost.measure(
      try shippedTable(), in: try BenchFolder(), surroundings,
      isKept: arguments.switches.contains("keep")
    ) { bench in
      try await bench.pause(.seconds(10))
      let (start, before) = (bench.now, await bench.cpu())
      try await bench.pause(duration)
      let cpu = await bench.cpu() - before
      let share = Double(cpu) / Double((bench.now - start).nanoseconds)
      let workers = await bench.workers().map(ProcessUsage.memory)
      return [
        "host_rss_mb": ProcessUsage.memory(of: getpid()), "worker_rss_mb": workers.max() ?? 0,
        "workers": Double(workers.count), "cpu_percent": share * 100,
      ]
    }
  }

  /// `jobs.yaml` with the plugins where they were built.
  private static func shippedTable() throws -> String {
    guard let data = FileManager.default.contents(atPath: "jobs.yaml") else {
      throw CommandFailure("there is no jobs.yaml here")
    }
    return String(decoding: data, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false
    ).map {
      $0.hasPrefix("  plugins:") ? "  plugins: \((try? BenchFolder.builtPlugins()) ?? "")" : $0
    }
    .joined(separator: "\n")
  }
}
