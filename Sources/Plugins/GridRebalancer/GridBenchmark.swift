package import PluginAPI

/// What a rebuild computes, for measurements: the plan of a grid and its difference from what stands.
package struct GridBenchmark: Sendable {
  private let settings: GridRebalancer
  private let market: MarketSnapshot
  private let wallets: [Wallet]
  private let conditions: PlanConditions
  private let rule: ChangeRule

  /// A grid of 16 levels per side and wallet over `wallets` wallets, of which every order stands and
  /// half are off: the price has moved, the BUY side with it.
  ///
  /// - Throws: `ArithmeticOverflow` when there are more wallets than a price can carry.
  package init(wallets count: Int) throws(ArithmeticOverflow) {
    var settings = GridRebalancer()
    settings.levels = 16 * count
    settings.depthBid = SOL(Lamports(Int64(count) * 10_000_000_000))
    settings.depthAsk = settings.depthBid
    settings.bidMultiplier = 1
    settings.askMultiplier = 1
    let start = Timestamp(seconds: 1_750_000_000)
    let rule = ChangeRule(
      tolerance: settings.tolerance, sizeTolerance: settings.sizeTolerance,
      livesUntil: start + settings.renewal, expires: start + settings.expiry, isFull: false,
      first: .bid, pendingEvents: 0)
    let empty = (0..<count).map { Self.wallet($0, start) }
    let before = Self.market(mid: 1_000_000, start)
    let plan = try GridPlan(settings, before, empty, Self.conditions(settings, before, start))
    self.settings = settings
    self.rule = rule
    wallets = zip(empty, plan.wallets).map { Self.standing($0, $1, start) }
    market = Self.market(mid: 980_000, start)
    conditions = Self.conditions(settings, market, start)
  }

  /// Plans the whole grid and compares it with what stands.
  ///
  /// - Returns: How many orders stay and how many are placed.
  /// - Throws: `ArithmeticOverflow` when a price or a sum does not fit.
  package func step() throws(ArithmeticOverflow) -> (kept: Int, placed: Int) {
    let plan = try GridPlan(settings, market, wallets, conditions)
    var counts = (kept: 0, placed: 0)
    for (index, wallet) in wallets.enumerated() {
      let change = rule.change(wallet, to: plan.wallets[index])
      counts.kept += change.kept
      counts.placed += change.places.count
    }
    return counts
  }

  private static func conditions(
    _ settings: GridRebalancer, _ market: MarketSnapshot, _ now: Timestamp
  ) -> PlanConditions {
    let anchors = Anchors(market, price: market.reference ?? .zero)
    return PlanConditions(
      anchors: anchors, zones: Zones(settings, anchors, last: nil, now: now), turn: 0,
      control: BuyControl(multiplier: settings.bidMultiplier, depth: .whole))
  }

  private static func market(mid: Int64, _ now: Timestamp) -> MarketSnapshot {
    func side(_ sign: Int64) -> [BookLevel] {
      (1...20).map { BookLevel(price: PriceLots(mid + sign * 100 * $0), size: BaseLots(10)) }
    }
    return MarketSnapshot(
      slot: 1, time: now,
      lots: MarketLots(
        baseLot: TokenAmount(1_000_000), quoteLot: Lamports(10), tokenDecimals: 9,
        minimumSize: BaseLots(1)), bids: side(-1), asks: side(1), trades: [],
      pivot: PriceLots(1_000_000), oracle: nil,
      venue: VenueIdentity(kind: "simulator", cluster: "bench", allowsSyntheticVolume: true))
  }

  private static func wallet(_ number: Int, _ now: Timestamp) -> Wallet {
    Wallet(
      id: WalletID("w\(number)"), publicKey: "", sol: SOL(1_000).lamports,
      token: TokenAmount(1_000_000_000_000), usdc: 0,
      accounts: [1, 2].map {
        OpenOrdersAccount(id: AccountID("w\(number)/\($0)"), rent: .zero, lastUsed: now)
      })
  }

  private static func standing(_ wallet: Wallet, _ plan: WalletPlan, _ now: Timestamp) -> Wallet {
    var wallet = wallet
    for (index, side) in [Side.bid, .ask].enumerated() {
      wallet.accounts[index].orders = plan[side].enumerated().map { number, level in
        OpenOrder(
          id: OrderID("\(side.rawValue)\(number)"), side: side, price: level.price,
          size: level.size, placed: now, expires: now + .seconds(600))
      }
    }
    return wallet
  }
}
