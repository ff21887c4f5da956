package import PluginAPI

/// The trades of one minute.
package struct Bar: Sendable, Hashable, Codable {
  /// The first moment of the minute.
  package var start: Timestamp
  package var open: PriceLots
  package var high: PriceLots
  package var low: PriceLots
  package var close: PriceLots
  package var volume: BaseLots
  package var trades: Int
  /// The price of SOL at the last trade, if it was known.
  package var sol: USD?

  package init(start: Timestamp, opening price: PriceLots) {
    self.start = start
    open = price
    high = price
    low = price
    close = price
    volume = .zero
    trades = 0
  }

  mutating func add(_ trade: Trade, sol: USD?) {
    high = max(high, trade.price)
    low = min(low, trade.price)
    close = trade.price
    volume = BaseLots(volume.count.addingReportingOverflow(trade.size.count).partialValue)
    trades += 1
    self.sol = sol
  }
}

/// One-minute bars of all genuine trades. Minutes without a trade have no bar.
package struct Bars: Sendable, Equatable, Codable {
  /// Closed bars that are kept: a day and the bar before it.
  package static let capacity = 1_441
  private static let minute: Int64 = 60_000_000_000

  private var closed: RecentItems<Bar>
  /// The minute that is still going on.
  package private(set) var current: Bar?

  /// Keeps the newest `capacity` closed bars.
  package init(capacity: Int = capacity) { closed = RecentItems(capacity: capacity) }

  /// Goes on where stored bars end, oldest first.
  package init(capacity: Int = capacity, closed bars: [Bar], current: Bar?) {
    self.init(capacity: capacity)
    for bar in bars { closed.add(bar) }
    self.current = current
  }

  /// Counts a trade and returns the bar that it closed, if any.
  ///
  /// Synthetic trades do not count; a trade older than the current minute goes into that minute.
  @discardableResult package mutating func add(_ trade: Trade, sol: USD? = nil) -> Bar? {
    guard !trade.isSynthetic else { return nil }
    let start = Timestamp(
      nanoseconds: trade.time.nanoseconds - trade.time.nanoseconds % Self.minute)
    var done: Bar?
    if let bar = current, start > bar.start {
      closed.add(bar)
      done = bar
      current = nil
    }
    if current == nil { current = Bar(start: start, opening: trade.price) }
    current?.add(trade, sol: sol)
    return done
  }

  /// The newest closed bars, oldest first.
  package func newest(_ count: Int) -> [Bar] { closed.newest(count) }
}
