import PluginAPI

/// What the host loads.
@c(flash_volume_plugin_v1) public func flashVolumePlugin() -> UnsafeMutableRawPointer {
  unsafe PluginManifest(name: "FlashVolume", version: "1.0.0", jobs: [FlashVolume.self])
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

  func run(_ run: Run) async throws -> Outcome {
    let market = try await run.market
    guard market.venue.allowsSyntheticVolume else {
      return .nothingToDo("not available on this cluster")
    }
    let price: PriceLots
    switch InsidePrice(market) {
    case .at(let found): price = found
    case .none(let reason): return .nothingToDo(reason)
    }
    let volume = market.lots.size(for: size.lamports, at: price)
    guard volume > .zero, volume >= market.lots.minimumSize else {
      return .nothingToDo("\(size) is less than the market's smallest order")
    }
    let round = try await run.state.value("round", as: Int.self) ?? 0
    let need = try TradeNeed(volume, at: price, lots: market.lots, tip: tip)
    guard let pair = Pair(try await run.swarm, round: round, need: need) else {
      return .nothingToDo("no two wallets hold \(size) and tokens for it, with room for an order")
    }
    let trade = SyntheticTrade(pair: pair, price: price, size: volume)
    return try await carryOut(trade, round: round, run)
  }

  private func carryOut(_ trade: SyntheticTrade, round: Int, _ run: Run) async throws -> Outcome {
    let receipt: BundleReceipt
    do {
      receipt = try await run.bundles.submit(
        trade.bundle(tip: tip, expires: run.now + .seconds(60)))
    } catch let refusal as Refusal where refusal.code.isTemporary {
      return .nothingToDo(refusal.description)
    }
    let outcome = try await run.bundles.outcome(of: receipt)
    guard case .landed(_, let results) = outcome else {
      throw TradeFailure(description: "the trade did not happen: \(outcome)")
    }
    try await run.state.set("round", to: round + 1)
    if let fault = trade.fault(results) { throw TradeFailure(description: fault) }
    run.events.emit(
      "FLASH_VOLUME",
      ["side": trade.pair.side.rawValue, "volume": size.description, "tip": tip.description])
    run.metrics.add("flash_volume_trades")
    return .done("\(trade.pair.maker.wallet) and \(trade.pair.taker.wallet) traded \(size)")
  }
}

/// A bundle that landed or ended otherwise than it should.
struct TradeFailure: Error, CustomStringConvertible {
  let description: String
}
