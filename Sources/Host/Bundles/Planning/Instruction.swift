import PluginAPI

/// One instruction as far as its size and its compute units need it.
///
/// Account lists and data lengths are those of OpenBook V2 v1.7, SPL Token and the system program;
/// compute units are measured ones, rounded up.
package struct Instruction: Sendable, Hashable {
  package var program: AccountKey
  package var accounts: [AccountUse]
  /// Bytes of data.
  package var data: Int
  package var computeUnits: Int

  init(_ program: AccountKey, _ accounts: [AccountUse], data: Int, computeUnits: Int) {
    self.program = program
    self.accounts = accounts
    self.data = data
    self.computeUnits = computeUnits
  }

  /// Every instruction of OpenBook begins with eight bytes that name it.
  private static let name = 8
  /// An optional account that is not given is the program itself.
  private static let none = AccountUse.read(.openBook)

  // MARK: Orders

  static func cancelOrder(_ owner: WalletID, _ account: AccountID) -> Self {
    Self(.openBook, cancelling(owner, account), data: name + 16, computeUnits: 12_000)
  }

  static func cancelAll(_ owner: WalletID, _ account: AccountID) -> Self {
    Self(.openBook, cancelling(owner, account), data: name + 1 + 1, computeUnits: 62_000)
  }

  private static func cancelling(_ owner: WalletID, _ account: AccountID) -> [AccountUse] {
    [
      .sign(.wallet(owner)), .write(.openOrders(account)), .read(.market), .write(.bids),
      .write(.asks),
    ]
  }

  /// One order, which rests or takes; the side decides which token account pays.
  static func placeOrder(_ owner: WalletID, _ account: AccountID, _ side: Side, takes: Bool)
    -> Self
  {
    let (user, vault): (AccountKey, AccountKey) =
      side == .bid ? (.quoteAccount(owner), .quoteVault) : (.baseAccount(owner), .baseVault)
    let accounts: [AccountUse] = [
      .sign(.wallet(owner)), .write(.openOrders(account)), none, .write(user), .write(.market),
      .write(.bids), .write(.asks), .write(.eventHeap), .write(vault), none, none, .read(.token),
    ]
    return Self(.openBook, accounts, data: name + 44, computeUnits: takes ? 60_000 : 30_000)
  }

  /// Bytes of an order in the instruction that places several.
  static let orderBytes = 24

  /// Several orders of one account, after all that stand were cancelled or beside them.
  static func placeOrders(
    _ owner: WalletID, _ account: AccountID, count: Int, cancelsFirst: Bool
  ) -> Self {
    let accounts: [AccountUse] = [
      .sign(.wallet(owner)), .write(.openOrders(account)), none, .write(.quoteAccount(owner)),
      .write(.baseAccount(owner)), .write(.market), .write(.bids), .write(.asks),
      .write(.eventHeap), .write(.quoteVault), .write(.baseVault), none, none, .read(.token),
    ]
    return Self(
      .openBook, accounts, data: name + 1 + 4 + 4 + orderBytes * count + 1,
      computeUnits: (cancelsFirst ? 30_000 : 20_000) + 14_000 * count)
  }

  /// Processes at most eight fills, those of `makers` alone.
  static func consumeEvents(makers: [AccountID]) -> Self {
    Self(
      .openBook,
      [none, .write(.market), .write(.eventHeap)] + makers.map { .write(.openOrders($0)) },
      data: name + 8, computeUnits: 36_000)
  }

  static func settle(_ owner: WalletID, _ account: AccountID) -> Self {
    let accounts: [AccountUse] = [
      .pay(.wallet(owner)), .pay(.wallet(owner)), .write(.openOrders(account)), .write(.market),
      .read(.marketAuthority), .write(.baseVault), .write(.quoteVault),
      .write(.baseAccount(owner)), .write(.quoteAccount(owner)), none, .read(.token),
      .read(.system),
    ]
    return Self(.openBook, accounts, data: name, computeUnits: 24_000)
  }

  // MARK: Accounts

  static func createIndexer(_ owner: WalletID, payer: WalletID) -> Self {
    Self(
      .openBook,
      [
        .pay(.wallet(payer)), .sign(.wallet(owner)), .write(.indexer(owner)), .read(.system),
      ], data: name, computeUnits: 12_000)
  }

  /// Bytes of a new account's name, such as `o1`.
  static let accountName = 2

  static func createOpenOrders(_ owner: WalletID, number: Int, payer: WalletID) -> Self {
    Self(
      .openBook,
      [
        .pay(.wallet(payer)), .sign(.wallet(owner)), none, .write(.indexer(owner)),
        .write(.newOpenOrders(owner, number)), .read(.market), .read(.system),
      ], data: name + 4 + accountName, computeUnits: 26_000)
  }

  static func closeOpenOrders(_ owner: WalletID, _ account: AccountID, to heir: WalletID) -> Self {
    Self(
      .openBook,
      [
        .sign(.wallet(owner)), .write(.indexer(owner)), .write(.openOrders(account)),
        .write(.wallet(heir)), .read(.system),
      ], data: name, computeUnits: 11_000)
  }

  static func closeIndexer(_ owner: WalletID) -> Self {
    Self(
      .openBook,
      [
        .sign(.wallet(owner)), .write(.indexer(owner)), .write(.wallet(owner)), .read(.token),
      ], data: name, computeUnits: 7_000)
  }

  static func closeToken(_ owner: WalletID, _ account: AccountID) -> Self {
    Self(
      .token,
      [.write(.tokenAccount(account)), .write(.wallet(owner)), .sign(.wallet(owner))], data: 1,
      computeUnits: 5_000)
  }

  // MARK: Money

  static func transfer(from: WalletID, to: AccountKey) -> Self {
    Self(.system, [.pay(.wallet(from)), .write(to)], data: 12, computeUnits: 500)
  }

  /// Accounts of a route that are set aside for a swap; the provider is asked for no more.
  static let routeAccounts = 16

  /// A swap by the provider's own route: as large as it may become.
  static func swap(_ wallet: WalletID) -> Self {
    let route = (0..<routeAccounts).map { AccountUse.write(.route($0)) }
    return Self(
      .route(routeAccounts), [.pay(.wallet(wallet)), .write(.quoteAccount(wallet))] + route,
      data: 64, computeUnits: 400_000)
  }

  static let computeLimit = Self(.computeBudget, [], data: 5, computeUnits: 150)
  static let computePrice = Self(.computeBudget, [], data: 9, computeUnits: 150)

  // MARK: Markets

  /// Makes the accounts of a new market's book and events.
  static func createMarketAccounts(payer: WalletID) -> [Self] {
    [AccountKey.bids, .asks, .eventHeap].map {
      Self(.system, [.pay(.wallet(payer)), .pay($0)], data: 52, computeUnits: 500)
    }
  }

  static func createMarket(payer: WalletID, name: String) -> Self {
    let accounts: [AccountUse] = [
      .pay(.market), .read(.marketAuthority), .write(.bids), .write(.asks), .write(.eventHeap),
      .pay(.wallet(payer)), .write(.baseVault), .write(.quoteVault), .read(.baseMint),
      .read(.quoteMint), .read(.system), .read(.token), .read(.associatedToken), none, none,
      .read(.wallet(payer)), none, none, .read(.wallet(payer)), .read(.eventAuthority), none,
    ]
    return Self(
      .openBook, accounts, data: Self.name + 4 + name.utf8.count + 5 + 5 * 8,
      computeUnits: 95_000)
  }
}
