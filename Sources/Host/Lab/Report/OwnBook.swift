import Bundles
import PluginAPI

/// One's own side of a book.
struct OwnBook: Sendable {
  /// Prices of own orders, the lowest first.
  private(set) var bids: [PriceLots] = []
  private(set) var asks: [PriceLots] = []
  /// Lamports that own bids would spend and own asks would bring.
  private(set) var bidValue: Int64 = 0
  private(set) var askValue: Int64 = 0
  /// Hundredths of a percent between own best bid and own best ask.
  private(set) var spread: Double?
  /// The same of everybody else.
  private(set) var outsideSpread: Double?

  init(_ state: VenueState) {
    for order in state.swarm.wallets.lazy.flatMap(\.accounts).flatMap(\.orders) {
      let value = (try? state.lots.cost(of: order.size, at: order.price).count) ?? 0
      switch order.side {
      case .bid:
        bids.append(order.price)
        bidValue += value
      case .ask:
        asks.append(order.price)
        askValue += value
      }
    }
    bids.sort()
    asks.sort()
    spread = Self.spread(bids.last, asks.first)
    outsideSpread = Self.spread(Self.outside(state.bids), Self.outside(state.asks))
  }

  private static func outside(_ levels: [BookLevel]) -> PriceLots? {
    levels.first { $0.size > $0.own }?.price
  }

  private static func spread(_ bid: PriceLots?, _ ask: PriceLots?) -> Double? {
    guard let bid, let ask, bid.count + ask.count > 0 else { return nil }
    return Double(ask.count - bid.count) * 2e4 / Double(ask.count + bid.count)
  }
}
