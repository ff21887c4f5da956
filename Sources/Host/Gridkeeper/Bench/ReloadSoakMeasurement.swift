import Glibc
import Telemetry

/// Many reloads, good, bad and without a change: whether anything grows.
enum ReloadSoakMeasurement {
  private static let jobs = 100

  /// What the host holds.
  private struct Holdings {
    let memory = ProcessUsage.memory(of: getpid())
    let descriptors = ProcessUsage.descriptors()
    let threads = ProcessUsage.threads()
    let processes = ProcessUsage.children().count
  }

  static func take(_ arguments: Arguments, _ surroundings: Surroundings) async throws
    -> [String: Double]
  {
    let reloads = try arguments.number("reloads", in: 1...10_000_000, default: 10_000)
    // The host is told to reload; its watcher would sometimes come first.
    let table = BenchTable(
      plugins: try BenchFolder.builtPlugins(), jobs: jobs, settle: "60s")
    return try await BenchHost.measure(
      table.text, in: try BenchFolder(), surroundings, isKept: arguments.switches.contains("keep")
    ) { bench in
      // Until then the ring of newest events fills, which is memory that a host may hold.
      var warmUp = 0
      while warmUp < 100 || bench.host.parts.events.last < Int64(EventBus.usualCapacity) {
        try await reload(bench, warmUp, table)
        warmUp += 1
      }
      try await bench.pause(.seconds(3))
      let before = Holdings()
      for number in warmUp..<warmUp + reloads { try await reload(bench, number, table) }
      try await bench.pause(.seconds(3))
      let after = Holdings()
      return [
        "reloads": Double(reloads), "rss_growth_mb": after.memory - before.memory,
        "descriptors_growth": Double(after.descriptors - before.descriptors),
        "threads_growth": Double(after.threads - before.threads),
        "processes_growth": Double(after.processes - before.processes),
        "host_rss_mb": after.memory,
      ]
    }
  }

  /// The table becomes another one, then one that is wrong, then stays as it was, in turns.
  private static func reload(_ bench: BenchHost, _ number: Int, _ table: BenchTable) async throws {
    var table = table
    let turn = number % 3
    table.first = turn == 1 ? "never" : "\(2 + number / 3 % 2)s"
    let wanted: ReloadReport.Result = turn == 0 ? .applied : turn == 1 ? .rejected : .unchanged
    try bench.folder.write(table.text)
    let report = await bench.host.reload()
    guard report.result == wanted else {
      throw CommandFailure("reload \(number) was \(report.result.rawValue): \(report.text)")
    }
  }
}
