import Bundles
import Market
import PluginAPI

extension TradeNaming {
  /// Trades of an instruction of a transaction.
  init(_ signature: Signature, instruction: Int) {
    self.init(prefix: "\(signature)/\(instruction)")
  }
}

extension ExchangeState {
  /// Standing orders that one taking order may meet.
  static let mostFills = 32
  /// Events that one instruction processes (OpenBook V2 program).
  private static let consumedAtOnce = 8

  /// Who takes.
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

  // MARK: Taking

  mutating func take(
    _ id: AccountID, _ order: (side: Side, size: BaseLots, limit: PriceLots),
    _ context: LandingContext
  ) throws(IntentFailure) -> IntentResult {
    let row = try tradingAccount(id)
    guard order.size > .zero, order.limit > .zero else {
      throw IntentFailure("size and limit must be positive (InvalidInputPriceLots)")
    }
    try ensureTokenAccount(of: accounts[row].wallet)
    fills.removeAll(keepingCapacity: true)
    var rules = MatchingEngine.TakeRules(owner: .account(row))
    rules.mostFills = Self.mostFills
    do {
      try market.engine.take(
        order.side, size: order.size, limit: order.limit, rules: rules, fills: &fills)
    } catch {
      throw IntentFailure(
        "would trade with order \(error.order) of the same account (WouldSelfTrade)")
    }
    guard fills.count <= heap.room else { throw IntentFailure("the event heap is full") }
    let taken = book(Taker(owner: .account(row), side: order.side, time: context.time))
    try pay(taken, order.side, row)
    change(account: row) { $0.lastUsed = context.time }
    return .filled(size: BaseLots(taken.size), quote: Lamports(taken.quote))
  }

  private mutating func pay(_ taken: Taken, _ side: Side, _ row: Int) throws(IntentFailure) {
    let atoms = market.atoms(taken.size)
    switch side {
    case .bid:
      guard drawSOL(row, taken.quote + taken.fee) else { throw IntentFailure("not enough SOL") }
      change(account: row) { $0.freeToken += atoms }
    case .ask:
      guard drawToken(row, atoms) else { throw IntentFailure("not enough tokens") }
      change(account: row) { $0.freeSOL += taken.quote - taken.fee }
    }
  }

  /// Takes first what is free in the account, then from its wallet.
  mutating func drawSOL(_ row: Int, _ amount: Int64) -> Bool {
    let free = min(accounts[row].freeSOL, amount)
    let wallet = accounts[row].wallet
    guard wallets[wallet].sol >= amount - free else { return false }
    change(account: row) { $0.freeSOL -= free }
    change(wallet: wallet) { $0.sol -= amount - free }
    return true
  }

  mutating func drawToken(_ row: Int, _ amount: Int64) -> Bool {
    let free = min(accounts[row].freeToken, amount)
    let wallet = accounts[row].wallet
    guard wallets[wallet].token >= amount - free else { return false }
    change(account: row) { $0.freeToken -= free }
    change(wallet: wallet) { $0.token -= amount - free }
    return true
  }

  /// An outsider takes; the outsiders have endless but counted funds. Nothing happens when the event
  /// heap has no room for the fills.
  ///
  /// - Returns: What was traded, in base lots.
  @discardableResult mutating func outsideTake(
    _ side: Side, size: BaseLots, limit: PriceLots, at time: Timestamp
  ) -> Int64 {
    fills.removeAll(keepingCapacity: true)
    let isTight = heap.room < Self.mostFills
    if isTight { market.engine.beginRecording() }
    var rules = MatchingEngine.TakeRules(owner: .outsideTaker)
    rules.mostFills = Self.mostFills
    // An outsider never meets an account of its own, so there is nothing to catch.
    try? market.engine.take(side, size: size, limit: limit, rules: rules, fills: &fills)
    guard fills.count <= heap.room else {
      market.engine.undo()
      return 0
    }
    if isTight { market.engine.keep() }
    let taken = book(Taker(owner: .outsideTaker, side: side, time: time))
    let sign: Int128 = side == .bid ? 1 : -1
    outside.token += sign * Int128(market.atoms(taken.size))
    outside.sol -= sign * Int128(taken.quote) + Int128(taken.fee)
    return taken.size
  }

  // MARK: Fills

