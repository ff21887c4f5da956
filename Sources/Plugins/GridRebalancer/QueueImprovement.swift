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
  ///   - offsets: Ticks between anchor and levels, growing; they stay strictly growing.
  ///   - side: The side of the levels.
  ///   - anchor: Where the offsets start.
  ///   - book: The same side of the book, best first.
  func improve(_ offsets: inout [Int64], side: Side, anchor: PriceLots, book: [BookLevel]) {
    guard ticks > 0 else { return }
    var (seen, index) = (0, 0)
    for level in book where level.size > level.own {
      let distance = side.distance(from: anchor, to: level.price)
      while index < offsets.count, offsets[index] < distance { index += 1 }
      guard index < offsets.count, seen < Self.scanned else { return }
      seen += 1
      let inner = index == 0 ? 0 : offsets[index - 1]
      if distance - ticks > inner, isLarge(level) { offsets[index] = distance - ticks }
    }
  }

  private func isLarge(_ level: BookLevel) -> Bool {
    let outside = BaseLots(level.size.count - level.own.count)
    guard let value = try? lots.cost(of: outside, at: level.price) else { return true }
    return value.count > threshold.count
  }
}
