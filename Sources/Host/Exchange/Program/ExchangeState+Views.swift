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
      for other in others(of: wallet) { sol += Int128(other.rent.count) }
      token += Int128(wallet.token)
      usdc += Int128(wallet.usdc)
    }
    for account in accounts {
      sol += Int128(account.freeSOL) + Int128(account.rent)
      token += Int128(account.freeToken)
    }
    for event in heap.waiting {
      sol += Int128(event.sol)
      token += Int128(event.token)
    }
    for market in retired + [market] {
      for order in market.engine.standing where order.owner.accountIndex != nil {
        let held = market.held(order)
        sol += Int128(held.sol)
        token += Int128(held.token)
      }
    }
    return ExchangeAudit(sol: sol, token: token, usdc: usdc)
  }

  /// One's own wallets as jobs see them.
  func walletViews() -> [Wallet] {
    var byWallet = [[OpenOrdersAccount]](repeating: [], count: wallets.count)
    for account in accounts where account.isOpen { byWallet[account.wallet].append(view(account)) }
    return wallets.enumerated().map { index, row in
      var wallet = Wallet(
        id: row.id, publicKey: row.id.description, sol: Lamports(row.sol),
        token: TokenAmount(row.token), usdc: USD(row.usdc),
        accounts: byWallet[index].sorted { $0.number < $1.number })
      wallet.others = others(of: row)
      return wallet
    }
  }

  private func view(_ row: AccountRow) -> OpenOrdersAccount {
    let home = row.market == market.number ? market : retired.first { $0.number == row.market }
    var account = OpenOrdersAccount(
      id: row.id,
      orders: home.map { home in row.orders.compactMap { openOrder($0, in: home) } } ?? [],
      freeToken: TokenAmount(row.freeToken), freeSOL: Lamports(row.freeSOL),
      rent: Lamports(row.rent), lastUsed: row.lastUsed)
    account.number = row.number
    account.pendingSlots = row.pendingSlots
    account.market = home?.name ?? ""
    return account
  }

  private func openOrder(_ number: UInt64, in market: MarketRow) -> OpenOrder? {
    market.engine.order(number).map {
      OpenOrder(
        id: Self.name(number), side: $0.side, price: PriceLots($0.price), size: BaseLots($0.size),
        placed: $0.placed, expires: $0.expires)
    }
  }

  /// Accounts that were not used since `time` and hold nothing but rent, or will once they are
  /// settled.
  func reclaimable(idleSince time: Timestamp) -> [ReclaimableAccount] {
    let idle = accounts.filter { $0.isOpen && $0.orders.isEmpty && $0.lastUsed <= time }
    var found = idle.map { row in
      var account = ReclaimableAccount(
        id: row.id, wallet: wallets[row.wallet].id, rent: Lamports(row.rent),
        lastUsed: row.lastUsed,
        needsSettling: row.freeSOL > 0 || row.freeToken > 0 || row.pendingEvents > 0)
      account.needsConsuming = row.pendingEvents > 0
      return account
    }
    for wallet in wallets where wallet.lastUsed <= time { found += emptyOthers(wallet) }
    return found.sorted { $0.id < $1.id }
  }

  /// The market's own token account counts only for a wallet that does not trade.
  private func emptyOthers(_ wallet: WalletRow) -> [ReclaimableAccount] {
    others(of: wallet).filter { other in
      other.content == 0 && (other.mint != Self.tokenMint || wallet.listed == 0)
    }
    .map {
      ReclaimableAccount(
        id: $0.id, wallet: wallet.id, rent: $0.rent, lastUsed: wallet.lastUsed,
        needsSettling: false)
    }
  }
}
