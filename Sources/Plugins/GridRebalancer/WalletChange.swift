import PluginAPI

/// What makes one wallet's standing orders into its planned ones.
struct WalletChange: Sendable, Hashable {
  var wallet: WalletID
  /// Orders that stay where they are in the queue.
  var kept = 0
  var cancelled = 0
  /// What to do, in order: consume, cancel, settle, place.
  var intents: [Intent] = []
  /// The places in `intents` that place an order; the last ones.
  var places: Range<Int> = 0..<0
  /// What should stand afterwards: kept orders as they are, and the levels without one.
  var expected: WalletPlan
}

/// How standing orders are compared with planned ones.
struct ChangeRule: Sendable {
  /// Difference in price within which an order is kept.
  var tolerance: Percent
  /// Difference in size within which an order is kept.
  var sizeTolerance: Percent
  /// The moment up to which a kept order must live at least.
  var livesUntil: Timestamp
  /// When new orders expire.
  var expires: Timestamp
  /// Whether nothing is kept.
  var isFull: Bool
  /// The side that is placed first: asks when the market rose, bids when it fell.
  var first: Side
  /// Fills that the market has not processed yet, one's own and others'.
  var pendingEvents: Int

  /// Compares one wallet's orders with its plan. O(orders · log orders + levels).
  ///
  /// The wallet's first account holds bids and its second asks; orders that stand elsewhere go.
  /// Orders that fit are never touched. When the room of an account does not suffice, because fills
  /// wait to be processed, the outermost levels wait too.
  func change(_ wallet: Wallet, to plan: WalletPlan) -> WalletChange {
    let accounts = wallet.accounts
    var change = WalletChange(
      wallet: wallet.id, expected: WalletPlan(wallet: wallet.id, bids: [], asks: []))
    change.intents.reserveCapacity(plan.bids.count + plan.asks.count + 8)
    consume(accounts, &change)
    let bids = match(accounts[0], .bid, plan.bids, beyond: plan.asks.first?.price)
    let asks = match(accounts[1], .ask, plan.asks, beyond: plan.bids.first?.price)
    let (near, far) = first == .bid ? (0, 1) : (1, 0)
    sweep(accounts[near], near == 0 ? bids.doomed : asks.doomed, &change)
    sweep(accounts[far], far == 0 ? bids.doomed : asks.doomed, &change)
    for account in accounts.dropFirst(2) {
      sweep(account, Array(account.orders.indices), &change)
    }
    let start = change.intents.count
    place(near == 0 ? bids : asks, first, in: accounts[near], &change)
    place(far == 0 ? bids : asks, first.opposite, in: accounts[far], &change)
    change.places = start..<change.intents.count
    change.kept = bids.kept.count + asks.kept.count
    change.expected.bids = bids.kept + bids.open
    change.expected.asks = asks.kept + asks.open
    return change
  }

  /// What takes the orders away that lie where no level is, and changes nothing else.
  func withdrawal(_ wallet: Wallet, from plan: WalletPlan) -> WalletChange {
    var rule = self
    rule.isFull = false
    rule.livesUntil = Timestamp(nanoseconds: .min)
    rule.sizeTolerance = .whole
    var change = rule.change(wallet, to: plan)
    change.intents.removeAll {
      if case .cancel = $0 { false } else if case .cancelAll = $0 { false } else { true }
    }
    change.places = 0..<0
    return change
  }

  // MARK: Matching

  private struct Matching {
    /// Orders that stay, as they stand.
    var kept: [GridLevel] = []
    /// Orders that go, by their place in the account.
    var doomed: [Int] = []
    /// Levels without an order, from the innermost outwards.
    var open: [GridLevel] = []
  }

  /// What counts about an order that stands; the contract's own type is dear to copy.
  private struct Stood {
    /// Its place in the account.
    var place: Int
    var level: GridLevel
    /// Whether it may stay at all.
    var mayStay: Bool
  }

