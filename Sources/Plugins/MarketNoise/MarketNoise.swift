import PluginAPI

/// What the host loads.
@c(market_noise_plugin_v1) public func marketNoisePlugin() -> UnsafeMutableRawPointer {
  unsafe PluginManifest(name: "MarketNoise", version: "2.0.0", jobs: [MarketNoise.self])
    .exported()
}

/// Lets own wallets trade small amounts with each other, alternately buying and selling, while a
/// test market is quiet.
///
/// Built-in exchange and test clusters only.
struct MarketNoise: Job {
  static let kind: JobKind = "market-noise"
  static let summary =
    "Alternates small market orders in a quiet market; built-in exchange and test clusters only."
  static let capabilities: Set<Capability> = [.trade, .syntheticVolume]

  @Parameter("How the sides of the taking orders follow each other")
  var mode: NoiseMode = .alternatedMarketCross
  @Parameter("Value of each order", in: 0.01...10_000) var notional: USD = 10
  @Parameter("Tip of the bundle", in: 0...0.1) var tip: SOL = 0.0001

  func run(_ run: Run) async throws -> Outcome {
    let market = try await run.market
    guard market.venue.allowsSyntheticVolume else {
      return .nothingToDo("not available on this cluster")
    }
    let last = try await NoiseTrade.load(run)
    if run.attempt > 1, let last, last.planned == run.plannedAt {
      return try await carryOut(last, market.lots, run)
    }
    guard let price = market.oracle?.price, price > .zero else {
      return .nothingToDo("no price of SOL in dollars")
    }
    let value = Lamports(try notional.scaled(by: 1_000_000_000, over: price.count).count)
    let trade: SyntheticTrade
    switch try SyntheticTrade.plan(
      worth: value, takerSide: mode.side(after: last), in: market, by: try await run.swarm,
      tip: tip, seed: run.seed)
    {
    case .success(let plan): trade = plan
    case .failure(let reason): return .nothingToDo("\(notional): \(reason)")
    }
    let planned = NoiseTrade(
      planned: run.plannedAt, trade: trade,
      bundle: trade.bundle("market noise", tip: tip, expires: run.now + NoiseTrade.life),
      reason: run.cause)
    try await planned.store(run)
    return try await carryOut(planned, market.lots, run)
  }

  private func carryOut(_ planned: NoiseTrade, _ lots: MarketLots, _ run: Run) async throws
    -> Outcome
  {
    let receipt: BundleReceipt
    do { receipt = try await run.bundles.submit(planned.bundle) } catch let refusal as Refusal
      where refusal.code.isTemporary
    { return .nothingToDo(refusal.description) }
    let outcome = try await run.bundles.outcome(of: receipt)
    guard case .landed(_, let results) = outcome else {
      throw NoiseFailure(description: "the trade did not happen: \(outcome)")
    }
    var ended = planned
    ended.hasLanded = true
    try await ended.store(run)
    if let shortfall = try planned.trade.shortfall(results, lots: lots) {
      return .nothingToDo("the price had moved: \(shortfall)")
    }
    return tell(planned, run)
  }

  private func tell(_ planned: NoiseTrade, _ run: Run) -> Outcome {
    run.events.emit(
      "NOISE_TRADE",
      [
        "side": planned.side.rawValue,
        "notional_usd": String(notional.description.dropLast(" USD".count)),
        "reason": planned.reason.rawValue, "synthetic": "true",
      ])
    run.metrics.add("market_noise_trades")
    return .done(
      "\(planned.trade.taker.wallet) traded \(notional) on the \(planned.side.rawValue) side")
  }
}

/// A bundle that did not end as it should.
struct NoiseFailure: Error, CustomStringConvertible {
  let description: String
}
