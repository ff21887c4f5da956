package import PluginAPI

/// An account that an instruction names; what it is decides whether a lookup table can hold it.
package enum AccountKey: Sendable, Hashable {
  /// Programs that are invoked or named.
  case openBook, system, token, associatedToken, computeBudget
  case market, marketAuthority, bids, asks, eventHeap, baseVault, quoteVault
  case baseMint, quoteMint, eventAuthority
  case wallet(WalletID)
  /// The token account of a wallet for the token, and the one for wrapped SOL.
  case baseAccount(WalletID), quoteAccount(WalletID)
  case indexer(WalletID)
  case openOrders(AccountID)
  /// A new open-orders account, by its place in the bundle.
  case newOpenOrders(WalletID, Int)
  /// A token account that is to be closed.
  case tokenAccount(AccountID)
  case tipAccount
  /// An account of a swap's route.
  case route(Int)
}

/// How an instruction uses an account.
package struct AccountUse: Sendable, Hashable {
  package var key: AccountKey
  package var signs = false
  package var writes = false

  static func read(_ key: AccountKey) -> Self { Self(key: key) }
  static func write(_ key: AccountKey) -> Self { Self(key: key, writes: true) }
  static func sign(_ key: AccountKey) -> Self { Self(key: key, signs: true) }
  static func pay(_ key: AccountKey) -> Self { Self(key: key, signs: true, writes: true) }
}

extension LookupCoverage {
  /// Whether a lookup table holds the account. Signers, invoked programs and tip accounts are never
  /// looked up, whatever a table holds (Solana, Jito).
  func holds(_ key: AccountKey, owner: (AccountID) -> WalletID?) -> Bool {
    switch key {
    case .market, .marketAuthority, .bids, .asks, .eventHeap, .baseVault, .quoteVault: market
    case .baseAccount(let wallet), .quoteAccount(let wallet): wallets.contains(wallet)
    case .openOrders(let account): owner(account).map(wallets.contains) ?? false
    case .token: market
    default: false
    }
  }
}
