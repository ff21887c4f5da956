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
    var sol = try wallet.sol.count.adding(-reserve.count)
    var token = wallet.token.count
    var standing: Int64 = 0
    for account in wallet.accounts {
      sol = try sol.adding(account.freeSOL.count)
      token = try token.adding(account.freeToken.count)
      for order in account.orders {
        switch order.side {
        case .bid: sol = try sol.adding(market.cost(of: order.size, at: order.price).count)
        case .ask: standing = try standing.adding(order.size.count)
        }
      }
    }
    self.sol = Lamports(max(sol, 0))
    lots = BaseLots(try (token / max(1, market.baseLot.count)).adding(standing))
  }
}

extension Int64 {
  /// The sum. Beside the contract's own it is free of calls.
  ///
  /// - Throws: `ArithmeticOverflow` when the sum does not fit.
  func adding(_ other: Int64) throws(ArithmeticOverflow) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    guard !overflow else { throw ArithmeticOverflow("\(self) + \(other)") }
    return sum
  }
}

/// How far a wallet's funds may be used.
struct FundsRule: Sendable, Hashable {
  /// What is left unused when the funds do not suffice, so that kept orders may differ a little.
  var margin: Percent
  /// The largest order as a share of the funds.
  var share: Percent
  let market: MarketLots

  /// The part of `levels` that can be paid: all, or all made smaller in the same proportion, and
  /// none larger than its share of the funds.
  ///
  /// Levels that become smaller than `minimum` are left out.
  ///
  /// - Throws: `ArithmeticOverflow` when a sum does not fit.
  func affordable(_ levels: ArraySlice<GridLevel>, _ side: Side, _ funds: Funds, minimum: BaseLots)
    throws(ArithmeticOverflow) -> [GridLevel]
  {
    let have = side == .bid ? funds.sol.count : funds.lots.count
    let need = try need(levels, side)
    let largest = try share.of(Lamports(have))
    var paid: [GridLevel] = []
    paid.reserveCapacity(levels.count)
    for var level in levels {
      if need > have {
        let budget = try Lamports(have).subtracting(margin.of(Lamports(have)))
        level.size = try level.size.scaled(by: budget.count, over: need)
      }
      if try value(level, side) > largest.count { level.size = bound(largest, side, level.price) }
      if level.size.count >= minimum.count { paid.append(level) }
    }
    return paid
  }

  private func bound(_ largest: Lamports, _ side: Side, _ price: PriceLots) -> BaseLots {
    side == .bid ? market.size(for: largest, at: price) : BaseLots(largest.count)
  }

  private func need(_ levels: ArraySlice<GridLevel>, _ side: Side) throws(ArithmeticOverflow)
    -> Int64
  {
    var sum: Int64 = 0
    for level in levels { sum = try sum.adding(value(level, side)) }
    return sum
  }

  /// What a level takes of the funds of its side.
  private func value(_ level: GridLevel, _ side: Side) throws(ArithmeticOverflow) -> Int64 {
    side == .bid ? try market.cost(of: level.size, at: level.price).count : level.size.count
  }
}
