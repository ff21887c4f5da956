import PluginAPI

extension Gate {
  /// Prices must make sense beside the pivot.
  ///
  /// Where an order could lose money (buying above, selling below) the band is around the pivot
  /// alone. On the harmless side it reaches from the middle of the book when that is farther away,
  /// so that a grid stays possible after the market has moved far from its average.
  static func priceBand(_ context: GateContext) -> Refusal? {
    let mid = context.state.mid
    for (index, intent) in context.bundle.intents.enumerated() {
      guard let (side, price, rests) = priced(intent) else { continue }
      guard let pivot = context.pivot ?? mid else {
        return Refusal(.priceOutOfBand, "there is no pivot to compare with", intent: index)
      }
      let low = min(pivot, rests && side == .bid ? mid ?? pivot : pivot)
      let high = max(pivot, rests && side == .ask ? mid ?? pivot : pivot)
      let band = Int128(context.limits.priceBand.count)
      let whole = Int128(Percent.whole.count)
      let scaled = Int128(price.count) * whole
      let isLow = scaled < Int128(low.count) * (whole - band) && (rests || side == .ask)
      let isHigh = scaled > Int128(high.count) * (whole + band) && (rests || side == .bid)
      guard isLow || isHigh else { continue }
      return Refusal(
        .priceOutOfBand,
        "\(side.rawValue) at \(price) is more than \(context.limits.priceBand) from the pivot "
          + "\(pivot)", intent: index)
    }
    return nil
  }

  private static func priced(_ intent: Intent) -> (side: Side, price: PriceLots, rests: Bool)? {
    switch intent {
    case .place(_, let order): (order.side, order.price, true)
    case .take(_, let side, _, let limit): (side, limit, false)
    default: nil
    }
  }

  /// Not below the market's minimum, not above a share of the wallet.
  static func orderSize(_ context: GateContext) -> Refusal? {
    for (index, intent) in context.bundle.intents.enumerated() {
      switch intent {
      case .place(let account, let order):
        if var refusal = orderSize(context, account, (order.side, order.size, order.price)) {
          refusal.intent = index
          return refusal
        }
      case .take(let account, let side, let size, let limit):
        if var refusal = orderSize(context, account, (side, size, limit)) {
          refusal.intent = index
          return refusal
        }
      default: continue
      }
    }
    return nil
  }

  private static func orderSize(
    _ context: GateContext, _ account: AccountID,
    _ order: (side: Side, size: BaseLots, price: PriceLots)
  ) -> Refusal? {
    let lots = context.state.lots
    guard order.size >= lots.minimumSize else {
      return Refusal(
        .orderTooSmall, "size \(order.size) is below the market's minimum \(lots.minimumSize)")
    }
    guard let wallet = context.state.owner(of: account) else { return nil }
    let value: Int128
    switch order.side {
    case .bid:
      value = Int128(order.size.count) * Int128(order.price.count) * Int128(lots.quoteLot.count)
    case .ask: value = Int128(order.size.count) * Int128(lots.baseLot.count)
    }
    let total = wallet.total(order.side, lots)
    let share = Int128(context.limits.maxOrderShare.count)
    guard value * Int128(Percent.whole.count) > total * share else { return nil }
    return Refusal(
      .orderTooLarge,
      "the order is more than \(context.limits.maxOrderShare) of what wallet \(wallet.id) has")
  }

  /// An account holds 24 orders, those on their way included.
  static func accountRoom(_ context: GateContext) -> Refusal? {
    guard let (intent, account) = context.walk.overflow else { return nil }
    return Refusal(
      .accountFull, "account \(account) would hold more than \(OpenOrdersAccount.capacity) orders",
      intent: intent)
  }

  /// Orders of one's own wallets never meet, resting or on their way, across all accounts.
  static func selfTrade(_ context: GateContext) -> Refusal? {
    guard let (intent, own, other) = context.walk.selfTrade, !context.mayMakeSyntheticVolume
    else { return nil }
    return Refusal(
      .selfTradeRisk,
      "\(own.side.rawValue) at \(own.price) on account \(own.account) would meet the own "
        + "\(other.side.rawValue) at \(other.price) on account \(other.account)", intent: intent)
  }
}

extension Wallet {
  /// All that could be offered on a side: free, waiting to be settled, and in orders.
  func total(_ side: Side, _ lots: MarketLots) -> Int128 {
    switch side {
    case .bid:
      accounts.reduce(Int128(sol.count)) { sum, account in
        sum + Int128(account.freeSOL.count) + account.locked(.bid, lots)
      }
    case .ask:
      accounts.reduce(Int128(token.count)) { sum, account in
        sum + Int128(account.freeToken.count) + account.locked(.ask, lots)
      }
    }
  }
}

extension OpenOrdersAccount {
  func locked(_ side: Side, _ lots: MarketLots) -> Int128 {
    orders.lazy.filter { $0.side == side }.reduce(0) { sum, order in
      let size = Int128(order.size.count)
      switch side {
      case .bid: return sum + size * Int128(order.price.count) * Int128(lots.quoteLot.count)
      case .ask: return sum + size * Int128(lots.baseLot.count)
      }
    }
  }
}
