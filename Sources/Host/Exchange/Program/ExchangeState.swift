import Bundles
import Market
import PluginAPI

/// Everything on the exchange that a bundle can change, as one value. A bundle works in place and
/// can be undone at a cost that depends only on what it touched.
struct ExchangeState: Sendable {
  let rent: RentRate
  let fee: Int64
  let walletMinimum: Int64
  var market: MarketRow
  /// Markets that were replaced; their accounts are emptied and closed.
  var retired: [MarketRow] = []
  var wallets: [WalletRow] = []
  var accounts: [AccountRow] = []
  var walletRows: [WalletID: Int] = [:]
  var accountRows: [AccountID: Int] = [:]
  var freeRows: [Int] = []
  var heap = EventHeap()
  var outside = OutsideRow()
  var sinks = Sinks()
  /// Trades of this slot that nobody was told about.
  var news: [FeedTrade] = []
  /// What the transaction under way moved besides trades.
  var moves: [MoneyMove] = []
  /// Begins the names of the trades that happen next.
  var naming = TradeNaming(prefix: "")
  var undo = StateUndo()
  /// Counts changes of own wallets and accounts, so that a look at them can be kept until the next.
  var ownChanges: UInt64 = 0
  /// Fills of one order, kept for their memory.
  var fills: [MatchingEngine.Fill] = []

  init(_ settings: ExchangeSettings, at time: Timestamp) {
    rent = settings.rent
    fee = settings.costs.fee.count
    walletMinimum = settings.costs.walletMinimum.count
    market = MarketRow(
      number: 1, name: "market-1", lots: settings.lots, makerFee: settings.costs.makerFee,
      takerFee: settings.costs.takerFee)
    for start in settings.wallets where walletRows[start.id] == nil { add(start, at: time) }
  }

  /// Token accounts come on top of what the wallet starts with; open-orders accounts are paid for.
  private mutating func add(_ start: StartingWallet, at time: Timestamp) {
    let tokenRent = rent.minimum(RentRate.Size.tokenAccount)
    walletRows[start.id] = wallets.count
    var row = WalletRow(
      id: start.id, sol: start.sol.count, token: start.token.count, usdc: start.usdc.count,
      lastUsed: time)
    (row.tokenRent, row.usdcRent) = (tokenRent, tokenRent)
    for number in 0..<max(0, start.emptyTokenAccounts) {
      row.spares.append(
        SpareAccount(
          id: AccountID("\(start.id)/spare-\(number + 1)"), mint: "spare-\(number + 1)",
          rent: tokenRent))
    }
    wallets.append(row)
    for _ in 0..<max(0, start.accounts) { _ = openAccount(for: wallets.count - 1, at: time) }
  }

  static func name(_ order: UInt64) -> OrderID { OrderID(String(order)) }
}

/// Names trades by where they happened and the order in which they did.
struct TradeNaming: Sendable {
  let prefix: String
  private(set) var count = 0

  init(prefix: String) { self.prefix = prefix }

  mutating func next() -> TradeID {
    defer { count += 1 }
    return TradeID("\(prefix)/\(count)")
  }
}
