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
    let last = try await run.state.value(RefreshMemory.key, as: RefreshMemory.self)
    let generation = try await run.board.value("grid.generation", as: Int.self)?.value
    let memory = RefreshMemory(count: (last?.count ?? 0) + 1, generation: generation)
    try await run.state.set(RefreshMemory.key, to: memory)
    try await run.board.publish(
      "entropy-refresh", RefreshMarker(count: memory.count, slot: market.slot, time: run.now))
    try await run.signals.send("rebuild")
    run.log.info("refresh \(memory.count)", summary.fields(at: run.now))
    run.metrics.add("entropy_refreshes")
    let warnings = warnings(summary, last, generation)
    for warning in warnings { run.log.warning(warning) }
    let text = "refresh \(memory.count) of \(summary.wallets) wallets, \(summary.orders) orders"
    return .done(([text] + warnings).joined(separator: "; "))
  }

  /// What an operator should look at: a refresh is the moment to notice what nobody asked about.
  private func warnings(_ summary: SwarmSummary, _ last: RefreshMemory?, _ generation: Int?)
    -> [String]
  {
    var warnings: [String] = []
    if let last, let generation, last.generation == generation {
      warnings.append("the grid has not been rebuilt since refresh \(last.count)")
    }
    if summary.endless > 0 {
      warnings.append("\(summary.endless) orders have no expiry and would outlive a dead host")
    }
    return warnings
  }
}

/// What the job remembers about its last refresh.
struct RefreshMemory: Sendable, Hashable, Codable {
  static let key = "refresh"

  var count: Int
  /// The grid's generation at that time; `nil` when the grid had published none.
  var generation: Int?
}

/// Tells other jobs when the last full refresh was asked for.
struct RefreshMarker: Sendable, Hashable, Codable {
  var count: Int
  var slot: UInt64
  var time: Timestamp
}
