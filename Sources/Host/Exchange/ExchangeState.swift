import Bundles
import Market
import PluginAPI

/// Everything on the exchange that a bundle can change, as one value: a bundle works on a copy,
/// and the copy takes the value's place or is dropped.
struct ExchangeState: Sendable {
  let lots: MarketLots
  let costs: VenueCosts
  var engine = MatchingEngine()
  var wallets: [WalletRow] = []
  var accounts: [AccountRow] = []
  var outside = OutsideRow()
  var sinks = Sinks()
  /// Trades of this slot that nobody was told about.
  var news: [FeedTrade] = []
  var tradeCount: UInt64 = 0
  /// Begins the names of trades, so that those of an exchange that starts anew are new too.
  private let origin: Int64
  var walletRows: [WalletID: Int] = [:]
  var accountRows: [AccountID: Int] = [:]

  init(_ settings: ExchangeSettings, at time: Timestamp) {
    lots = settings.lots
    costs = settings.costs
    origin = time.nanoseconds
    for start in settings.wallets where walletRows[start.id] == nil { add(start, at: time) }
  }

  private mutating func add(_ start: StartingWallet, at time: Timestamp) {
    walletRows[start.id] = wallets.count
    wallets.append(
      WalletRow(
        id: start.id, sol: start.sol.count, token: start.token.count, usdc: start.usdc.count))
    for _ in 0..<start.accounts { _ = openAccount(for: wallets.count - 1, at: time) }
  }

  /// Makes an account; its rent comes out of the wallet.
  mutating func openAccount(for wallet: Int, at time: Timestamp) -> AccountID {
    wallets[wallet].accountsMade += 1
    wallets[wallet].sol -= costs.openOrdersRent.count
    let id = AccountID("\(wallets[wallet].id)/\(wallets[wallet].accountsMade)")
    let row = AccountRow(
      id: id, wallet: wallet, rent: costs.openOrdersRent.count, lastUsed: time)
    if let free = accounts.firstIndex(where: { !$0.isOpen }) {
      accounts[free] = row
      accountRows[id] = free
    } else {
      accounts.append(row)
      accountRows[id] = accounts.count - 1
    }
    return id
  }

  static func name(_ order: UInt64) -> OrderID { OrderID(String(order)) }

  // MARK: Trades

  /// Who takes, and for whom the fee is counted.
  struct Taker {
    var owner: MatchingEngine.Owner
    var side: Side
    var time: Timestamp
  }

  /// What a taking order came to.
  struct Taken {
    var size: Int64 = 0
    var quote: Int64 = 0
    var fee: Int64 = 0
  }

  /// Takes, settles the makers and writes the trades down. The taker's own side is left to the
  /// caller.
  mutating func take(_ taker: Taker, size: BaseLots, limit: PriceLots)
    throws(MatchingEngine.WouldSelfTrade) -> Taken
  {
    var fills: [MatchingEngine.Fill] = []
    try engine.take(taker.side, size: size, limit: limit, owner: taker.owner, fills: &fills)
    var taken = Taken()
    for fill in fills {
      let quote = value(fill.size, fill.price)
      taken.size += fill.size
      taken.quote += quote
      let fee = Self.fee(taken.quote, costs.takerFee)
      settleMaker(fill, quote, taker)
      note(fill, taker, fee: fee - taken.fee)
      taken.fee = fee
    }
    return taken
  }

  /// Whoever offers such sizes at such prices was asked before whether they fit.
  func value(_ size: Int64, _ price: Int64) -> Int64 { size * price * lots.quoteLot.count }

  static func fee(_ quote: Int64, _ ppm: Int64) -> Int64 {
    Int64((Int128(quote) * Int128(ppm) + 999_999) / 1_000_000)
  }

  private mutating func settleMaker(_ fill: MatchingEngine.Fill, _ quote: Int64, _ taker: Taker) {
    let token = fill.size * lots.baseLot.count
    guard let row = fill.makerOwner.accountIndex else {
      let sign: Int128 = taker.side == .bid ? 1 : -1
      outside.sol += sign * Int128(quote)
      outside.token -= sign * Int128(token)
      return
    }
    if taker.side == .bid {
      accounts[row].freeSOL += quote
    } else {
      accounts[row].freeToken += token
    }
    accounts[row].lastUsed = taker.time
    if fill.makerIsDone { accounts[row].orders.removeAll { $0 == fill.maker } }
  }

  private mutating func note(_ fill: MatchingEngine.Fill, _ taker: Taker, fee: Int64) {
    tradeCount += 1
    let makerRow = fill.makerOwner.accountIndex
    let takerRow = taker.owner.accountIndex
    let wallet = (makerRow ?? takerRow).map { wallets[accounts[$0].wallet].id }
    let trade = Trade(
      id: TradeID("\(origin)-\(tradeCount)"), time: taker.time, price: PriceLots(fill.price),
      size: BaseLots(fill.size), takerSide: taker.side, wallet: wallet,
      isSynthetic: makerRow != nil && takerRow != nil)
    var fills: [OwnFill] = []
    if let makerRow {
      fills.append(own(makerRow, Self.name(fill.maker), taker.side.opposite, fee: 0))
    }
    if let takerRow { fills.append(own(takerRow, nil, taker.side, fee: fee)) }
    news.append(FeedTrade(trade: trade, fills: fills))
  }

  private func own(_ row: Int, _ order: OrderID?, _ side: Side, fee: Int64) -> OwnFill {
    OwnFill(
      wallet: wallets[accounts[row].wallet].id, account: accounts[row].id, order: order, side: side,
      fee: Lamports(fee))
  }

  /// An outsider takes; the outsiders have endless but counted funds.
  mutating func outsideTake(_ side: Side, size: BaseLots, limit: PriceLots, at time: Timestamp) {
    let taker = Taker(owner: .outsideTaker, side: side, time: time)
    // An outsider never meets an account of its own, so there is nothing to catch.
    guard let taken = try? take(taker, size: size, limit: limit) else { return }
    let sign: Int128 = side == .bid ? 1 : -1
    outside.token += sign * Int128(taken.size) * Int128(lots.baseLot.count)
    outside.sol -= sign * Int128(taken.quote) + Int128(taken.fee)
    sinks.venue += Int128(taken.fee)
  }

  // MARK: Expiry

  /// Takes expired orders off the book; their funds go back to their accounts.
  mutating func expire(at time: Timestamp) {
    for order in engine.expire(at: time) { giveBack(order, at: time) }
  }

  /// What an order held goes back to its account.
  mutating func giveBack(_ order: MatchingEngine.Order, at time: Timestamp) {
    guard let row = order.owner.accountIndex else { return }
    accounts[row].orders.removeAll { $0 == order.number }
    accounts[row].lastUsed = time
    switch order.side {
    case .bid: accounts[row].freeSOL += value(order.size, order.price)
    case .ask: accounts[row].freeToken += order.size * lots.baseLot.count
    }
  }
}
