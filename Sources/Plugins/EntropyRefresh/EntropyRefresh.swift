import PluginAPI

/// What the host loads.
@c(entropy_refresh_plugin_v1) public func entropyRefreshPlugin() -> UnsafeMutableRawPointer {
  unsafe PluginManifest(name: "EntropyRefresh", version: "1.0.0", jobs: [EntropyRefresh.self])
    .exported()
}

/// Asks for a full rebuild of the grid, however still the market is.
struct EntropyRefresh: Job {
  static let kind: JobKind = "entropy-refresh"
  static let summary = "Checks the balances and asks for a full rebuild of the grid."
  static let capabilities: Set<Capability> = [.signal]

  func run(_ run: Run) async throws -> Outcome {
    let market = try await run.market
    let swarm = try await run.swarm
    guard !swarm.wallets.isEmpty else { return .nothingToDo("the swarm has no wallets") }
    let summary = try SwarmSummary(swarm, lots: market.lots)
    let count = (try await run.state.value("count", as: Int.self) ?? 0) + 1
    try await run.state.set("count", to: count)
    try await run.board.publish(
      "entropy-refresh", RefreshMarker(count: count, slot: market.slot, time: run.now))
    try await run.signals.send("rebuild")
    run.log.info("refresh \(count)", summary.fields)
    run.metrics.add("entropy_refreshes")
    return .done("refresh \(count) of \(summary.wallets) wallets, \(summary.orders) orders")
  }
}

/// Tells other jobs when the last full refresh was asked for.
struct RefreshMarker: Sendable, Hashable, Codable {
  var count: Int
  var slot: UInt64
  var time: Timestamp
}
