package import PluginAPI

/// One minute of trading.
package struct BarRecord: Sendable, Hashable {
  /// When the minute began.
  package var start: Timestamp
  /// The first price.
  package var open: PriceLots
  /// The highest price.
  package var high: PriceLots
  /// The lowest price.
  package var low: PriceLots
  /// The last price.
  package var close: PriceLots
  /// What was traded.
  package var volume: BaseLots
  /// How many trades there were.
  package var trades = 0
  /// The price of SOL at the last trade, if it was known.
  package var sol: USD?

  package init(start: Timestamp, opening price: PriceLots, volume: BaseLots) {
    self.start = start
    open = price
    high = price
    low = price
    close = price
    self.volume = volume
  }
}
