import Bundles
import PluginAPI

extension ExchangeState {
  /// A million SOL, so that no sum of orders leaves 64 bits.
  private static let largestOrder = Lamports(1_000_000_000_000_000)
  /// The longest that an order can stand, in seconds: its lifetime has 16 bits.
  private static let longestLife = Duration.seconds(65_535)

  // MARK: Placing

  /// Places a post-only order as the program's instruction for many orders does: what the funds do
  /// not reach is cut off silently, and so is an order that would trade or has expired.
  mutating func place(_ id: AccountID, _ order: NewOrder, _ context: LandingContext)
    throws(IntentFailure) -> IntentResult
  {
    let row = try tradingAccount(id)
    try check(order)
    guard accounts[row].orders.count + accounts[row].pendingSlots < OpenOrdersAccount.capacity
    else { throw IntentFailure("account \(id) is full (OpenOrdersFull)") }
    try ensureTokenAccount(of: accounts[row].wallet)
    var order = order
    order.size = min(order.size, affordable(row, order))
    order.expires = order.expires.map { min($0, context.time + Self.longestLife) }
    guard order.size >= market.lots.minimumSize, order.size > .zero else {
      return .dropped("the balance does not reach")
    }
    try makeRoom(for: order, context)
    switch market.engine.post(order, owner: .account(row), now: context.time) {
    case .wouldTrade: return .dropped("would trade at once")
    case .expired: return .dropped("expired")
    case .full: throw IntentFailure("the book is full (SomeError)")
    case .placed(let number): return stand(row, order, number, context)
    }
  }

  private func check(_ order: NewOrder) throws(IntentFailure) {
    guard order.price > .zero, order.size > .zero else {
      throw IntentFailure("price and size must be positive (InvalidInputPriceLots)")
    }
    guard let value = try? market.lots.cost(of: order.size, at: order.price),
      value <= Self.largestOrder, (try? market.lots.amount(of: order.size)) != nil
    else {
      throw IntentFailure("size \(order.size) at price \(order.price) is more than there is")
    }
  }

  private mutating func stand(
    _ row: Int, _ order: NewOrder, _ number: UInt64, _ context: LandingContext
  ) -> IntentResult {
    let (size, price) = (order.size.count, order.price.count)
    switch order.side {
    case .bid:
      _ = drawSOL(row, market.value(size, price) + market.lockedFee(.bid, size, price))
    case .ask: _ = drawToken(row, market.atoms(size))
    }
    change(account: row) { account in
      account.orders.append(number)
      account.lastUsed = context.time
    }
    return .placed(Self.name(number), size: order.size)
  }

  /// What free funds of account and wallet pay for, the maker's fee included.
  private func affordable(_ row: Int, _ order: NewOrder) -> BaseLots {
    let account = accounts[row]
    let wallet = wallets[account.wallet]
    switch order.side {
    case .bid:
      let budget = Int128(account.freeSOL) + Int128(max(0, wallet.sol - walletMinimum))
      let value = budget * 1_000_000 / Int128(1_000_000 + max(0, market.makerFee))
      let unit = Int128(order.price.count) * Int128(market.lots.quoteLot.count)
      return BaseLots(Int64(clamping: value / unit))
    case .ask:
      let budget = Int128(account.freeToken) + Int128(wallet.token)
      return BaseLots(Int64(clamping: budget / Int128(market.lots.baseLot.count)))
    }
  }

  /// In a full book a better order drives the worst one out, whose owner gets an event.
  private mutating func makeRoom(for order: NewOrder, _ context: LandingContext)
    throws(IntentFailure)
  {
    guard market.engine.count(order.side) >= MarketRow.bookCapacity,
      let worst = market.engine.worst(order.side)
    else { return }
    let isBetter =
      order.side == .bid ? order.price.count > worst.price : order.price.count < worst.price
    guard isBetter, heap.room > 0 else { throw IntentFailure("the book is full (SomeError)") }
    market.engine.cancel(worst.number)
    putOut(worst, at: context.time)
  }

  // MARK: Leaving

  mutating func cancel(_ id: AccountID, _ order: OrderID, _ context: LandingContext)
    throws(IntentFailure) -> IntentResult
  {
    let row = try account(id)
    guard let number = UInt64(order.description), accounts[row].orders.contains(number) else {
      return .done
    }
    cancel(number, of: row, context)
    return .done
  }

  mutating func cancelAll(_ id: AccountID, _ context: LandingContext)
    throws(IntentFailure) -> IntentResult
  {
    let row = try account(id)
    for number in accounts[row].orders { cancel(number, of: row, context) }
    return .done
  }

  private mutating func cancel(_ number: UInt64, of row: Int, _ context: LandingContext) {
    guard accounts[row].market == market.number else {
      return cancelRetired(number, of: row, context)
    }
    if let gone = market.engine.cancel(number) {
      giveBack(gone, market.held(gone), at: context.time)
    }
  }

  private mutating func cancelRetired(_ number: UInt64, of row: Int, _ context: LandingContext) {
    note(.markets(market, retired: retired))
    guard let index = retired.firstIndex(where: { $0.number == accounts[row].market }),
      let gone = retired[index].engine.cancel(number)
    else { return }
    giveBack(gone, retired[index].held(gone), at: context.time)
  }

  /// What a cancelled order held goes back to its account at once.
  private mutating func giveBack(
    _ order: MatchingEngine.Order, _ held: (sol: Int64, token: Int64), at time: Timestamp
  ) {
    guard let row = order.owner.accountIndex else { return }
    change(account: row) { account in
      account.orders.removeAll { $0 == order.number }
      account.lastUsed = time
      account.freeSOL += held.sol
      account.freeToken += held.token
    }
  }

  /// An order that others removed: its funds and its slot wait in the event heap.
  private mutating func putOut(_ order: MatchingEngine.Order, at time: Timestamp) {
    guard let row = order.owner.accountIndex else { return }
    let held = market.held(order)
    guard heap.room > 0 else { return giveBack(order, held, at: time) }
    heap.add(HeapEvent(account: row, sol: held.sol, token: held.token, freesSlot: true))
    change(account: row) { account in
      account.orders.removeAll { $0 == order.number }
      account.pendingSlots += 1
      account.pendingEvents += 1
      account.lastUsed = time
    }
  }

  /// Takes expired orders off the book, as whoever trades next on a busy market would. A full heap
  /// cannot hold their events; then their owners get the funds at once.
  mutating func expire(at time: Timestamp) {
    for order in market.engine.expire(at: time) { putOut(order, at: time) }
    for index in retired.indices {
      for order in retired[index].engine.expire(at: time) {
        giveBack(order, retired[index].held(order), at: time)
      }
    }
  }
}
