package import PluginAPI

extension Wallet {
  /// All that the wallet owns, wherever it lies: free, in orders, in proceeds, locked as rent.
  package func holdings(_ lots: MarketLots) throws(ArithmeticOverflow) -> AssetAmounts {
    var held = AssetAmounts()
    held.sol = Int128(sol.count)
    held.token = Int128(token.count)
    held.usdc = Int128(usdc.count)
    held.rent = others.reduce(0) { $0 + Int128($1.rent.count) }
    for account in accounts {
      held.rent += Int128(account.rent.count)
      held.sol += Int128(account.freeSOL.count)
      held.token += Int128(account.freeToken.count)
      for order in account.orders {
        switch order.side {
        case .bid: held.sol += Int128(try lots.cost(of: order.size, at: order.price).count)
        case .ask: held.token += Int128(try lots.amount(of: order.size).count)
        }
      }
    }
    return held
  }
}

/// Compares what wallets own with what the books say.
///
/// A difference counts once it was the same in two looks, for what is on its way when one look is
/// taken has arrived by the next. One of fewer lamports than the wallet has bids is the rounding of
/// fees that bids lock, and is left.
package struct LedgerDrift: Sendable {
  private var last: [WalletID: AssetAmounts] = [:]

  package init() {}

  /// What the wallet owns beyond the books, negative for what it lacks, once it is sure; zero else.
  package mutating func difference(of wallet: Wallet, held: AssetAmounts, booked: AssetAmounts)
    -> AssetAmounts
  {
    var difference = AssetAmounts()
    for asset in LedgerAsset.allCases { difference[asset] = held[asset] - booked[asset] }
    let bids = wallet.accounts.reduce(0) { $0 + $1.orders.count { $0.side == .bid } }
    if difference.sol.magnitude128 <= Int128(bids) { difference.sol = 0 }
    let isSure = last.updateValue(difference, forKey: wallet.id) == difference
    if isSure { last[wallet.id] = nil }
    return isSure ? difference : AssetAmounts()
  }
}
