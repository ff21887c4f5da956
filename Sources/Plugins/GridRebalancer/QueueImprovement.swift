import PluginAPI

/// Moves levels a tick or two in front of large orders of others.
struct QueueImprovement {
  /// How many levels of the book are looked at, one's own orders left out.
  static let scanned = 20

  /// How far in front of a large order a level goes.
  let ticks: Int64
  /// The value above which an order is large.
  let threshold: Lamports
  let lots: MarketLots

  /// Moves, for each large order, the nearest level behind it to just before it.
  ///
  /// A level never reaches the anchor, which lies neither beyond the pivot nor beyond the middle of
  /// the spread, nor the level in front of it.
  ///
  /// - Parameters:
  ///   - offsets: Ticks between anchor and levels, growing.
  ///   - side: The side of the levels.
  ///   - anchor: Where the offsets start.
  ///   - book: The same side of the book, best first.
  /// - Returns: The offsets, still strictly growing.
  func improved(_ offsets: [Int64], side: Side, anchor: PriceLots, book: [BookLevel]) -> [Int64] {
    guard ticks > 0 else { return offsets }
    var offsets = offsets
    for wall in walls(book) {
      let distance = side.distance(from: anchor, to: wall)
      let target = distance - ticks
      guard let index = offsets.firstIndex(where: { $0 >= distance }) else { break }
      let inner = index == 0 ? 0 : offsets[index - 1]
      if target > inner { offsets[index] = target }
    }
    return offsets
  }

  private func walls(_ book: [BookLevel]) -> [PriceLots] {
    book.lazy.filter { $0.size > $0.own }.prefix(Self.scanned).filter(isLarge).map(\.price)
  }

  private func isLarge(_ level: BookLevel) -> Bool {
    let outside = BaseLots(level.size.count - level.own.count)
    guard let value = try? lots.cost(of: outside, at: level.price) else { return true }
    return value > threshold
  }
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
