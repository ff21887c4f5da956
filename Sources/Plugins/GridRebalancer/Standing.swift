import PluginAPI

/// How what stands differs from what should stand.
struct Standing: Sendable, Hashable {
  /// Orders that stand.
  var orders = 0
  /// Levels without an order, or with one that is filled for the greater part.
  var missing = 0
  /// Orders that should not be there.
  var astray = 0
  /// When the first order expires.
  var firstExpiry: Timestamp?

  /// Compares `wallets` with what is expected of each, those of `busy` left out.
  init(_ wallets: [Wallet], _ expected: [WalletPlan], busy: Set<WalletID>, refill: Percent) {
    for (wallet, plan) in zip(wallets, expected) where !busy.contains(wallet.id) {
      for (index, account) in wallet.accounts.enumerated() {
        switch index {
        case 0: compare(account, .bid, plan.bids, refill)
        case 1: compare(account, .ask, plan.asks, refill)
        default: compare(account, nil, [], refill)
        }
      }
    }
  }

  private mutating func compare(
    _ account: OpenOrdersAccount, _ home: Side?, _ levels: [GridLevel], _ refill: Percent
  ) {
    var open = levels
    for order in account.orders {
      orders += 1
      if let expires = order.expires { firstExpiry = min(firstExpiry ?? expires, expires) }
      let index = open.firstIndex { $0.price == order.price && $0.size >= order.size }
      guard order.side == home, order.expires != nil, let index else {
        astray += 1
        continue
      }
      if Self.isConsumed(order.size, of: open.remove(at: index).size, refill) { missing += 1 }
    }
    missing += open.count
  }

  private static func isConsumed(_ left: BaseLots, of size: BaseLots, _ refill: Percent) -> Bool {
    Int128(size.count - left.count) * Int128(Percent.whole.count)
      > Int128(size.count) * Int128(refill.count)
  }
}
