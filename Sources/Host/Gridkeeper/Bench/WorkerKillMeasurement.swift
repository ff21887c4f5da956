import Glibc
import Isolation
import Supervisor

/// The worker of a thousand jobs is killed: when they run again.
enum WorkerKillMeasurement {
  private static let count = 10
  private static let jobs = 1_000

  static func take(_ arguments: Arguments, _ surroundings: Surroundings) async throws
    -> [String: Double]
  {
    let table = BenchTable(plugins: try BenchFolder.builtPlugins(), jobs: jobs)
    return try await BenchHost.measure(
      table.text, in: try BenchFolder(), surroundings, isKept: arguments.switches.contains("keep")
    ) { bench in
      try await bench.pause(.seconds(2))
      var times = LatenessHistogram()
      for _ in 0..<count {
        times.add(try await killWorker(of: bench).nanoseconds)
        try await bench.pause(.seconds(1))
      }
      return [
        "count": Double(count), "p50_ms": Double(times.quantile(0.5)) / 1e6,
        "max_ms": Double(times.longest) / 1e6,
      ]
    }
  }

  /// Kills the worker and waits for the first run in the next one. Earlier deaths are forgotten
  /// before, so that there is no pause before the restart, and no breaker trips.
  private static func killWorker(of bench: BenchHost) async throws -> Duration {
    await bench.supervisor.resume("Idle")
    guard let old = await bench.workers().first else {
      throw CommandFailure("the worker is not there")
    }
    async let first = bench.probe.next { $0.process != old }
    let before = bench.now
    kill(old, SIGKILL)
    return await first.started - before
  }
}
