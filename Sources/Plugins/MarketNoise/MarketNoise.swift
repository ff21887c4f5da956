import PluginAPI

/// What the host loads.
@c(market_noise_plugin_v1) public func marketNoisePlugin() -> UnsafeMutableRawPointer {
  unsafe PluginManifest(name: "MarketNoise", version: "1.0.0", jobs: [MarketNoise.self])
    .exported()
}

/// Trades small market orders, alternately buying and selling, while a test market is quiet.
///
/// Built-in exchange and test clusters only: its orders may meet those of one's own grid.
struct MarketNoise: Job {
  static let kind: JobKind = "market-noise"
  static let summary =
    "Alternates small market orders in a quiet market; built-in exchange and test clusters only."
  static let capabilities: Set<Capability> = [.trade, .syntheticVolume]

  @Parameter("Value of each order", in: 0.01...10_000) var notional: USD = 10
  @Parameter("Tip of the bundle", in: 0...0.1) var tip: SOL = 0.0001

  func run(_ run: Run) async throws -> Outcome {
    let market = try await run.market
    guard market.venue.allowsSyntheticVolume else {
      return .nothingToDo("not available on this cluster")
    }
    let turn = try await run.state.value("turn", as: Int.self) ?? 0
    let side: Side = turn.isMultiple(of: 2) ? .bid : .ask
    let order: MarketOrder
    switch MarketOrder.sized(notional, side: side, market: market) {
    case .success(let sized): order = sized
    case .failure(let reason): return .nothingToDo(reason.description)
    }
    guard let party = try order.party(try await run.swarm, turn: turn, lots: market.lots, tip: tip)
    else {
      return .nothingToDo("no wallet can pay an order of \(notional) on the \(side.rawValue) side")
    }
    return try await carryOut(order, by: party, turn: turn, run)
  }

  private func carryOut(_ order: MarketOrder, by party: Party, turn: Int, _ run: Run)
    async throws -> Outcome
  {
    let receipt: BundleReceipt
    do {
      receipt = try await run.bundles.submit(order.bundle(party, tip: tip))
    } catch let refusal as Refusal where refusal.code.isTemporary {
      return .nothingToDo(refusal.description)
    }
    let outcome = try await run.bundles.outcome(of: receipt)
    guard case .landed(_, let results) = outcome else {
      throw NoiseFailure(description: "the order did not happen: \(outcome)")
    }
    try await run.state.set("turn", to: turn + 1)
    if case .dropped(let why)? = results.first { return .nothingToDo("order dropped: \(why)") }
    run.events.emit(
      "NOISE_TRADE",
      [
        "side": order.side.rawValue, "notional_usd": notional.amountText,
        "reason": run.cause.rawValue,
      ])
    run.metrics.add("market_noise_trades")
    return .done("\(party.wallet) traded \(notional) on the \(order.side.rawValue) side")
  }
}

/// A bundle that did not end as it should.
struct NoiseFailure: Error, CustomStringConvertible {
  let description: String
}

extension USD {
  /// The amount without its unit.
  var amountText: String { String(description.dropLast(" USD".count)) }
}
