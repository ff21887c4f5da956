import FoundationEssentials
import Glibc

/// The folder of a simulated host: its job table and its kill file.
struct LifeFolder: Sendable {
  let path: String
  let good: [UInt8]

  var table: String { path + "/jobs.yaml" }
  private var killFile: String { path + "/kill" }

  init(_ plan: Life.Plan) throws {
    path = "\(FileManager.default.temporaryDirectory.path)/gridkeeper-life-\(getpid())-\(plan.seed)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    good = Array(Self.text(plan, grid: "deviation: 0.3%").utf8)
    write(good)
  }

  func write(_ bytes: [UInt8]) { try? Data(bytes).write(to: URL(filePath: table)) }

  func setKill() { try? Data("a simulated operator".utf8).write(to: URL(filePath: killFile)) }

  func clearKill() { unsafe unlink(killFile) }

  func remove() { try? FileManager.default.removeItem(atPath: path) }

  /// The same table with one value changed.
  func changed(_ plan: Life.Plan) -> [UInt8] {
    Array(Self.text(plan, grid: "deviation: 0.5%").utf8)
  }

  /// The same table with all jobs switched off.
  func still(_ plan: Life.Plan) -> [UInt8] {
    let text = Self.text(plan, grid: "deviation: 0.3%")
    return Array(text.replacing("plugin: ", with: "enabled: false, plugin: ").utf8)
  }

  /// A table that must be refused.
  func broken(_ plan: Life.Plan) -> [UInt8] {
    Array(Self.text(plan, grid: "deviation: one").utf8)
  }

  private static func text(_ plan: Life.Plan, grid: String) -> String {
    """
    version: 1
    host: { plugins: \(plan.plugins) }
    venue: { kind: simulator, seed: \(plan.seed % 1_000_000), trades_per_minute: 60 }
    swarm: { wallets: 2 }
    risk: { kill_file: kill }
    telemetry: { level: \(plan.isVerbose ? "info" : "error") }
    jobs:
      grid: {
        plugin: GridRebalancer, every: 2s, on: [signal.rebuild], timeout: 20s, precision: exact,
        retry: { attempts: 2, backoff: 1s..5s }, on_lost: retry, grant: [trade, create-accounts],
        parameters: { levels: 4, depth_bid: 4 SOL, depth_ask: 4 SOL, minimum_gap: 1s, \(grid) } }
      volume: {
        plugin: FlashVolume, every: 7s, timeout: 15s, grant: [trade, synthetic-volume] }
      noise: {
        plugin: MarketNoise, every: 9s, timeout: 15s, grant: [trade, synthetic-volume] }
      rent: {
        plugin: RentRecovery, every: 45s, timeout: 30s, grant: [trade, close-accounts],
        parameters: { idle_for: 30s } }
      treasury: {
        plugin: FinancialInjection, every: 12s, timeout: 10s, grant: [swap, transfer],
        parameters: { low_balance: 40 SOL, top_up: 60 SOL } }
      entropy: { plugin: EntropyRefresh, every: 50s, grant: [signal] }
      target: { plugin: TargetControl, every: 10s }

    """
  }
}
