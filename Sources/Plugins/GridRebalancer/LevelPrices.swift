import PluginAPI

/// Where the levels of one side lie, as ticks between the anchor and each level.
enum LevelPrices {
  /// Distances `Step * n^gamma` for n = 1…levels, strictly growing, the last one equal to `zone`.
  ///
  /// `levels` must not exceed `zone`, or two levels would share a tick.
  static func offsets(zone: Int64, levels: Int, gamma: Double) -> [Int64] {
    guard levels > 0, zone >= Int64(levels) else { return [] }
    let step = Double(zone) / power(Double(levels), gamma)
    var last: Int64 = 0
    return (1...levels).map { n in
      let wanted = Int64((step * power(Double(n), gamma)).rounded())
      let room = zone - Int64(levels - n)
      last = min(max(wanted, last + 1), room)
      return last
    }
  }

  /// `base` to the power of `exponent`, both positive; the same bits on every machine.
  ///
  /// Only multiplications and square roots, which are exactly rounded everywhere.
  static func power(_ base: Double, _ exponent: Double) -> Double {
    var result = 1.0
    for _ in 0..<Int(exponent) { result *= base }
    var fraction = exponent - exponent.rounded(.down)
    var root = base
    while fraction > 0 {
      root.formSquareRoot()
      fraction *= 2
      if fraction >= 1 {
        result *= root
        fraction -= 1
      }
    }
    return result
  }
}

/// The middle that the two sides of the grid hang on.
struct Anchors: Sendable, Hashable {
  /// BUY levels lie below it: the lower of pivot and price, and not beyond the best ask.
  var bid: PriceLots
  /// SELL levels lie above it: the higher of pivot and price, and not beyond the best bid.
  var ask: PriceLots

  init(_ market: MarketSnapshot, price: PriceLots) {
    let pivot = market.pivot ?? price
    bid = min(pivot, price, market.asks.first?.price ?? price)
    ask = max(pivot, price, market.bids.first?.price ?? price)
  }
}

extension MarketSnapshot {
  /// The market's price: the middle of the book, else the last genuine trade, else the pivot.
  var reference: PriceLots? {
    mid ?? trades.first { !$0.isSynthetic }?.price ?? pivot
  }
}
