import PluginAPI

/// The whole grid as it should be, and who quotes which part.
struct GridPlan: Sendable, Hashable {
  var zones: Zones
  /// What each quoting wallet shall hold, in the order of the swarm.
  var wallets: [WalletPlan]
  /// Why fewer orders shall stand than the table asks for.
  var shortages: [Shortage]

  /// How many orders shall stand.
  var orders: Int { wallets.reduce(0) { $0 + $1.bids.count + $1.asks.count } }
}

/// What one wallet shall hold.
struct WalletPlan: Sendable, Hashable {
  var wallet: WalletID
  /// BUY levels from the innermost outwards.
  var bids: [GridLevel]
  /// SELL levels from the innermost outwards.
  var asks: [GridLevel]

  subscript(side: Side) -> [GridLevel] { side == .bid ? bids : asks }
}

/// What shapes a plan besides the table and the market.
struct PlanConditions: Sendable, Hashable {
  var anchors: Anchors
  var zones: Zones
  var turn: Int64
  var control: BuyControl
}

extension GridPlan {
  /// Plans the grid for the wallets that can quote.
  ///
  /// - Throws: `ArithmeticOverflow` when a price or a sum does not fit.
  init(
    _ settings: GridRebalancer, _ market: MarketSnapshot, _ quoting: [Wallet],
    _ conditions: PlanConditions
  ) throws(ArithmeticOverflow) {
    let shapes = try Shapes(settings, conditions, quoting.count, market.volatility)
    let improvement = QueueImprovement(
      ticks: Int64(settings.improveTicks), threshold: settings.largeOrder.lamports,
      lots: market.lots)
    let bids = SidePlan(shapes.bid, book: market.bids, improvement: improvement)
    let asks = SidePlan(shapes.ask, book: market.asks, improvement: improvement)
    zones = conditions.zones
    shortages = [shapes.shortage, bids.shortage, asks.shortage].compactMap(\.self)
    wallets = []
    wallets.reserveCapacity(quoting.count)
    let deal = Deal(settings, market.lots, bids: bids, asks: asks)
    let segments = Segments(wallets: quoting.count, turn: conditions.turn)
    var poor = 0
    for (index, wallet) in quoting.enumerated() {
      let (plan, isWhole) = try deal.plan(wallet, segments, index)
      wallets.append(plan)
      if !isWhole { poor += 1 }
    }
    if poor > 0 { shortages.append(.funds(poor)) }
  }

  /// The shapes of both sides.
  private struct Shapes {
    var bid: SideShape
    var ask: SideShape
    var shortage: Shortage?

    init(
      _ settings: GridRebalancer, _ conditions: PlanConditions, _ wallets: Int,
      _ volatility: Double?
    ) throws(ArithmeticOverflow) {
      let perWallet = settings.levelsPerWallet
      let levels = min(settings.levels, perWallet * wallets)
      if levels < settings.levels {
        shortage = .room(settings.levels, perWallet: perWallet, wallets: wallets)
      }
      let gamma = settings.gamma(at: volatility)
      let minimum = settings.minimumOrder.lamports
      let control = conditions.control
      let depth = try control.depth.of(settings.depthBid.lamports)
      bid = SideShape(
        side: .bid, anchor: conditions.anchors.bid, edge: conditions.zones[.bid], levels: levels,
        gamma: gamma, depth: depth, multiplier: control.multiplier, minimumOrder: minimum)
      ask = SideShape(
        side: .ask, anchor: conditions.anchors.ask, edge: conditions.zones[.ask], levels: levels,
        gamma: gamma, depth: settings.depthAsk.lamports, multiplier: settings.askMultiplier,
        minimumOrder: minimum)
    }
  }

  /// Gives each wallet the part of its segments that it can pay.
  private struct Deal {
    let bids: SidePlan
    let asks: SidePlan
    let reserve: SOL
    let rule: FundsRule

    init(_ settings: GridRebalancer, _ lots: MarketLots, bids: SidePlan, asks: SidePlan) {
      self.bids = bids
      self.asks = asks
      reserve = settings.reserve
      rule = FundsRule(
        margin: max(settings.tolerance, settings.sizeTolerance), share: settings.orderShare,
        market: lots)
    }

    func plan(_ wallet: Wallet, _ segments: Segments, _ index: Int) throws(ArithmeticOverflow)
      -> (WalletPlan, isWhole: Bool)
    {
      let funds = try Funds(wallet, reserve: reserve, market: rule.market)
      let bid = bids.levels[segments.part(of: index, levels: bids.levels.count)]
      let ask = asks.levels[segments.part(of: index, levels: asks.levels.count)]
      let plan = WalletPlan(
        wallet: wallet.id,
        bids: try rule.affordable(bid, .bid, funds, minimum: bids.minimum),
        asks: try rule.affordable(ask, .ask, funds, minimum: asks.minimum))
      return (plan, plan.bids.elementsEqual(bid) && plan.asks.elementsEqual(ask))
    }
  }
}

extension WalletPlan: Codable {
  private enum CodingKeys: String, CodingKey { case wallet, bids, asks }

  /// Reads levels as one flat list: price, size, price, size, …
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func levels(_ key: CodingKeys) throws -> [GridLevel] {
      let flat = try container.decode([Int64].self, forKey: key)
      return stride(from: 1, to: flat.count, by: 2).map {
        GridLevel(price: PriceLots(flat[$0 - 1]), size: BaseLots(flat[$0]))
      }
    }
    wallet = try container.decode(WalletID.self, forKey: .wallet)
    bids = try levels(.bids)
    asks = try levels(.asks)
  }

  /// Writes levels as one flat list, a third of the text that named fields would take.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    func flat(_ levels: [GridLevel]) -> [Int64] {
      levels.flatMap { [$0.price.count, $0.size.count] }
    }
    try container.encode(wallet, forKey: .wallet)
    try container.encode(flat(bids), forKey: .bids)
    try container.encode(flat(asks), forKey: .asks)
  }
}
