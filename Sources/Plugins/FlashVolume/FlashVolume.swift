import PluginAPI

/// What the host loads.
@c(flash_volume_plugin_v1) public func flashVolumePlugin() -> UnsafeMutableRawPointer {
  unsafe PluginManifest(name: "FlashVolume", version: "2.0.0", jobs: [FlashVolume.self])
    .exported()
}

/// Lets two of one's own wallets trade with each other in one atomic bundle.
///
/// Built-in exchange and test clusters only: it exists to exercise books, screens and statistics.
struct FlashVolume: Job {
  static let kind: JobKind = "flash-volume"
  static let summary =
    "Trades between two own wallets in one bundle; built-in exchange and test clusters only."
  static let capabilities: Set<Capability> = [.trade, .syntheticVolume]

  @Parameter("Volume of each side", in: 0.001...10) var size: SOL = 0.1
  @Parameter("Tip of the bundle", in: 0...0.1) var tip: SOL = 0.001

  func validate() -> [ParameterProblem] {
    guard tip >= size else { return [] }
    return [ParameterProblem(parameter: "tip", message: "expected less than size (\(size))")]
  }

  func run(_ run: Run) async throws -> Outcome {
    let market = try await run.market
    guard market.venue.allowsSyntheticVolume else {
      return .nothingToDo("not available on this cluster")
    }
    if run.attempt > 1, let earlier = try await PlannedTrade.load(run),
      earlier.planned == run.plannedAt
    {
      return try await carryOut(earlier, market.lots, run)
    }
    let trade: SyntheticTrade
    switch try SyntheticTrade.plan(
      worth: size.lamports, in: market, by: try await run.swarm, tip: tip, seed: run.seed)
    {
    case .success(let plan): trade = plan
    case .failure(let reason): return .nothingToDo(reason.description)
    }
    let planned = PlannedTrade(
      planned: run.plannedAt, trade: trade,
      bundle: trade.bundle("flash volume", tip: tip, expires: run.now + PlannedTrade.life))
    try await planned.store(run)
    return try await carryOut(planned, market.lots, run)
  }

  private func carryOut(_ planned: PlannedTrade, _ lots: MarketLots, _ run: Run) async throws
    -> Outcome
  {
    let receipt: BundleReceipt
    do { receipt = try await run.bundles.submit(planned.bundle) } catch let refusal as Refusal
      where refusal.code.isTemporary
    { return .nothingToDo(refusal.description) }
    let outcome = try await run.bundles.outcome(of: receipt)
    guard case .landed(_, let results) = outcome else {
      throw TradeFailure(description: "the trade did not happen: \(outcome)")
    }
    if let shortfall = try planned.trade.shortfall(results, lots: lots) {
      return .nothingToDo("the price had moved: \(shortfall)")
    }
    let trade = planned.trade
    run.events.emit(
      "FLASH_VOLUME",
      [
        "side": trade.side.rawValue, "volume": size.description, "tip": tip.description,
        "synthetic": "true",
      ])
    run.metrics.add("flash_volume_trades")
    return .done("\(trade.maker.wallet) and \(trade.taker.wallet) traded \(size)")
  }
}

/// What a slot submits, stored before: a further attempt of the slot submits the very same.
struct PlannedTrade: Sendable, Hashable, Codable {
  /// How long the maker's order may stand if nobody takes it.
  static let life: Duration = .seconds(60)
  private static let key = "trade"

  /// The slot's time.
  var planned: Timestamp
  var trade: SyntheticTrade
  var bundle: Bundle

  static func load(_ run: Run) async throws -> PlannedTrade? {
    try await run.state.value(key)
  }

  func store(_ run: Run) async throws { try await run.state.set(Self.key, to: self) }
}

/// A bundle that ended otherwise than it should.
struct TradeFailure: Error, CustomStringConvertible {
  let description: String
}
