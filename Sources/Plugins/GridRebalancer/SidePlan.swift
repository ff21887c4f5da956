import PluginAPI

/// One price of the grid and what shall stand there.
struct GridLevel: Sendable, Hashable {
  var price: PriceLots
  var size: BaseLots
}

/// One side of the grid as it should be, whoever quotes it.
struct SidePlan: Sendable, Hashable {
  var side: Side
  /// The end of the zone.
  var edge: PriceLots
  /// The levels from the innermost outwards.
  var levels: [GridLevel]
}

/// What one side is to look like.
struct SideShape: Sendable, Hashable {
  var side: Side
  var anchor: PriceLots
  var width: Percent
  var levels: Int
  var gamma: Double
  var depth: Lamports
  var multiplier: Double
}

extension SidePlan {
  /// Plans one side.
  ///
  /// The depth is turned into lots at the anchor's price, so that the sizes sum exactly to it. There
  /// are fewer levels than asked for when the zone has fewer ticks or when a level would be smaller
  /// than the market's minimum.
  ///
  /// - Throws: `ArithmeticOverflow` when a price does not fit.
  init(_ shape: SideShape, book: [BookLevel], improvement: QueueImprovement)
    throws(ArithmeticOverflow)
  {
    let lots = improvement.lots
    let zone = Self.zone(try shape.width.of(shape.anchor), shape)
    let depth = lots.size(for: shape.depth, at: shape.anchor)
    let count = LevelSizes.count(
      limit: Int(min(Int64(shape.levels), zone)), depth: depth, multiplier: shape.multiplier,
      minimum: lots.minimumSize)
    let sizes = LevelSizes.geometric(depth: depth, count: count, multiplier: shape.multiplier)
    let offsets = improvement.improved(
      LevelPrices.offsets(zone: zone, levels: count, gamma: shape.gamma), side: shape.side,
      anchor: shape.anchor, book: book)
    side = shape.side
    edge = shape.side.price(zone, from: shape.anchor)
    levels = zip(offsets, sizes).map { offset, size in
      GridLevel(price: shape.side.price(offset, from: shape.anchor), size: size)
    }
  }

  /// The zone in ticks: at least one, and on the BUY side never down to a price of zero.
  private static func zone(_ width: PriceLots, _ shape: SideShape) -> Int64 {
    let anchor = shape.anchor.count
    let limit = shape.side == .bid ? anchor - 1 : Int64.max - anchor
    return max(0, min(max(1, width.count), limit))
  }
}
