import PluginAPI

/// The whole grid as it should be, and who quotes which part.
struct GridPlan: Sendable, Hashable {
  /// The end of the BUY zone.
  var lower: PriceLots
  /// The end of the SELL zone.
  var upper: PriceLots
  /// What each quoting wallet shall hold, in the order of the swarm.
  var wallets: [WalletPlan]

  /// How many orders shall stand.
  var orders: Int { wallets.reduce(0) { $0 + $1.bids.count + $1.asks.count } }
}

/// What one wallet shall hold.
struct WalletPlan: Sendable, Hashable {
  var wallet: WalletID
  var bids: [GridLevel]
  var asks: [GridLevel]
}

/// How target-control shapes the BUY side.
struct BuyControl: Sendable, Hashable, Codable {
  /// Growth of BUY sizes from level to level.
  var multiplier: Double
  /// The share of the BUY depth that may be quoted.
  var depth: Percent
}

extension GridPlan {
  /// Plans the grid for the wallets that can quote.
  ///
  /// - Throws: `ArithmeticOverflow` when a price or a sum does not fit.
  init(
    _ settings: GridRebalancer, market: MarketSnapshot, price: PriceLots, wallets: [Wallet],
    turn: Int64, control: BuyControl
  ) throws(ArithmeticOverflow) {
    let shapes = try Shapes(settings, Anchors(market, price: price), control, wallets.count)
    let improvement = QueueImprovement(
      ticks: Int64(settings.improveTicks), threshold: settings.largeOrder.lamports,
      lots: market.lots)
    let bids = try SidePlan(shapes.bid, book: market.bids, improvement: improvement)
    let asks = try SidePlan(shapes.ask, book: market.asks, improvement: improvement)
    let segments = Segments(wallets: wallets.count, turn: turn)
    let (bidHands, askHands) = (segments.deal(bids.levels), segments.deal(asks.levels))
    lower = bids.edge
    upper = asks.edge
    let limits = FundsLimits(margin: settings.tolerance, share: settings.orderShare)
    self.wallets = []
    for (index, wallet) in wallets.enumerated() {
      let funds = try Funds(wallet, reserve: settings.reserve, market: market.lots)
      self.wallets.append(
        WalletPlan(
          wallet: wallet.id,
          bids: try funds.affordable(bidHands[index], .bid, limits: limits, market: market.lots),
          asks: try funds.affordable(askHands[index], .ask, limits: limits, market: market.lots)))
    }
  }

  /// The shapes of both sides.
  private struct Shapes {
    var bid: SideShape
    var ask: SideShape

    init(_ settings: GridRebalancer, _ anchors: Anchors, _ control: BuyControl, _ wallets: Int)
      throws(ArithmeticOverflow)
    {
      let perWallet = min(settings.ordersPerWallet / 2, OpenOrdersAccount.capacity)
      let levels = min(settings.levels, perWallet * wallets)
      bid = SideShape(
        side: .bid, anchor: anchors.bid, width: settings.buyWidth, levels: levels,
        gamma: settings.gamma, depth: try control.depth.of(settings.depthBid.lamports),
        multiplier: control.multiplier)
      ask = SideShape(
        side: .ask, anchor: anchors.ask, width: settings.sellWidth, levels: levels,
        gamma: settings.gamma, depth: settings.depthAsk.lamports,
        multiplier: settings.askMultiplier)
    }
  }
}

extension Swarm {
  /// The wallets that have an account for bids and one for asks.
  var quoting: [Wallet] { wallets.filter { $0.accounts.count >= 2 } }
}
