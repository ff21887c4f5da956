import PluginAPI

/// What a wallet can put on the book: what is free, and what its standing orders would free.
struct Funds: Sendable, Hashable {
  /// For BUY orders.
  var sol: Lamports
  /// For SELL orders.
  var lots: BaseLots

  /// Adds up a wallet, less `reserve` SOL.
  ///
  /// - Throws: `ArithmeticOverflow` when a sum does not fit.
  init(_ wallet: Wallet, reserve: SOL, market: MarketLots) throws(ArithmeticOverflow) {
    var sol = try wallet.sol.subtracting(reserve.lamports)
    var token = wallet.token
    var standing = BaseLots.zero
    for account in wallet.accounts {
      sol = try sol.adding(account.freeSOL)
      token = try token.adding(account.freeToken)
      for order in account.orders {
        switch order.side {
        case .bid: sol = try sol.adding(market.cost(of: order.size, at: order.price))
        case .ask: standing = try standing.adding(order.size)
        }
      }
    }
    self.sol = max(sol, .zero)
    lots = try BaseLots(token.count / market.baseLot.count).adding(standing)
  }

  /// The part of `levels` that can be paid: all, or all made smaller in the same proportion, and
  /// none larger than its share of the funds.
  ///
  /// Levels that become smaller than the market's minimum are left out.
  ///
  /// - Throws: `ArithmeticOverflow` when a sum does not fit.
  func affordable(_ levels: [GridLevel], _ side: Side, limits: FundsLimits, market: MarketLots)
    throws(ArithmeticOverflow) -> [GridLevel]
  {
    let have = Lamports(side == .bid ? sol.count : lots.count)
    let need = try Self.need(levels, side, market)
    let budget = try have.subtracting(limits.margin.of(have)).count
    let largest = try limits.share.of(have)
    var paid: [GridLevel] = []
    for var level in levels {
      if need > have.count { level.size = try level.size.scaled(by: budget, over: need) }
      let bound =
        side == .bid ? market.size(for: largest, at: level.price) : BaseLots(largest.count)
      level.size = min(level.size, bound)
      if level.size >= market.minimumSize, level.size > .zero { paid.append(level) }
    }
    return paid
  }

  private static func need(_ levels: [GridLevel], _ side: Side, _ market: MarketLots)
    throws(ArithmeticOverflow) -> Int64
  {
    var sum = Lamports.zero
    for level in levels {
      let part =
        side == .bid
        ? try market.cost(of: level.size, at: level.price) : Lamports(level.size.count)
      sum = try sum.adding(part)
    }
    return sum.count
  }
}

/// How far a wallet's funds may be used.
struct FundsLimits: Sendable, Hashable {
  /// What is left unused when the funds do not suffice, so that kept orders may differ a little.
  var margin: Percent
  /// The largest order as a share of the funds.
  var share: Percent
}
