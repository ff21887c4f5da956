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

  init(start: Timestamp, first trade: Trade) {
    self.start = start
    open = trade.price
    high = trade.price
    low = trade.price
    close = trade.price
    volume = trade.size
    trades = 1
  }

  mutating func add(_ trade: Trade) {
    high = max(high, trade.price)
    low = min(low, trade.price)
    close = trade.price
    volume = BaseLots(volume.count.addingReportingOverflow(trade.size.count).partialValue)
    trades += 1
  }
}

/// One-minute bars of all genuine trades. Minutes without a trade have no bar.
package struct Bars: Sendable, Equatable, Codable {
  private static let minute: Int64 = 60_000_000_000

  private var closed: RecentItems<Bar>
  /// The minute that is still going on.
  package private(set) var current: Bar?

  /// Keeps the newest `capacity` closed bars.
  package init(capacity: Int = 1440) { closed = RecentItems(capacity: capacity) }

  /// Counts a trade and returns the bar that it closed, if any.
  ///
  /// Synthetic trades do not count; a trade older than the current minute goes into that minute.
  @discardableResult package mutating func add(_ trade: Trade) -> Bar? {
    guard !trade.isSynthetic else { return nil }
    let start = Timestamp(
      nanoseconds: trade.time.nanoseconds - trade.time.nanoseconds % Self.minute)
    guard let bar = current, start > bar.start else {
      if current == nil { current = Bar(start: start, first: trade) } else { current?.add(trade) }
      return nil
    }
    closed.add(bar)
    current = Bar(start: start, first: trade)
    return bar
  }

  /// The newest closed bars, oldest first.
  package func newest(_ count: Int) -> [Bar] { closed.newest(count) }
}
