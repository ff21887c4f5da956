import PluginAPI

/// A wallet as the exchange keeps it, with its accounts that hold no orders.
struct WalletRow: Sendable {
  let id: WalletID
  var sol: Int64
  var token: Int64
  var usdc: Int64
  /// Counts the open-orders accounts that were ever created for the wallet.
  var accountsMade = 0
  /// Open-orders accounts on the indexer's list.
  var listed = 0
  /// Rents of the indexer and of the token accounts; zero where there is no account.
  var indexerRent: Int64 = 0
  var tokenRent: Int64 = 0
  var usdcRent: Int64 = 0
  var spares: [SpareAccount] = []
  var lastUsed: Timestamp
  /// The bundle before which the row was last saved.
  var savedBefore: UInt64 = 0
}

/// A token account that holds nothing.
struct SpareAccount: Sendable {
  let id: AccountID
  let mint: String
  let rent: Int64
}

/// An open-orders account as the exchange keeps it. Rows of closed accounts are used again.
struct AccountRow: Sendable {
  var id: AccountID
  var wallet: Int
  var number: Int
  /// The number of its market.
  var market: Int
  var isOpen = true
  /// Numbers of orders that stand; with the pending slots at most 24.
  var orders: [UInt64] = []
  /// Slots of orders that are gone while their events wait.
  var pendingSlots = 0
  var pendingEvents = 0
  var freeSOL: Int64 = 0
  var freeToken: Int64 = 0
  var rent: Int64
  var lastUsed: Timestamp
  var savedBefore: UInt64 = 0

  var isEmpty: Bool {
    orders.isEmpty && pendingEvents == 0 && freeSOL == 0 && freeToken == 0
  }
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
  /// What the market earned, rebates paid; and the rent of the accounts of new markets.
  var venue: Int128 = 0
}

/// The sums of all that exists on an exchange. They never change.
package struct ExchangeAudit: Sendable, Hashable {
  /// Lamports: wallets, accounts, rent, orders, fees, pending events, outsiders.
  package let sol: Int128
  /// Token atoms.
  package let token: Int128
  /// USDC atoms.
  package let usdc: Int128
}
