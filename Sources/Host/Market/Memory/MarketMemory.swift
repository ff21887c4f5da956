package import PluginAPI

/// What the market has learned from trades: a pure machine, fed trade by trade.
package struct MarketMemory: Sendable, Equatable {
  /// Trades that are remembered in order not to count one twice.
  package static let identities = 16_384

  package private(set) var pivot: Pivot
  package private(set) var bars: Bars
  package private(set) var channel: InertialChannel
  package private(set) var returns: ReturnWindow
  /// The newest trades, synthetic ones included.
  package private(set) var recent: RecentItems<Trade>
  /// The price of the newest genuine trade.
  package private(set) var price: PriceLots?
  /// The market's units, once a book was read.
  package private(set) var lots: MarketLots?
  /// When the units became what they are; older trades and bars are in others. `nil` for always.
  package private(set) var unitsSince: Timestamp?
  /// What the pivot began with when the units became others while the market was followed.
  package private(set) var seed: PivotSettings?
  private var seen = RecentSet<TradeID>(capacity: identities)

  /// Makes a memory; snapshots show `tradesKept` trades.
  package init(
    pivot: Pivot, bars: Bars = Bars(), channel: InertialChannel = InertialChannel(),
    tradesKept: Int = 100
  ) {
    self.pivot = pivot
    self.bars = bars
    self.channel = channel
    returns = ReturnWindow(bars: bars.newest(.max))
    recent = RecentItems(capacity: tradesKept)
  }

  /// Takes over trades that the parts know already, oldest first; for a restart.
  package mutating func recall(_ trades: some Sequence<Trade>, _ state: MarketState) {
    (price, lots) = (state.price, state.lots)
    (unitsSince, seed) = (state.unitsSince, state.seed)
    for trade in trades where seen.insert(trade.id) { recent.add(trade) }
  }

  /// What a trade did.
  package enum Effect: Sendable, Equatable {
    /// It was known.
    case known
    /// It counts, and closed a bar, if any.
    case new(closed: Bar?)
  }

  /// Counts a trade, once.
  package mutating func add(_ trade: Trade) -> Effect {
    guard seen.insert(trade.id) else { return .known }
    pass(to: trade.time)
    pivot.add(trade)
    recent.add(trade)
    guard !trade.isSynthetic else { return .new(closed: nil) }
    price = trade.price
    let closed = bars.add(trade, sol: pivot.newestSOL)
    if let closed { returns.add(closed) }
    return .new(closed: closed)
  }

  /// Takes over the market's units. When they are others than before, as they are after a market
  /// was replaced, everything begins anew but the pivot, which goes on as the seed.
  ///
  /// - Parameters:
  ///   - lots: The units.
  ///   - time: When they were read.
  ///   - last: When the units were still the old ones.
  /// - Returns: Whether everything begins anew.
  @discardableResult package mutating func note(
    _ lots: MarketLots, at time: Timestamp, since last: Timestamp? = nil
  ) -> Bool {
    guard let old = self.lots, old != lots else {
      self.lots = lots
      return false
    }
    let price = pivot.price(at: time) ?? pivot.settings.seedPrice
    let settings = pivot.settings.converted(from: old, to: lots, price: price)
    var fresh = MarketMemory(
      pivot: Pivot(settings, start: time), channel: InertialChannel(channel.settings),
      tradesKept: recent.capacity)
    (fresh.seen, fresh.lots, fresh.seed) = (seen, lots, settings)
    fresh.unitsSince = last.map { $0 + .nanoseconds(1) } ?? time
    if let sol = pivot.newestSOL { fresh.note(sol: sol) }
    self = fresh
    return true
  }

  /// Takes over the price of SOL.
  package mutating func note(sol: USD) { pivot.setSOL(sol) }

  /// Takes over what an outside venue reports of its last 24 hours.
  package mutating func note(outside: Pivot.OutsideDay?) { pivot.setOutsideDay(outside) }

  /// Lets time pass: the channel moves with each minute.
  package mutating func pass(to time: Timestamp) {
    guard channel.isDue(at: time) else { return }
    var pivot = pivot
    channel.advance(to: time, market: price) { pivot.price(at: $0) }
    self.pivot = pivot
  }

  /// The pivot at `time`.
  package mutating func pivotPrice(at time: Timestamp) -> PriceLots? { pivot.price(at: time) }
}
