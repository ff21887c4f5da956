package import PluginAPI

/// An order book with price-time priority in integer lots.
///
/// Orders live in one array of slots that are used again; an order's number holds its slot, so
/// finding one costs O(1). Placing costs O(log levels), taking O(orders met). Nothing grows with
/// the number of orders that were ever placed.
package struct MatchingEngine: Sendable {
  /// Whose an order is: an own open-orders account from 0 on, or one of the outsiders.
  package struct Owner: Sendable, Hashable {
    let number: Int32
    package static func account(_ index: Int) -> Owner { Owner(number: Int32(index)) }
    package static let outsideMaker = Owner(number: -1)
    package static let outsideTaker = Owner(number: -2)
    var accountIndex: Int? { number >= 0 ? Int(number) : nil }
  }

  /// An order that stands.
  package struct Order: Sendable {
    package fileprivate(set) var number: UInt64
    package fileprivate(set) var owner: Owner
    package fileprivate(set) var side: Side
    package fileprivate(set) var price: Int64
    /// What is left.
    package fileprivate(set) var size: Int64
    package fileprivate(set) var placed: Timestamp
    package fileprivate(set) var expires: Timestamp?
    fileprivate var previous: Int32
    fileprivate var next: Int32
  }

  /// What a post-only order came to.
  package enum Posting: Sendable, Hashable {
    case placed(UInt64)
    /// It would have traded at once; nothing happened.
    case wouldTrade
    /// Its time was over; nothing happened.
    case expired
  }

  /// A taking order met a standing order.
  package struct Fill: Sendable {
    package let maker: UInt64
    package let makerOwner: Owner
    package let price: Int64
    package let size: Int64
    /// Whether nothing is left of the standing order.
    package let makerIsDone: Bool
  }

  /// A taking order met an order of the same open-orders account. The engine is left half done:
  /// whoever asked must drop it and go on with a copy.
  package struct WouldSelfTrade: Error, Sendable {
    package let order: UInt64
  }

  private static let slotBits: UInt64 = 20
  private static let none: Int32 = -1

  private var slots: [Order] = []
  private var freeSlots: [Int32] = []
  private var bids = BookSide(.bid)
  private var asks = BookSide(.ask)
  private var sequence: UInt64 = 0
  private var expiries = ExpiryHeap()

  package init() {}

  /// Orders that stand.
  package var count: Int { slots.count - freeSlots.count }

  package func best(_ side: Side) -> PriceLots? { book(side).bestPrice.map { PriceLots($0) } }

  package func order(_ number: UInt64) -> Order? {
    let slot = Int(number & (1 << Self.slotBits - 1))
    guard slot < slots.count, slots[slot].number == number else { return nil }
    return slots[slot]
  }

  /// The levels of a side, best first.
  package func levels(_ side: Side, limit: Int = .max) -> [BookLevel] {
    let book = book(side)
    return book.levels.suffix(limit).reversed().map {
      BookLevel(
        price: PriceLots(book.price($0)), size: BaseLots($0.size), own: BaseLots($0.ownSize))
    }
  }

  private func book(_ side: Side) -> BookSide { side == .bid ? bids : asks }

  private mutating func withBook<Result>(_ side: Side, _ body: (inout BookSide) -> Result) -> Result
  {
    side == .bid ? body(&bids) : body(&asks)
  }

  private func crosses(_ side: Side, _ price: Int64) -> Bool {
    switch side {
    case .bid: asks.bestPrice.map { price >= $0 } ?? false
    case .ask: bids.bestPrice.map { price <= $0 } ?? false
    }
  }

  // MARK: Orders

  /// Places an order that must not trade at once.
  ///
  /// - Precondition: Price and size are positive; fewer than a million orders stand.
  package mutating func post(_ order: NewOrder, owner: Owner, now: Timestamp) -> Posting {
    precondition(order.price > .zero && order.size > .zero, "an order needs a price and a size")
    if let expires = order.expires, expires <= now { return .expired }
    if crosses(order.side, order.price.count) { return .wouldTrade }
    sequence += 1
    let slot = freeSlots.popLast() ?? Int32(slots.count)
    precondition(slot < 1 << Self.slotBits, "more than a million orders stand")
    let number = sequence << Self.slotBits | UInt64(slot)
    let standing = Order(
      number: number, owner: owner, side: order.side, price: order.price.count,
      size: order.size.count, placed: now, expires: order.expires, previous: Self.none,
      next: Self.none)
    if Int(slot) == slots.count { slots.append(standing) } else { slots[Int(slot)] = standing }
    link(slot)
    if let expires = order.expires { expiries.add(expires, number) }
    return .placed(number)
  }

  private mutating func link(_ slot: Int32) {
    let order = slots[Int(slot)]
    let own = order.owner.accountIndex == nil ? 0 : order.size
    let (index, isThere) = book(order.side).place(of: order.price)
    guard isThere else {
      return withBook(order.side) { book in
        let level = BookSide.Level(
          key: book.key(order.price), head: slot, tail: slot, size: order.size, ownSize: own)
        book.insert(level, at: index)
      }
    }
    var last = Self.none
    withBook(order.side) { book in
      book.update(index) { level in
        last = level.tail
        level.tail = slot
        level.size += order.size
        level.ownSize += own
      }
    }
    slots[Int(last)].next = slot
    slots[Int(slot)].previous = last
  }

  /// Takes an order off the book; `nil` when it does not stand.
  @discardableResult package mutating func cancel(_ number: UInt64) -> Order? {
    guard let order = order(number) else { return nil }
    let index = book(order.side).place(of: order.price).index
    unlink(Int32(number & (1 << Self.slotBits - 1)), levelIndex: index)
    return order
  }

  private mutating func unlink(_ slot: Int32, levelIndex: Int) {
    let order = slots[Int(slot)]
    if order.previous >= 0 { slots[Int(order.previous)].next = order.next }
    if order.next >= 0 { slots[Int(order.next)].previous = order.previous }
    let own = order.owner.accountIndex == nil ? 0 : order.size
    withBook(order.side) { book in
      book.update(levelIndex) { level in
        if level.head == slot { level.head = order.next }
        if level.tail == slot { level.tail = order.previous }
        level.size -= order.size
        level.ownSize -= own
      }
      if book.levels[levelIndex].head < 0 { book.remove(at: levelIndex) }
    }
    slots[Int(slot)].number = 0
    freeSlots.append(slot)
  }

  /// Trades at once against standing orders no worse than `limit`; what is left is dropped.
  ///
  /// What was traded is added to `fills`, in order.
  ///
  /// - Throws: `WouldSelfTrade` when the next order to meet is of the same account.
  package mutating func take(
    _ side: Side, size: BaseLots, limit: PriceLots, owner: Owner, fills: inout [Fill]
  ) throws(WouldSelfTrade) {
    var left = size.count
    while left > 0, crosses(side, limit.count) {
      let (index, slot) = bestLevel(side.opposite)
      let maker = slots[Int(slot)]
      if owner.accountIndex != nil, maker.owner == owner {
        throw WouldSelfTrade(order: maker.number)
      }
      let traded = min(left, maker.size)
      left -= traded
      fills.append(
        Fill(
          maker: maker.number, makerOwner: maker.owner, price: maker.price, size: traded,
          makerIsDone: traded == maker.size))
      fill(slot, traded, levelIndex: index)
    }
  }

  /// Reads without holding on to the side, which would cost a copy of it at the next change.
  private func bestLevel(_ side: Side) -> (index: Int, head: Int32) {
    switch side {
    case .bid: (bids.levels.count - 1, bids.levels[bids.levels.count - 1].head)
    case .ask: (asks.levels.count - 1, asks.levels[asks.levels.count - 1].head)
    }
  }

  private mutating func fill(_ slot: Int32, _ traded: Int64, levelIndex: Int) {
    let order = slots[Int(slot)]
    guard traded < order.size else { return unlink(slot, levelIndex: levelIndex) }
    slots[Int(slot)].size -= traded
    let own = order.owner.accountIndex == nil ? 0 : traded
    withBook(order.side) { book in
      book.update(levelIndex) { level in
        level.size -= traded
        level.ownSize -= own
      }
    }
  }

  /// Takes off the book whatever has expired at `now`.
  package mutating func expire(at now: Timestamp) -> [Order] {
    var gone: [Order] = []
    while let number = expiries.popDue(at: now) {
      if let order = cancel(number) { gone.append(order) }
    }
    if expiries.count > 2 * count + 64 {
      expiries.rebuild(
        slots.lazy.filter { $0.number != 0 }.compactMap { order in
          order.expires.map { ($0, order.number) }
        })
    }
    return gone
  }

  /// All orders that stand, in no order; for audits.
  package var standing: [Order] { slots.filter { $0.number != 0 } }
}
