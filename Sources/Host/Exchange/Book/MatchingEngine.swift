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
    package internal(set) var number: UInt64
    package internal(set) var owner: Owner
    package internal(set) var side: Side
    package internal(set) var price: Int64
    /// What is left.
    package internal(set) var size: Int64
    package internal(set) var placed: Timestamp
    package internal(set) var expires: Timestamp?
    var previous: Int32
    var next: Int32
  }

  /// What a post-only order came to.
  package enum Posting: Sendable, Hashable {
    case placed(UInt64)
    /// It would have traded at once; nothing happened.
    case wouldTrade
    /// Its time was over; nothing happened.
    case expired
    /// No more orders can stand; nothing happened.
    case full
  }

  /// A taking order met a standing order.
  package struct Fill: Sendable {
    package let maker: UInt64
    package let makerOwner: Owner
    package let price: Int64
    package let size: Int64
    /// What is left of the standing order.
    package let left: Int64
    /// Both orders were of the same account: no fee is due. With a size of zero the standing one was
    /// cancelled.
    package let isSelf: Bool

    /// Whether nothing is left of the standing order.
    package var makerIsDone: Bool { left == 0 }
  }

  /// What happens when a taking order meets an order of its own account (OpenBook V2 program).
  package enum SelfTrade: Sendable, Hashable {
    /// Both are filled, without fees.
    case decrementTake
    /// The standing order is cancelled and the other goes on.
    case cancelProvide
    /// The whole transaction fails.
    case abort
  }

  /// What a taking order may do.
  package struct TakeRules: Sendable {
    package var owner: Owner
    package var selfTrade = SelfTrade.abort
    /// How many standing orders it may meet.
    package var mostFills = Int.max

    package init(owner: Owner) { self.owner = owner }
  }

  /// A taking order met an order of the same open-orders account. The engine is left half done:
  /// whoever asked must undo what was recorded.
  package struct WouldSelfTrade: Error, Sendable {
    package let order: UInt64
  }

  static let slotBits: UInt64 = 20
  static let none: Int32 = -1
  /// Orders that can stand at once: a slot's number has 20 bits.
  package static let capacity = 1 << 20

  var slots: [Order] = []
  var freeSlots: [Int32] = []
  var bids = BookSide(.bid)
  var asks = BookSide(.ask)
  private var sequence: UInt64 = 0
  private var expiries = ExpiryHeap()
  var record = UndoRecord()

  package init() {}

  /// Orders that stand.
  package var count: Int { slots.count - freeSlots.count }

  /// Orders that stand on one side.
  package func count(_ side: Side) -> Int { book(side).orders }

  /// The last in line of the worst level of a side.
  package func worst(_ side: Side) -> Order? {
    book(side).levels.first.map { slots[Int($0.tail)] }
  }

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

  func book(_ side: Side) -> BookSide { side == .bid ? bids : asks }

  mutating func withBook<Result>(_ side: Side, _ body: (inout BookSide) -> Result) -> Result {
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
  /// - Precondition: Price and size are positive.
  package mutating func post(_ order: NewOrder, owner: Owner, now: Timestamp) -> Posting {
    precondition(order.price > .zero && order.size > .zero, "an order needs a price and a size")
    if let expires = order.expires, expires <= now { return .expired }
    if crosses(order.side, order.price.count) { return .wouldTrade }
    guard count < Self.capacity else { return .full }
    sequence += 1
    let free = freeSlots.popLast()
    let slot = free ?? Int32(slots.count)
    let number = sequence << Self.slotBits | UInt64(slot)
    let standing = Order(
      number: number, owner: owner, side: order.side, price: order.price.count,
      size: order.size.count, placed: now, expires: order.expires, previous: Self.none,
      next: Self.none)
    if Int(slot) == slots.count { slots.append(standing) } else { slots[Int(slot)] = standing }
    link(slot)
    record.add(.posted(slot, isNew: free == nil))
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
        book.orders += 1
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
      book.orders += 1
    }
    slots[Int(last)].next = slot
    slots[Int(slot)].previous = last
  }

  /// Takes an order off the book; `nil` when it does not stand.
  @discardableResult package mutating func cancel(_ number: UInt64) -> Order? {
    guard let order = order(number) else { return nil }
    remove(Int32(number & (1 << Self.slotBits - 1)))
    return order
  }

  mutating func remove(_ slot: Int32) {
    let order = slots[Int(slot)]
    unlink(slot, levelIndex: book(order.side).place(of: order.price).index)
  }

  private mutating func unlink(_ slot: Int32, levelIndex: Int) {
    let order = slots[Int(slot)]
    record.add(.removed(slot, order))
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
      book.orders -= 1
    }
    slots[Int(slot)].number = 0
    freeSlots.append(slot)
  }

  /// Trades at once against standing orders no worse than `limit`; what is left is dropped.
  ///
  /// What was traded is added to `fills`, in order.
  ///
  /// - Throws: `WouldSelfTrade` when the next order to meet is of the same account and the rules say
  ///   so.
  package mutating func take(
    _ side: Side, size: BaseLots, limit: PriceLots, rules: TakeRules, fills: inout [Fill]
  ) throws(WouldSelfTrade) {
    var left = size.count
    let most = fills.count + min(rules.mostFills, .max - fills.count)
    while left > 0, fills.count < most, crosses(side, limit.count) {
      let (index, slot) = bestLevel(side.opposite)
      let isSelf = rules.owner.accountIndex != nil && slots[Int(slot)].owner == rules.owner
      if isSelf, rules.selfTrade != .decrementTake {
        guard rules.selfTrade == .cancelProvide else {
          throw WouldSelfTrade(order: slots[Int(slot)].number)
        }
        fills.append(meet(slot, levelIndex: index, atMost: 0, isSelf: true))
        unlink(slot, levelIndex: index)
        continue
      }
      fills.append(meet(slot, levelIndex: index, atMost: left, isSelf: isSelf))
      left -= fills[fills.count - 1].size
    }
  }

  private mutating func meet(_ slot: Int32, levelIndex: Int, atMost left: Int64, isSelf: Bool)
    -> Fill
  {
    let maker = slots[Int(slot)]
    let traded = min(left, maker.size)
    fill(slot, traded, levelIndex: levelIndex)
    return Fill(
      maker: maker.number, makerOwner: maker.owner, price: maker.price, size: traded,
      left: maker.size - traded, isSelf: isSelf)
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
    record.add(.shrunk(slot, traded))
    shrink(slot, by: traded, levelIndex: levelIndex)
  }

  /// Takes `size` off an order in its place; a negative size gives it back.
  mutating func shrink(_ slot: Int32, by size: Int64, levelIndex: Int) {
    slots[Int(slot)].size -= size
    let own = slots[Int(slot)].owner.accountIndex == nil ? 0 : size
    withBook(slots[Int(slot)].side) { book in
      book.update(levelIndex) { level in
        level.size -= size
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