  /// Writes the fills of a taking order down; the taker's own side is left to the caller.
  private mutating func book(_ taker: Taker) -> Taken {
    var taken = Taken()
    for fill in fills {
      let quote = market.value(fill.size, fill.price)
      taken.size += fill.size
      taken.quote += quote
      let fee = MarketRow.fee(taken.quote, market.takerFee)
      let makerFee = makerFee(fill, quote, taker.side.opposite)
      sinks.venue += Int128(fee - taken.fee) + Int128(makerFee)
      queue(fill, quote, makerFee, taker)
      tell(fill, taker, takerFee: fee - taken.fee, makerFee: makerFee)
      taken.fee = fee
    }
    return taken
  }

  /// What the maker of a fill pays; negative for what it gets.
  private func makerFee(_ fill: MatchingEngine.Fill, _ quote: Int64, _ side: Side) -> Int64 {
    guard market.makerFee > 0 else { return -market.rebate(quote) }
    guard side == .bid else { return MarketRow.fee(quote, market.makerFee) }
    // The parts of an order pay together what was locked for the whole.
    return market.lockedFee(.bid, fill.left + fill.size, fill.price)
      - market.lockedFee(.bid, fill.left, fill.price)
  }

  /// The maker's side of a fill waits in the event heap.
  private mutating func queue(
    _ fill: MatchingEngine.Fill, _ quote: Int64, _ fee: Int64, _ taker: Taker
  ) {
    let atoms = market.atoms(fill.size)
    let isAsk = taker.side == .bid
    guard let row = fill.makerOwner.accountIndex else {
      outside.sol += (isAsk ? Int128(quote) : -Int128(quote)) - Int128(fee)
      outside.token += isAsk ? -Int128(atoms) : Int128(atoms)
      return heap.add(HeapEvent(account: -1, freesSlot: fill.makerIsDone))
    }
    // A bid's fee was locked with it; a rebate comes on top.
    let sol = isAsk ? quote - fee : max(0, -fee)
    heap.add(
      HeapEvent(
        account: row, sol: sol, token: isAsk ? 0 : atoms, freesSlot: fill.makerIsDone))
    change(account: row) { account in
      account.pendingEvents += 1
      account.lastUsed = taker.time
      guard fill.makerIsDone else { return }
      account.pendingSlots += 1
      account.orders.removeAll { $0 == fill.maker }
    }
  }

  private mutating func tell(
    _ fill: MatchingEngine.Fill, _ taker: Taker, takerFee: Int64, makerFee: Int64
  ) {
    let makerRow = fill.makerOwner.accountIndex
    let takerRow = taker.owner.accountIndex
    let wallet = (makerRow ?? takerRow).map { wallets[accounts[$0].wallet].id }
    let trade = Trade(
      id: naming.next(), time: taker.time, price: PriceLots(fill.price), size: BaseLots(fill.size),
      takerSide: taker.side, wallet: wallet, isSynthetic: makerRow != nil && takerRow != nil)
    var parts: [OwnFill] = []
    if let makerRow {
      parts.append(own(makerRow, Self.name(fill.maker), taker.side.opposite, fee: makerFee))
    }
    if let takerRow { parts.append(own(takerRow, nil, taker.side, fee: takerFee)) }
    news.append(FeedTrade(trade: trade, fills: parts))
  }

  private func own(_ row: Int, _ order: OrderID?, _ side: Side, fee: Int64) -> OwnFill {
    OwnFill(
      wallet: wallets[accounts[row].wallet].id, account: accounts[row].id, order: order, side: side,
      fee: Lamports(fee))
  }

  // MARK: Events

  /// Processes the oldest events, as many as one instruction does.
  mutating func consume() -> IntentResult {
    for _ in 0..<Self.consumedAtOnce where !consumeOne() { break }
    return .done
  }

  /// Somebody else has all events processed.
  mutating func crank() {
    while consumeOne() {}
    heap.compact()
  }

  private mutating func consumeOne() -> Bool {
    guard let event = heap.removeFirst() else { return false }
    guard event.account >= 0 else { return true }
    change(account: event.account) { account in
      account.freeSOL += event.sol
      account.freeToken += event.token
      account.pendingEvents -= 1
      if event.freesSlot { account.pendingSlots -= 1 }
    }
    return true
  }
}
