import PluginAPI

/// One price of the grid and what shall stand there.
struct GridLevel: Sendable, Hashable {
  var price: PriceLots
  var size: BaseLots
}

/// One side of the grid as it should be, whoever quotes it.
struct SidePlan: Sendable, Hashable {
  var side: Side
  /// The levels from the innermost outwards.
  var levels: [GridLevel]
  /// Why there are fewer levels than the table asks for, if so.
  var shortage: Shortage?
  /// The smallest order that is placed.
  var minimum: BaseLots
}

/// What one side is to look like.
struct SideShape: Sendable, Hashable {
  var side: Side
  var anchor: PriceLots
  /// The end of the zone, where the outermost level lies.
  var edge: PriceLots
  var levels: Int
  var gamma: Double
  var depth: Lamports
  var multiplier: Double
  /// The least that an order must be worth.
  var minimumOrder: Lamports
}

extension SidePlan {
  /// Plans one side.
  ///
  /// The depth is turned into lots at the anchor's price, so that the sizes sum exactly to it. There
  /// are fewer levels than asked for when the zone has fewer ticks or when a level would be smaller
  /// than the smallest order.
  init(_ shape: SideShape, book: [BookLevel], improvement: QueueImprovement) {
    let lots = improvement.lots
    let zone = Self.zone(shape)
    let depth = lots.size(for: shape.depth, at: shape.anchor)
    side = shape.side
    minimum = max(lots.minimumSize, BaseLots(1), Self.lots(worth: shape.minimumOrder, shape, lots))
    let weights = LevelWeights.most(
      limit: Int(min(Int64(shape.levels), zone)), depth: depth, multiplier: shape.multiplier,
      minimum: minimum)
    let count = weights.count
    var offsets = LevelPrices.offsets(zone: zone, levels: count, gamma: shape.gamma)
    improvement.improve(&offsets, side: side, anchor: shape.anchor, book: book)
    levels = zip(offsets, weights.sizes(of: depth)).map { offset, size in
      GridLevel(price: shape.side.price(offset, from: shape.anchor), size: size)
    }
    guard shape.levels > count, shape.depth > .zero else { return }
    shortage =
      Int64(count) == zone
      ? .ticks(side, zone, of: shape.levels) : .sizes(side, count, of: shape.levels, minimum)
  }

  /// The zone in ticks: at least one, and on the BUY side never down to a price of zero.
  private static func zone(_ shape: SideShape) -> Int64 {
    let anchor = shape.anchor.count
    let limit = shape.side == .bid ? anchor - 1 : Int64.max - anchor
    return max(0, min(max(1, shape.side.distance(from: shape.anchor, to: shape.edge)), limit))
  }

  /// The lots that are worth `value` wherever in the zone they stand, rounded up.
  private static func lots(worth value: Lamports, _ shape: SideShape, _ lots: MarketLots)
    -> BaseLots
  {
    let lowest = min(shape.anchor, shape.edge)
    let size = lots.size(for: value, at: lowest)
    guard let exact = try? lots.cost(of: size, at: lowest), exact < value else { return size }
    return BaseLots(size.count + 1)
  }
}
