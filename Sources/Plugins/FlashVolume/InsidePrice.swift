import PluginAPI

/// A price between best bid and best ask, so that nobody else is traded with.
enum InsidePrice: Sendable, Hashable {
  /// The last trade's price when it lies inside the spread, else the nearest one that does.
  case at(PriceLots)
  /// There is none, and why.
  case none(String)

  init(_ market: MarketSnapshot) {
    guard let bid = market.bids.first?.price, let ask = market.asks.first?.price else {
      self = .none("a side of the book is empty")
      return
    }
    guard ask.count - bid.count >= 2, let mid = market.mid else {
      self = .none("no room inside the spread: \(bid) to \(ask)")
      return
    }
    let last = market.trades.first?.price ?? mid
    self = .at(min(max(last, PriceLots(bid.count + 1)), PriceLots(ask.count - 1)))
  }
}
