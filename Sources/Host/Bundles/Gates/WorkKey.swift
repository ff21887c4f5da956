package import PluginAPI

/// Something that only one bundle at a time may work on.
package enum WorkKey: Sendable, Hashable, CustomStringConvertible {
  case account(AccountID)
  case wallet(WalletID)

  package var description: String {
    switch self {
    case .account(let id): "account \(id)"
    case .wallet(let id): "wallet \(id)"
    }
  }

  /// What the intents work on.
  package static func keys(of intents: [Intent]) -> Set<WorkKey> {
    var keys: Set<WorkKey> = []
    for intent in intents {
      if let account = intent.account { keys.insert(.account(account)) }
      for wallet in intent.wallets { keys.insert(.wallet(wallet)) }
    }
    return keys
  }
}

extension VenueState {
  /// The wallet that pays for a bundle: that of its first intent.
  package func payer(of intents: [Intent]) -> WalletID? {
    for intent in intents {
      if let wallet = intent.wallets.first { return wallet }
      if let account = intent.account { return owner(of: account)?.id }
    }
    return swarm.wallets.first?.id
  }

  /// The wallet that owns an account.
  package func owner(of account: AccountID) -> Wallet? {
    swarm.wallets.first { wallet in
      wallet.accounts.contains { $0.id == account } || wallet.others.contains { $0.id == account }
    }
  }
}
