import PluginAPI

/// The middle that the two sides of the grid hang on.
struct Anchors: Sendable, Hashable {
  /// BUY levels lie below it: the lower of pivot and price, and not beyond the best ask.
  var bid: PriceLots
  /// SELL levels lie above it: the higher of pivot and price, and not beyond the best bid.
  var ask: PriceLots

  init(_ market: MarketSnapshot, price: PriceLots) {
    let pivot = market.soundPivot ?? price
    bid = min(pivot, price, market.asks.first?.price ?? price)
    ask = max(pivot, price, market.bids.first?.price ?? price)
  }

  /// The anchor of a side.
  subscript(side: Side) -> PriceLots { side == .bid ? bid : ask }
}

extension MarketSnapshot {
  /// The market's price: the middle of the book, else the last genuine trade, else the pivot.
  var reference: PriceLots? {
    let found =
      mid ?? trades.first { !$0.isSynthetic && $0.price > .zero && $0.size > .zero }?.price
    return found.flatMap { $0 > .zero ? $0 : nil } ?? soundPivot
  }

  /// The pivot, unless it is no price.
  var soundPivot: PriceLots? { pivot.flatMap { $0 > .zero ? $0 : nil } }
}

extension Side {
  /// Ticks from `anchor` outwards to `price`; negative on the other side of the anchor.
  func distance(from anchor: PriceLots, to price: PriceLots) -> Int64 {
    self == .bid ? anchor.count - price.count : price.count - anchor.count
  }

  /// The price that lies `offset` ticks outwards of `anchor`.
  func price(_ offset: Int64, from anchor: PriceLots) -> PriceLots {
    PriceLots(self == .bid ? anchor.count - offset : anchor.count + offset)
  }
}
