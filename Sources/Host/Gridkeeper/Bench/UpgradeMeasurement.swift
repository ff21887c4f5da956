import FoundationEssentials
import Isolation
import Telemetry

/// A plugin's library is replaced on disk while its jobs run at full load.
enum UpgradeMeasurement {
  private static let count = 5
  private static let jobs = 2_000

  static func take(_ arguments: Arguments, _ surroundings: Surroundings) async throws
    -> [String: Double]
  {
    let folder = try BenchFolder()
    let library = try Data(
      contentsOf: URL(filePath: try BenchFolder.builtPlugins() + "/libIdle.so"))
    try folder.replace("libIdle.so", with: library)
    let table = BenchTable(plugins: folder.path, jobs: jobs)
    return try await BenchHost.measure(
      table.text, in: folder, surroundings, isKept: arguments.switches.contains("keep")
    ) { bench in
      try await bench.pause(.seconds(2))
      let lost = await bench.lostSlots()
      bench.probe.watch(from: bench.now)
      var times = LatenessHistogram()
      for number in 1...count {
        // Bytes behind the end of a library change its digest and nothing else.
        let newer = library + Data(repeating: 0, count: number)
        times.add(try await upgrade(bench, to: newer).nanoseconds)
        try await bench.pause(.seconds(1))
      }
      let found = bench.probe.findings
      return [
        "max_ms": Double(times.longest) / 1e6, "p50_ms": Double(times.quantile(0.5)) / 1e6,
        "lost": Double(found.failures) + Double(await bench.lostSlots() - lost),
        "slots": Double(found.lateness.count),
        "late_p99_ms": Double(found.lateness.quantile(0.99)) / 1e6,
        "late_max_ms": Double(found.lateness.longest) / 1e6,
      ]
    }
  }

  /// Replaces the library and waits for the first run in a worker that has the new one.
  ///
  /// - Returns: The time from the moment at which the file was in its place.
  private static func upgrade(_ bench: BenchHost, to library: Data) async throws -> Duration {
    let old = Set(await bench.workers())
    async let first = bench.probe.next { !old.contains($0.process) }
    try bench.folder.replace("libIdle.so", with: library)
    let before = bench.now
    return await first.started - before
  }
}
