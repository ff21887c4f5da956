import Bundles
import PluginAPI

extension ExchangeState {
  static let levelsShown = 500

  /// The sums of all that exists, counted from the orders that stand and not from notes about them.
  func audit() -> ExchangeAudit {
    var sol = sinks.validators + sinks.venue + outside.sol
    var token = outside.token
    var usdc = outside.usdc
    for wallet in wallets {
      sol += Int128(wallet.sol)
      token += Int128(wallet.token)
      usdc += Int128(wallet.usdc)
    }
    for account in accounts {
      sol += Int128(account.freeSOL) + Int128(account.rent)
      token += Int128(account.freeToken)
    }
    for order in engine.standing where order.owner.accountIndex != nil {
      switch order.side {
      case .bid: sol += Int128(value(order.size, order.price))
      case .ask: token += Int128(order.size) * Int128(lots.baseLot.count)
      }
    }
    return ExchangeAudit(sol: sol, token: token, usdc: usdc)
  }

  /// One's own wallets as jobs see them.
  func walletViews() -> [Wallet] {
    var byWallet = [[OpenOrdersAccount]](repeating: [], count: wallets.count)
    for account in accounts where account.isOpen { byWallet[account.wallet].append(view(account)) }
    return wallets.enumerated().map { index, row in
      Wallet(
        id: row.id, publicKey: row.id.description, sol: Lamports(row.sol),
        token: TokenAmount(row.token), usdc: USD(row.usdc),
        accounts: byWallet[index].sorted { $0.id < $1.id })
    }
  }

  private func view(_ row: AccountRow) -> OpenOrdersAccount {
    OpenOrdersAccount(
      id: row.id, orders: row.orders.compactMap(openOrder), freeToken: TokenAmount(row.freeToken),
      freeSOL: Lamports(row.freeSOL), rent: Lamports(row.rent), lastUsed: row.lastUsed)
  }

  private func openOrder(_ number: UInt64) -> OpenOrder? {
    engine.order(number).map {
      OpenOrder(
        id: Self.name(number), side: $0.side, price: PriceLots($0.price), size: BaseLots($0.size),
        placed: $0.placed, expires: $0.expires)
    }
  }

  /// Accounts without orders that were not used since `time`.
  func reclaimable(idleSince time: Timestamp) -> [ReclaimableAccount] {
    accounts.filter { $0.isOpen && $0.orders.isEmpty && $0.lastUsed <= time }.map {
      ReclaimableAccount(
        id: $0.id, wallet: wallets[$0.wallet].id, rent: Lamports($0.rent), lastUsed: $0.lastUsed,
        needsSettling: $0.freeSOL > 0 || $0.freeToken > 0)
    }
    .sorted { $0.id < $1.id }
  }
}
