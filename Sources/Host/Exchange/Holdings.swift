import PluginAPI

/// A wallet as the exchange keeps it.
struct WalletRow: Sendable {
  let id: WalletID
  var sol: Int64
  var token: Int64
  var usdc: Int64
  /// Counts the accounts that were ever created for the wallet.
  var accountsMade = 0
}

/// An open-orders account as the exchange keeps it. Rows of closed accounts are used again.
struct AccountRow: Sendable {
  var id: AccountID
  var wallet: Int
  var isOpen = true
  /// Numbers of orders that stand, at most 24.
  var orders: [UInt64] = []
  var freeSOL: Int64 = 0
  var freeToken: Int64 = 0
  var rent: Int64
  var lastUsed: Timestamp
}

/// What everybody who is not one of one's own wallets has gained or lost.
struct OutsideRow: Sendable {
  var sol: Int128 = 0
  var token: Int128 = 0
  var usdc: Int128 = 0
}

/// Where money goes that no wallet keeps.
struct Sinks: Sendable {
  /// Fees and tips.
  var validators: Int128 = 0
  /// Taker fees.
  var venue: Int128 = 0
}

/// The sums of all that exists on an exchange. They never change.
package struct ExchangeAudit: Sendable, Hashable {
  /// Lamports: wallets, accounts, rent, orders, fees, outsiders.
  package let sol: Int128
  /// Token atoms.
  package let token: Int128
  /// USDC atoms.
  package let usdc: Int128
}
