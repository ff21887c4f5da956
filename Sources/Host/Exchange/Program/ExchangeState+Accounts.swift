import Bundles
import PluginAPI

extension ExchangeState {
  // MARK: Open-orders accounts

  /// Makes an account, and the wallet's indexer when there is none; their rent comes out of the
  /// wallet.
  mutating func openAccount(for wallet: Int, at time: Timestamp) -> AccountID {
    let own = rent.minimum(RentRate.Size.openOrders)
    let indexer = indexerGrowth(wallet)
    change(wallet: wallet) { row in
      row.accountsMade += 1
      row.listed += 1
      row.indexerRent += indexer
      row.sol -= own + indexer
    }
    let number = wallets[wallet].accountsMade
    let id = AccountID("\(wallets[wallet].id)/\(number)")
    insert(
      AccountRow(
        id: id, wallet: wallet, number: number, market: market.number, rent: own, lastUsed: time))
    return id
  }

  /// What the indexer's rent grows by with one more account.
  private func indexerGrowth(_ wallet: Int) -> Int64 {
    let new = wallets[wallet].indexerRent == 0 ? rent.minimum(RentRate.Size.indexer) : 0
    return new + rent.indexerEntry
  }

  mutating func createAccount(_ id: WalletID, _ context: LandingContext)
    throws(IntentFailure) -> IntentResult
  {
    let row = try wallet(id)
    let due = rent.minimum(RentRate.Size.openOrders) + indexerGrowth(row)
    guard wallets[row].sol >= due else {
      throw IntentFailure("wallet \(id) cannot pay the rent of \(due) lamports")
    }
    let account = openAccount(for: row, at: context.time)
    moves.append(MoneyMove(.rentLock, id, .sol, -due))
    return .created(account)
  }

  /// Moves what is free in an account to its wallet. Fills whose events wait stay where they are.
  mutating func settle(_ id: AccountID, _ context: LandingContext)
    throws(IntentFailure) -> IntentResult
  {
    let row = try account(id)
    let (sol, token, wallet) =
      (accounts[row].freeSOL, accounts[row].freeToken, accounts[row].wallet)
    try ensureTokenAccount(of: wallet)
    change(account: row) { account in
      account.freeSOL = 0
      account.freeToken = 0
    }
    change(wallet: wallet) { row in
      row.sol += sol
      row.token += token
      row.lastUsed = context.time
    }
    return .returned(sol: Lamports(sol), token: TokenAmount(token))
  }

  // MARK: Closing

  /// Closes an account of whatever kind, when it is empty.
  mutating func close(_ id: AccountID) throws(IntentFailure) -> IntentResult {
    let rent =
      if let row = accountRows[id] { try closeOpenOrders(row) } else { try closeOther(id) }
    return .returned(sol: Lamports(rent), token: .zero)
  }

  private mutating func closeOpenOrders(_ row: Int) throws(IntentFailure) -> Int64 {
    let account = accounts[row]
    guard account.isEmpty else {
      throw IntentFailure("account \(account.id) is not empty (NonEmptyOpenOrdersPosition)")
    }
    let entry = min(rent.indexerEntry, wallets[account.wallet].indexerRent)
    change(wallet: account.wallet) { row in
      row.listed -= 1
      row.indexerRent -= entry
    }
    change(account: row) { $0.rent = 0 }
    remove(account: row)
    return reclaim(account.wallet, account.rent + entry)
  }

  private mutating func closeOther(_ id: AccountID) throws(IntentFailure) -> Int64 {
    guard let (wallet, other) = other(id) else { throw IntentFailure("there is no account \(id)") }
    guard other.content == 0 else {
      throw IntentFailure("account \(id) is not empty (NonNativeHasBalance)")
    }
    change(wallet: wallet) { row in
      if id == Self.indexerID(row.id) { row.indexerRent = 0 }
      if id == Self.tokenID(row.id) { row.tokenRent = 0 }
      if id == Self.usdcID(row.id) { row.usdcRent = 0 }
      row.spares.removeAll { $0.id == id }
    }
    return reclaim(wallet, other.rent.count)
  }

  private mutating func reclaim(_ wallet: Int, _ rent: Int64) -> Int64 {
    move(.rentReclaim, wallet, sol: rent)
    return rent
  }

  private func other(_ id: AccountID) -> (wallet: Int, account: RentAccount)? {
    for row in wallets.indices {
      if let found = others(of: wallets[row]).first(where: { $0.id == id }) { return (row, found) }
    }
    return nil
  }

  // MARK: Accounts without orders

  static func indexerID(_ wallet: WalletID) -> AccountID { AccountID("\(wallet)/indexer") }
  static func tokenID(_ wallet: WalletID) -> AccountID { AccountID("\(wallet)/token") }
  static func usdcID(_ wallet: WalletID) -> AccountID { AccountID("\(wallet)/usdc") }

  /// A wallet's accounts that hold rent and no orders.
  func others(of row: WalletRow) -> [RentAccount] {
    var others: [RentAccount] = []
    func add(
      _ id: AccountID, _ kind: RentAccount.Kind, _ mint: String, _ content: Int64, _ rent: Int64
    ) {
      guard rent > 0 else { return }
      others.append(
        RentAccount(id: id, kind: kind, mint: mint, content: content, rent: Lamports(rent)))
    }
    add(Self.indexerID(row.id), .indexer, "", Int64(row.listed), row.indexerRent)
    add(Self.tokenID(row.id), .token, Self.tokenMint, row.token, row.tokenRent)
    add(Self.usdcID(row.id), .token, Self.usdcMint, row.usdc, row.usdcRent)
    for spare in row.spares { add(spare.id, .token, spare.mint, 0, spare.rent) }
    return others
  }

  static let tokenMint = "token"
  static let usdcMint = "usdc"

  /// Trading needs the wallet's token account; a closed one is made again.
  mutating func ensureTokenAccount(of wallet: Int) throws(IntentFailure) {
    guard wallets[wallet].tokenRent == 0 else { return }
    let due = try lockTokenRent(wallet)
    change(wallet: wallet) { $0.tokenRent = due }
  }

  mutating func ensureUSDCAccount(of wallet: Int) throws(IntentFailure) {
    guard wallets[wallet].usdcRent == 0 else { return }
    let due = try lockTokenRent(wallet)
    change(wallet: wallet) { $0.usdcRent = due }
  }

  private mutating func lockTokenRent(_ wallet: Int) throws(IntentFailure) -> Int64 {
    let due = rent.minimum(RentRate.Size.tokenAccount)
    guard wallets[wallet].sol >= due else {
      throw IntentFailure(
        "wallet \(wallets[wallet].id) cannot pay the rent of \(due) lamports for a token account")
    }
    move(.rentLock, wallet, sol: -due)
    return due
  }
}
