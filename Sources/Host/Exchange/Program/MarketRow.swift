import PluginAPI

/// A market with its book.
struct MarketRow: Sendable {
  /// Leaves that one side of a book has room for (1,024 nodes of a tree).
  static let bookCapacity = 512

  /// Counts the markets of the exchange from 1.
  let number: Int
  let name: String
  let lots: MarketLots
  /// In millionths of the quote amount; negative for a rebate.
  let makerFee: Int64
  let takerFee: Int64
  var engine = MatchingEngine()

  /// Lamports for `size` lots at `price`. Whoever offers such an order was asked before whether it
  /// fits.
  func value(_ size: Int64, _ price: Int64) -> Int64 { size * price * lots.quoteLot.count }

  func atoms(_ size: Int64) -> Int64 { size * lots.baseLot.count }

  /// What a standing bid locks for its own fee, on top of its value.
  func lockedFee(_ side: Side, _ size: Int64, _ price: Int64) -> Int64 {
    makerFee > 0 && side == .bid ? Self.fee(value(size, price), makerFee) : 0
  }

  /// What an order has locked.
  func held(_ order: MatchingEngine.Order) -> (sol: Int64, token: Int64) {
    switch order.side {
    case .bid:
      (value(order.size, order.price) + lockedFee(.bid, order.size, order.price), 0)
    case .ask: (0, atoms(order.size))
    }
  }

  /// A share in millionths, rounded up.
  static func fee(_ quote: Int64, _ ppm: Int64) -> Int64 {
    Int64((Int128(quote) * Int128(ppm) + 999_999) / 1_000_000)
  }

  /// What a maker gets of the taker's fee, rounded down.
  func rebate(_ quote: Int64) -> Int64 {
    makerFee < 0 ? Int64(Int128(quote) * Int128(-makerFee) / 1_000_000) : 0
  }
}