  /// Pairs orders with levels, both walked from the innermost outwards, so that as many orders stay
  /// as can. No order stays that a new order of the other side, the best at `other`, would meet.
  private func match(
    _ account: OpenOrdersAccount, _ side: Side, _ levels: [GridLevel], beyond other: PriceLots?
  ) -> Matching {
    var matching = Matching()
    matching.kept.reserveCapacity(levels.count)
    matching.open.reserveCapacity(levels.count)
    var next = 0
    for order in outwards(account.orders, side, beyond: other) {
      while next < levels.count, isInside(levels[next], of: order.level, side) {
        matching.open.append(levels[next])
        next += 1
      }
      if next < levels.count, order.mayStay, fits(order.level, levels[next]) {
        matching.kept.append(order.level)
        next += 1
      } else {
        matching.doomed.append(order.place)
      }
    }
    matching.open += levels[next...]
    return matching
  }

  private func outwards(_ orders: [OpenOrder], _ side: Side, beyond other: PriceLots?) -> [Stood] {
    var stood: [Stood] = []
    stood.reserveCapacity(orders.count)
    for place in orders.indices {
      let order = orders[place]
      let level = GridLevel(price: order.price, size: order.size)
      let isBeyond = other.map { side.distance(from: $0, to: level.price) > 0 } ?? true
      let lives = order.expires.map { $0.nanoseconds > livesUntil.nanoseconds } ?? false
      stood.append(
        Stood(
          place: place, level: level,
          mayStay: !isFull && isBeyond && lives && order.side == side))
    }
    stood.sort { side.distance(from: $0.level.price, to: $1.level.price) > 0 }
    return stood
  }

  /// Whether a level lies nearer to the anchor than any order that could stay for it.
  private func isInside(_ level: GridLevel, of order: GridLevel, _ side: Side) -> Bool {
    side.distance(from: level.price, to: order.price) > allowed(level.price.count, tolerance)
  }

  private func fits(_ order: GridLevel, _ level: GridLevel) -> Bool {
    let distance = abs(order.price.count - level.price.count)
    let difference = abs(order.size.count - level.size.count)
    return (distance == 0 || distance <= allowed(level.price.count, tolerance))
      && (difference == 0 || difference <= allowed(level.size.count, sizeTolerance))
  }

  private func allowed(_ whole: Int64, _ share: Percent) -> Int64 {
    Int64(Int128(whole) * Int128(share.count) / Self.whole)
  }

  private static let whole = Int128(Percent.whole.count)

  // MARK: Intents

  /// Processes fills that hold places of this wallet's accounts.
  private func consume(_ accounts: [OpenOrdersAccount], _ change: inout WalletChange) {
    guard accounts.contains(where: { $0.pendingSlots > 0 }) else { return }
    let calls = (max(1, pendingEvents) + Self.eventsPerCall - 1) / Self.eventsPerCall
    change.intents += [Intent](repeating: .consumeEvents, count: min(calls, Self.mostCalls))
  }

  /// Fills that one call processes (OpenBook V2 program).
  private static let eventsPerCall = 8
  private static let mostCalls = 4

  private func sweep(_ account: OpenOrdersAccount, _ doomed: [Int], _ change: inout WalletChange) {
    let orders = account.orders
    change.cancelled += doomed.count
    if doomed.count > 1, doomed.count == orders.count {
      change.intents.append(.cancelAll(account: account.id))
    } else {
      for place in doomed {
        change.intents.append(.cancel(account: account.id, order: orders[place].id))
      }
    }
    let hasProceeds = account.freeSOL > .zero || account.freeToken > .zero
    if !doomed.isEmpty || hasProceeds || account.pendingSlots > 0 {
      change.intents.append(.settle(account: account.id))
    }
  }

  private func place(
    _ matching: Matching, _ side: Side, in account: OpenOrdersAccount, _ change: inout WalletChange
  ) {
    let room = OpenOrdersAccount.capacity - account.pendingSlots - matching.kept.count
    for level in matching.open.prefix(max(0, room)) {
      let order = NewOrder(side: side, price: level.price, size: level.size, expires: expires)
      change.intents.append(.place(account: account.id, order))
    }
  }
}
