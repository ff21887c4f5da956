import PluginAPI

/// Which market takes which one's place, and what that costs.
struct RestartPlan: Sendable, Hashable, Codable {
  /// What the paying wallet keeps for fees, and to exist.
  private static let keep: SOL = 0.01

  /// The market that is replaced.
  var replaces: String
  var market: NewMarket
  /// Who pays.
  var wallet: WalletID
  /// The rent that the new market's accounts lock.
  var rent: SOL
  /// What the bundles' tips come to, one for each wallet with accounts and one for the market.
  var tips: SOL

  /// Reads market and wallets, and plans; or says why it cannot be done.
  static func make(_ settings: MarketCreator, _ run: Run) async throws
    -> Result<RestartPlan, NoRestart>
  {
    let market = try await run.market
    let swarm = try await run.swarm
    guard let rent = swarm.newMarketRent else {
      return .failure(NoRestart(description: "the venue does not tell what a market costs"))
    }
    guard let wallet = payer(settings.wallet, swarm) else {
      let wanted = settings.wallet.isEmpty ? "any wallet" : "wallet \(settings.wallet)"
      return .failure(NoRestart(description: "there is not \(wanted) in the swarm"))
    }
    let bundles = Int64(swarm.wallets.count { !$0.accounts.isEmpty } * 2 + 1)
    let plan = RestartPlan(
      replaces: swarm.market, market: NewMarket(settings, market.lots), wallet: wallet.id,
      rent: SOL(rent), tips: try settings.tip.multiplied(by: bundles))
    let cost = try plan.cost
    guard cost <= settings.maxCost else {
      return .failure(
        NoRestart(description: "it would cost \(cost), more than max_cost (\(settings.maxCost))"))
    }
    let needs = try cost.adding(keep)
    guard wallet.sol >= needs.lamports else {
      return .failure(
        NoRestart(
          description: "wallet \(wallet.id) has \(SOL(wallet.sol)), \(needs) are needed"))
    }
    return .success(plan)
  }

  private static func payer(_ name: String, _ swarm: Swarm) -> Wallet? {
    guard name.isEmpty else { return swarm.wallets.first { $0.id == WalletID(name) } }
    return swarm.wallets.max { ($0.sol, $1.id) < ($1.sol, $0.id) }
  }

  var cost: SOL { get throws(ArithmeticOverflow) { try rent.adding(tips) } }
}

/// Why no market is created.
struct NoRestart: Error, Hashable, CustomStringConvertible {
  let description: String
}

extension NewMarket {
  /// What the settings say, with the units of the present market where they say nothing.
  init(_ settings: MarketCreator, _ present: MarketLots) {
    var lots = present
    if settings.baseLot > 0 { lots.baseLot = TokenAmount(Int64(settings.baseLot)) }
    if settings.quoteLot > 0 { lots.quoteLot = Lamports(Int64(settings.quoteLot)) }
    self.init(
      name: settings.name, lots: lots, makerFee: Int64(settings.makerFee),
      takerFee: Int64(settings.takerFee))
  }
}
