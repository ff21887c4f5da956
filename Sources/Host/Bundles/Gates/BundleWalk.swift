package import PluginAPI

/// A walk through a bundle's intents over a copy of the venue's state: what each wallet would have
/// to give at most, which own orders would meet, which accounts would overflow.
///
/// Counts against the bundle where the outcome is open: takes pay their limit and bring nothing,
/// swaps bring their minimum. Intents that name something unknown are passed over; the gate for
/// malformed bundles speaks about those.
package struct BundleWalk: Sendable {
  /// What each wallet gives at most at any point of the bundle.
  package private(set) var draws: [WalletID: WalletDraw] = [:]
  /// Orders that the bundle puts on the market or takes with.
  package private(set) var quotes: [OwnQuote] = []
  /// Orders that the bundle leaves standing, by account.
  package private(set) var placed: [AccountID: Int] = [:]
  /// The first place where an own order would meet another.
  package private(set) var selfTrade: (intent: Int, own: OwnQuote, other: OwnQuote)?
  /// The first place where an account would hold more orders than it can.
  package private(set) var overflow: (intent: Int, account: AccountID)?

  private let lots: MarketLots
  private let costs: VenueCosts
  private var balances: [WalletID: WalletDraw] = [:]
  private var accounts: [AccountID: Account] = [:]
  private let makers: [AccountID]
  private let pending: [OwnQuote]
  private let pendingOrders: [AccountID: Int]

  private struct Account {
    var wallet: WalletID
    var orders: [OrderID: OpenOrder]
    var placed = 0
    var freeSOL: Int128
    var freeToken: Int128
    var rent: Int128
    var pendingSlots: Int
    var used: Int { orders.count + placed + pendingSlots }
  }

  package init(
    _ intents: [Intent], over state: VenueState, charges: [WalletID: Lamports] = [:],
    pending: InFlight = InFlight()
  ) {
    lots = state.lots
    costs = state.costs
    self.pending = pending.quotes
    pendingOrders = pending.orders
    makers = PlanningGround(state).makers
    for wallet in state.swarm.wallets { take(in: wallet, at: state.time) }
    for (wallet, charge) in charges { move(wallet, sol: -Int128(charge.count)) }
    for (index, intent) in intents.enumerated() { walk(intent, index) }
  }

  private mutating func take(in wallet: Wallet, at time: Timestamp) {
    balances[wallet.id] = WalletDraw()
    for account in wallet.accounts {
      let live = account.orders.filter { $0.expires.map { $0 > time } ?? true }
      accounts[account.id] = Account(
        wallet: wallet.id,
        orders: Dictionary(live.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }),
        freeSOL: Int128(account.freeSOL.count), freeToken: Int128(account.freeToken.count),
        rent: Int128(account.rent.count), pendingSlots: account.pendingSlots)
    }
    for account in wallet.others {
      accounts[account.id] = Account(
        wallet: wallet.id, orders: [:], freeSOL: 0, freeToken: 0,
        rent: Int128(account.rent.count), pendingSlots: 0)
    }
  }

  private mutating func walk(_ intent: Intent, _ index: Int) {
    switch intent {
    case .cancel(let account, let order): cancel(account) { $0.id == order }
    case .cancelAll(let account): cancel(account) { _ in true }
    case .place(let account, let order):
      quote(account, order.side, order.price, index)
      accounts[account]?.placed += 1
      checkRoom(account, index)
      pay(account, order.side, order.size, order.price, feePPM: 0)
    case .take(let account, let side, let size, let limit):
      quote(account, side, limit, index)
      pay(account, side, size, limit, feePPM: costs.takerFee)
    case .consumeEvents: consume()
    case .settle(let account): settle(account)
    case .transfer(let from, let to, let amount):
      move(from, sol: -Int128(amount.count))
      move(to, sol: Int128(amount.count))
    case .createOpenOrders(let wallet): move(wallet, sol: -Int128(costs.openOrdersRent.count))
    case .closeAccount(let account): close(account)
    case .swap(let wallet, let request): swap(wallet, request)
    case .createMarket(let wallet, _): move(wallet, sol: -Int128(costs.marketRent.count))
    @unknown default: break
    }
  }

  private mutating func cancel(_ id: AccountID, where matches: (OpenOrder) -> Bool) {
    guard var account = accounts[id] else { return }
    for order in account.orders.values where matches(order) {
      account.orders[order.id] = nil
      switch order.side {
      case .bid: account.freeSOL += cost(order.size, order.price)
      case .ask: account.freeToken += Int128(order.size.count) * Int128(lots.baseLot.count)
      }
    }
    accounts[id] = account
  }

  private mutating func quote(_ id: AccountID, _ side: Side, _ price: PriceLots, _ index: Int) {
    let own = OwnQuote(account: id, side: side, price: price)
    if selfTrade == nil, let other = firstMeeting(own) { selfTrade = (index, own, other) }
    quotes.append(own)
  }

  private func firstMeeting(_ own: OwnQuote) -> OwnQuote? {
    if let other = pending.first(where: own.meets) { return other }
    if let other = quotes.first(where: own.meets) { return other }
    for (id, account) in accounts {
      let standing = account.orders.values.lazy.map {
        OwnQuote(account: id, side: $0.side, price: $0.price)
      }
      if let other = standing.first(where: own.meets) { return other }
    }
    return nil
  }

  /// Frees the slots of eight own fills (OpenBook V2: the most of one instruction).
  private mutating func consume() {
    var left = 8
    for id in makers where left > 0 {
      let freed = min(left, accounts[id]?.pendingSlots ?? 0)
      accounts[id]?.pendingSlots -= freed
      left -= freed
    }
  }

  private mutating func checkRoom(_ id: AccountID, _ index: Int) {
    guard overflow == nil, let account = accounts[id] else { return }
    placed[id] = account.placed
    let used = account.used + pendingOrders[id, default: 0]
    if used > OpenOrdersAccount.capacity { overflow = (index, id) }
  }

  /// Takes first from the account's free balance, then from the wallet.
  private mutating func pay(
    _ id: AccountID, _ side: Side, _ size: BaseLots, _ price: PriceLots, feePPM: Int64
  ) {
    guard var account = accounts[id] else { return }
    switch side {
    case .bid:
      let quote = cost(size, price)
      let due = quote + (quote * Int128(feePPM) + 999_999) / 1_000_000
      let free = min(account.freeSOL, due)
      account.freeSOL -= free
      move(account.wallet, sol: free - due)
    case .ask:
      let due = Int128(size.count) * Int128(lots.baseLot.count)
      let free = min(account.freeToken, due)
      account.freeToken -= free
      move(account.wallet, token: free - due)
    }
    accounts[id] = account
  }

  private mutating func settle(_ id: AccountID) {
    guard let account = accounts[id] else { return }
    accounts[id]?.freeSOL = 0
    accounts[id]?.freeToken = 0
    move(account.wallet, sol: account.freeSOL, token: account.freeToken)
  }

  private mutating func close(_ id: AccountID) {
    guard let account = accounts.removeValue(forKey: id) else { return }
    move(account.wallet, sol: account.rent)
  }

  private mutating func swap(_ wallet: WalletID, _ request: SwapRequest) {
    switch request {
    case .buySOL(let usdc, let minimum):
      move(wallet, sol: Int128(minimum.count), usdc: -Int128(usdc.count))
    case .sellSOL(let sol, let minimum):
      move(wallet, sol: -Int128(sol.count), usdc: Int128(minimum.count))
    @unknown default: break
    }
  }

  private mutating func move(
    _ wallet: WalletID, sol: Int128 = 0, token: Int128 = 0, usdc: Int128 = 0
  ) {
    guard var balance = balances[wallet] else { return }
    balance += WalletDraw(sol: sol, token: token, usdc: usdc)
    balances[wallet] = balance
    var draw = draws[wallet] ?? WalletDraw()
    draw.sol = max(draw.sol, -balance.sol)
    draw.token = max(draw.token, -balance.token)
    draw.usdc = max(draw.usdc, -balance.usdc)
    draws[wallet] = draw
  }

  /// Saturates; a cost that does not fit in 64 bits is refused as malformed.
  private func cost(_ size: BaseLots, _ price: PriceLots) -> Int128 {
    (try? lots.cost(of: size, at: price)).map { Int128($0.count) } ?? Int128(Int64.max)
  }
}
