import FoundationEssentials
import Glibc
import Isolation
import Lab

/// The Lab: how long it takes for 90 days of five-minute bars with the whole shipped table, and what
/// the life of an order costs with its job, gates, ledger and outbox.
enum LabMeasurement {
  private static let days = 90.0

  /// A part of the bars is run and counted up; `--duration` says how many seconds of virtual time
  /// (259200, three days).
  static func replay(_ arguments: Arguments, _ surroundings: Surroundings) async throws
    -> [String: Double]
  {
    let folder = try BenchFolder()
    defer { folder.remove() }
    let part = try arguments.duration(default: 259_200).inSeconds / 86_400
    try folder.replace("bars.csv", with: Data(bars(Int(part * 288) + 1).utf8))
    let short = try call(folder, "jobs.yaml", days: part / 4)
    let long = try call(folder, "jobs.yaml", days: part)
    let runs = long.report.jobs.flatMap(\.outcomes.values).reduce(0, +)
    return [
      "days": part, "cpu_s": long.cpu, "minutes_for_90_days": long.cpu / part * days / 60,
      "us_per_slot_of_a_job": long.cpu * 1e6 / Double(max(1, runs)),
      "slots_per_s": Double(long.report.setup.slots) / long.cpu,
      "orders": Double(long.report.grid.placed), "rss_mb": long.memory,
      "rss_growth_mb": long.memory - short.memory,
    ]
  }

  /// Two runs that differ in how often the grid changes hands: the difference is what orders cost.
  static func orders(_ arguments: Arguments, _ surroundings: Surroundings) async throws
    -> [String: Double]
  {
    let folder = try BenchFolder()
    defer { folder.remove() }
    let part = try arguments.duration(default: 10_800).inSeconds / 86_400
    try folder.replace("bars.csv", with: Data(bars(Int(part * 288) + 1).utf8))
    let path = folder.path + "/jobs.yaml"
    try folder.write(table(rotation: "fixed"))
    let still = try call(folder, path, days: part)
    try folder.write(table(rotation: "tick"))
    let moving = try call(folder, path, days: part)
    let lives = Double(moving.report.grid.placed - still.report.grid.placed)
    let cost = (moving.cpu - still.cpu) / max(1, lives)
    return [
      "orders": lives, "us_per_order": cost * 1e6, "events_per_s": 2 / cost,
      "rss_mb": moving.memory,
    ]
  }

  private static func call(_ folder: BenchFolder, _ table: String, days: Double) throws
    -> LabProcessCall
  {
    try LabProcessCall(
      [
        "--jobs", table, "--plugins", try BenchFolder.builtPlugins(), "--replay",
        folder.path + "/bars.csv", "--days", "\(days)",
      ], report: folder.path + "/report.json")
  }

  /// The grid alone: 32 orders of two wallets that change hands every six seconds, or never.
  private static func table(rotation: String) -> String {
    """
    version: 1
    venue: { kind: simulator, seed: 7 }
    swarm: { wallets: 2 }
    jobs:
      grid-rebalancer:
        plugin: GridRebalancer
        every: 1s
        precision: exact
        timeout: 20s
        grant: [trade, create-accounts]
        parameters: { rotation: \(rotation), tick: 6s, minimum_gap: 1s, deviation: 50% }
    """
  }

  /// A generated walk in bars of five minutes, always the same.
  private static func bars(_ count: Int) -> String {
    var random = SeededRandom(seed: 90)
    var price = 150.0
    var lines = ["open_time,open,high,low,close,volume"]
    for bar in 0..<count {
      let open = price
      price *= 1 + (Double(random.next() % 2_001) - 1_000) / 400_000
      let (low, high) = (min(open, price) * 0.999, max(open, price) * 1.001)
      lines.append("\(1_760_000_000 + bar * 300),\(open),\(high),\(low),\(price),1000")
    }
    return lines.joined(separator: "\n")
  }
}
