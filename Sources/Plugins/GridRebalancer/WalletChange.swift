import PluginAPI

/// What makes one wallet's standing orders into its planned ones.
struct WalletChange: Sendable, Hashable {
  var wallet: WalletID
  var kept: Int
  var cancelled: Int
  /// The orders to be placed, in order.
  var placed: [NewOrder]
  /// What to do, in order: cancel, settle, place.
  var intents: [Intent]
}

/// How standing orders are compared with planned ones.
struct ChangeRule: Sendable {
  /// Difference in price or size within which an order is kept.
  var tolerance: Percent
  /// The moment up to which a kept order must live at least.
  var livesUntil: Timestamp
  /// When new orders expire.
  var expires: Timestamp
  /// Whether nothing is kept.
  var isFull: Bool
  /// The side that is placed first: asks when the market rose, bids when it fell.
  var first: Side
  /// Whether pending fills are processed first, so that filled orders free their places.
  var consumes: Bool

  /// Compares one wallet's orders with its plan.
  ///
  /// The wallet's first account holds bids and its second asks; orders that stand elsewhere go.
  func change(_ wallet: Wallet, to plan: WalletPlan) -> WalletChange {
    var wanted: [Side: [GridLevel]] = [.bid: plan.bids, .ask: plan.asks]
    var change = WalletChange(
      wallet: wallet.id, kept: 0, cancelled: 0, placed: [],
      intents: consumes ? [.consumeEvents] : [])
    for (index, account) in wallet.accounts.enumerated() {
      let home: Side? = index == 0 ? .bid : index == 1 ? .ask : nil
      sweep(account, home: home, wanted: &wanted, change: &change)
    }
    for side in [first, first.opposite] {
      place(wanted[side] ?? [], side, in: wallet.accounts[side == .bid ? 0 : 1], &change)
    }
    return change
  }

  private func sweep(
    _ account: OpenOrdersAccount, home: Side?, wanted: inout [Side: [GridLevel]],
    change: inout WalletChange
  ) {
    var doomed: [OrderID] = []
    for order in account.orders {
      if order.side == home, let index = match(order, in: wanted[order.side] ?? []) {
        wanted[order.side]?.remove(at: index)
        change.kept += 1
      } else {
        doomed.append(order.id)
      }
    }
    change.cancelled += doomed.count
    let isWhole = doomed.count > 1 && doomed.count == account.orders.count
    change.intents +=
      isWhole
      ? [.cancelAll(account: account.id)] : doomed.map { .cancel(account: account.id, order: $0) }
    let hasProceeds = account.freeSOL > .zero || account.freeToken > .zero
    if !doomed.isEmpty || hasProceeds { change.intents.append(.settle(account: account.id)) }
  }

  private func match(_ order: OpenOrder, in levels: [GridLevel]) -> Int? {
    guard !isFull, order.expires.map({ $0 > livesUntil }) ?? false else { return nil }
    return levels.firstIndex {
      isNear(order.price.count, $0.price.count, slack: 0)
        && isNear(order.size.count, $0.size.count, slack: 1)
    }
  }

  private func isNear(_ left: Int64, _ right: Int64, slack: Int128) -> Bool {
    let distance = abs(Int128(left) - Int128(right))
    let allowed = Int128(right) * Int128(tolerance.count) / Int128(Percent.whole.count)
    return distance <= max(allowed, tolerance > .zero ? slack : 0)
  }

  private func place(
    _ levels: [GridLevel], _ side: Side, in account: OpenOrdersAccount,
    _ change: inout WalletChange
  ) {
    for level in levels {
      let order = NewOrder(side: side, price: level.price, size: level.size, expires: expires)
      change.placed.append(order)
      change.intents.append(.place(account: account.id, order))
    }
  }
}
