/// Why no synthetic trade can be made.
public struct NoTrade: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is missing.
  public let description: String

  /// Makes a reason.
  public init(_ description: String) { self.description = description }
}

extension SyntheticTrade {
  /// What either party keeps for network fees, and to exist.
  private static let fees: SOL = 0.01

  /// A trade worth `value` between two wallets that can pay for it.
  ///
  /// Of two wallets the one with more tokens sells if it can, so that nobody ends up with all of
  /// them. Which of the pairs trade is drawn by `seed`: the same in every attempt of a run.
  ///
  /// - Parameters:
  ///   - value: What the trade is worth.
  ///   - takerSide: The side of the order that takes; drawn when it is `nil`.
  ///   - market: The book and its units.
  ///   - swarm: Who may trade.
  ///   - tip: The bundle's tip, which its payer needs besides.
  ///   - seed: The run's seed.
  /// - Returns: The trade, or why there is none.
  /// - Throws: `ArithmeticOverflow` when an amount does not fit.
  public static func plan(
    worth value: Lamports, takerSide: Side? = nil, in market: MarketSnapshot, by swarm: Swarm,
    tip: SOL, seed: UInt64
  ) throws(ArithmeticOverflow) -> Result<SyntheticTrade, NoTrade> {
    let price: PriceLots
    switch market.priceInsideSpread {
    case .success(let inner): price = inner
    case .failure(let reason): return .failure(reason)
    }
    let size = market.lots.size(for: value, at: price)
    guard size > .zero, size >= market.lots.minimumSize else {
      return .failure(NoTrade("\(SOL(value)) is less than the market's smallest order"))
    }
    let draw = seed.scattered
    let side = (takerSide ?? (draw & 1 == 0 ? .bid : .ask)).opposite
    let need = try Need(size, at: price, lots: market.lots, tip: tip)
    let pairs = Pair.able(swarm, need, makerSide: side)
    let balanced = pairs.filter { $0.seller.token >= $0.buyer.token }
    let drawn = balanced.isEmpty ? pairs : balanced
    guard !drawn.isEmpty else {
      return .failure(
        NoTrade(
          "no two wallets hold \(SOL(value)) and tokens for it, with room for an order"))
    }
    let pair = drawn[Int((draw >> 1) % UInt64(drawn.count))]
    return .success(pair.trade(makerSide: side, price: price, size: size))
  }

  /// What the two sides of a trade must have.
  private struct Need {
    /// The buyer's SOL, with a hundredth for the taker's fee.
    var sol: Lamports
    /// The seller's tokens.
    var token: TokenAmount
    /// What either needs beyond that.
    var extra: Lamports

    init(_ size: BaseLots, at price: PriceLots, lots: MarketLots, tip: SOL)
      throws(ArithmeticOverflow)
    {
      let cost = try lots.cost(of: size, at: price)
      sol = try cost.adding(Lamports(cost.count / 100))
      token = try lots.amount(of: size)
      extra = try tip.lamports.adding(fees.lamports)
    }

    func isMet(by wallet: Wallet, on side: Side) -> Bool {
      switch side {
      case .bid: wallet.sol.count >= extra.count && wallet.sol.count - extra.count >= sol.count
      case .ask: wallet.token >= token && wallet.sol >= extra
      }
    }
  }

  /// Two wallets that can trade, each with its account.
  private struct Pair {
    var buyer: Wallet
    var seller: Wallet
    var makerAccount: OpenOrdersAccount
    var takerAccount: OpenOrdersAccount

    static func able(_ swarm: Swarm, _ need: Need, makerSide side: Side) -> [Pair] {
      let buyers = swarm.wallets.filter { need.isMet(by: $0, on: .bid) }
      let sellers = swarm.wallets.filter { need.isMet(by: $0, on: .ask) }
      return buyers.flatMap { buyer in
        sellers.compactMap { seller -> Pair? in
          let (maker, taker) = side == .bid ? (buyer, seller) : (seller, buyer)
          guard buyer.id != seller.id,
            let place = maker.account(for: side, on: swarm.market, needsRoom: true),
            let take = taker.account(for: side.opposite, on: swarm.market, needsRoom: false)
          else { return nil }
          return Pair(buyer: buyer, seller: seller, makerAccount: place, takerAccount: take)
        }
      }
    }

    func trade(makerSide side: Side, price: PriceLots, size: BaseLots) -> SyntheticTrade {
      let (maker, taker) = side == .bid ? (buyer, seller) : (seller, buyer)
      return SyntheticTrade(
        maker: Party(wallet: maker.id, account: makerAccount.id),
        taker: Party(wallet: taker.id, account: takerAccount.id), side: side, price: price,
        size: size, clearsMaker: makerAccount.orders.isEmpty)
    }
  }
}

extension Wallet {
  /// The account that a trade on `side` disturbs least: one without orders, else one with orders of
  /// that side alone, which a taker can never meet, else any.
  fileprivate func account(for side: Side, on market: String, needsRoom: Bool)
    -> OpenOrdersAccount?
  {
    let usable = accounts.filter { account in
      (market.isEmpty || account.market.isEmpty || account.market == market)
        && (account.room > 0 || !needsRoom)
    }
    return usable.first(where: \.orders.isEmpty)
      ?? usable.first { $0.orders.allSatisfy { $0.side == side } } ?? usable.first
  }
}

extension MarketSnapshot {
  /// The price of the last trade when it lies between best bid and best ask, else the nearest one
  /// that does.
  public var priceInsideSpread: Result<PriceLots, NoTrade> {
    guard let bid = bids.first?.price, let ask = asks.first?.price, let mid else {
      return .failure(NoTrade("a side of the book is empty"))
    }
    guard ask.count - bid.count >= 2 else {
      return .failure(NoTrade("no room inside the spread: \(bid) to \(ask)"))
    }
    let last = trades.first?.price ?? mid
    return .success(min(max(last, PriceLots(bid.count + 1)), PriceLots(ask.count - 1)))
  }
}

extension UInt64 {
  /// Neighbouring seeds give unrelated numbers (SplitMix64).
  fileprivate var scattered: UInt64 {
    var mixed = self &+ 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
