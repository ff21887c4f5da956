package import PluginAPI

/// An order book with price-time priority in integer lots.
///
/// Orders live in one array of slots that are used again; an order's number holds its slot, so
/// finding one costs O(1). Placing costs O(log levels), taking O(orders met). Nothing grows with
/// the number of orders that were ever placed.
package struct MatchingEngine: Sendable {
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
  package func count(_ side: Side) -> Int { side == .bid ? bids.orders : asks.orders }

  package func best(_ side: Side) -> PriceLots? {
    (side == .bid ? bids.bestPrice : asks.bestPrice).map { PriceLots($0) }
  }

  /// The last in line of the worst level of a side.
  package func worst(_ side: Side) -> Order? {
    (side == .bid ? bids : asks).levels.first.map { slots[Int($0.tail)] }
  }

  package func order(_ number: UInt64) -> Order? {
    let slot = Int(number & (1 << Self.slotBits - 1))
    // A free slot has the number 0, which no order has.
    guard number != 0, slot < slots.count, slots[slot].number == number else { return nil }
    return slots[slot]
  }

  /// The levels of a side, best first.
  package func levels(_ side: Side, limit: Int = .max) -> [BookLevel] {
    let book = side == .bid ? bids : asks
    return book.levels.suffix(limit).reversed().map {
      BookLevel(
        price: PriceLots(book.price($0)), size: BaseLots($0.size), own: BaseLots($0.ownSize))
    }
  }

  /// All orders that stand, in no order; for audits.
  package var standing: [Order] { slots.filter { $0.number != 0 } }

  private func crosses(_ side: Side, _ price: Int64) -> Bool {
    switch side {
    case .bid: asks.bestPrice.map { price >= $0 } ?? false
    case .ask: bids.bestPrice.map { price <= $0 } ?? false
    }
  }

  // MARK: Placing

  /// Places an order that must not trade at once.
  ///
  /// - Precondition: Price and size are positive.
  package mutating func post(_ order: NewOrder, owner: Owner, now: Timestamp) -> Posting {
    let new = Order(
      owner: owner, side: order.side, price: order.price.count, size: order.size.count,
      placed: now.nanoseconds, expiry: order.expires?.nanoseconds ?? .max)
    return post(new, now: now.nanoseconds)
  }

  /// Places an order that must not trade at once.
  ///
  /// - Precondition: Price and size are positive.
  mutating func post(_ order: Order, now: Int64) -> Posting {
    precondition(order.price > 0 && order.size > 0, "an order needs a price and a size")
    if order.expiry <= now { return .expired }
    if crosses(order.side, order.price) { return .wouldTrade }
    guard count < Self.capacity else { return .full }
    sequence += 1
    let free = freeSlots.popLast()
    let slot = free ?? Int32(slots.count)
    var standing = order
    standing.number = sequence << Self.slotBits | UInt64(slot)
    if free == nil { slots.append(standing) } else { slots[Int(slot)] = standing }
    join(slot, order)
    record.add(.posted(slot, isNew: free == nil))
    if order.expiry != .max { expiries.add(order.expiry, standing.number) }
    return .placed(standing.number)
  }

  /// Puts an order at the end of its level's queue.
  private mutating func join(_ slot: Int32, _ order: Order) {
    let (level, last) = order.side == .bid ? bids.join(slot, order) : asks.join(slot, order)
    slots[Int(slot)].stand(at: level, after: last)
    if last >= 0 { slots[Int(last)].next = slot }
  }

  // MARK: Leaving

  /// Takes an order off the book; `nil` when it does not stand.
  @discardableResult package mutating func cancel(_ number: UInt64) -> Order? {
    guard let order = order(number) else { return nil }
    remove(Int32(truncatingIfNeeded: number & (1 << Self.slotBits - 1)))
    return order
  }

  mutating func remove(_ slot: Int32) {
    let order = slots[Int(slot)]
    record.add(.removed(slot, order))
    if order.previous >= 0 { slots[Int(order.previous)].next = order.next }
    if order.next >= 0 { slots[Int(order.next)].previous = order.previous }
    slots[Int(slot)].number = 0
    freeSlots.append(slot)
    if order.side == .bid { bids.leave(order) } else { asks.leave(order) }
  }

  /// Takes off the book whatever has expired at `now`.
  package mutating func expire(at now: Timestamp) -> [Order] {
    var gone: [Order] = []
    while let number = expiries.popDue(at: now.nanoseconds) {
      if let order = cancel(number) { gone.append(order) }
    }
    if expiries.count > 2 * count + 64 {
      expiries.rebuild(
        slots.lazy.filter { $0.number != 0 && $0.expiry != .max }.map { ($0.expiry, $0.number) })
    }
    return gone
  }

  // MARK: Taking

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
    while left > 0, fills.count < most, crosses(side, limit.count),
      let slot = bestOrder(against: side)
    {
      let isSelf = rules.owner.accountIndex != nil && slots[Int(slot)].owner == rules.owner
      guard isSelf, rules.selfTrade != .decrementTake else {
        fills.append(meet(slot, atMost: left, isSelf: isSelf))
        left -= fills[fills.count - 1].size
        continue
      }
      guard rules.selfTrade == .cancelProvide else {
        throw WouldSelfTrade(order: slots[Int(slot)].number)
      }
      fills.append(meet(slot, atMost: 0, isSelf: true))
      remove(slot)
    }
  }

  private func bestOrder(against side: Side) -> Int32? {
    switch side {
    case .bid: asks.bestLevel.map { asks.head($0) }
    case .ask: bids.bestLevel.map { bids.head($0) }
    }
  }

  private mutating func meet(_ slot: Int32, atMost left: Int64, isSelf: Bool) -> Fill {
    let maker = slots[Int(slot)]
    let traded = min(left, maker.size)
    if traded == maker.size {
      remove(slot)
    } else {
      record.add(.shrunk(slot, traded))
      shrink(slot, by: traded)
    }
    return Fill(
      maker: maker.number, makerOwner: maker.owner, price: maker.price, size: traded,
      left: maker.size - traded, isSelf: isSelf)
  }

  /// Takes `size` off an order in its place; a negative size gives it back.
  mutating func shrink(_ slot: Int32, by size: Int64) {
    slots[Int(slot)].size -= size
    let order = slots[Int(slot)]
    if order.side == .bid { bids.shrink(order, by: size) } else { asks.shrink(order, by: size) }
  }
}
