import PluginAPI

/// The outer edge of one side's zone. It follows the side's anchor with inertia.
///
/// The edge is kept in parts of a tick, so that many short steps go as far as one long one.
struct ZoneEdge: Sendable, Hashable, Codable {
  private static let parts: Int128 = 1 << 16

  private var fine: Int64

  /// The edge on a tick, rounded down.
  var price: PriceLots { PriceLots(fine >> 16) }

  /// The edge that the zone would have if it had always stood where it stands now.
  init(_ side: Side, anchor: PriceLots, width: Percent) {
    fine = Self.at(side, anchor, Int128(width.count))
  }

  /// The edge after `elapsed`: on its way from `last` to where the anchor wants it, half of the way
  /// when `inertia` has passed.
  ///
  /// Never nearer to the anchor than half of `width` and never farther than twice, so that a zone
  /// survives a market that leaves it at once.
  init(
    _ side: Side, anchor: PriceLots, width: Percent, last: ZoneEdge?, elapsed: Duration,
    inertia: Duration
  ) {
    self.init(side, anchor: anchor, width: width)
    guard let last, inertia > .zero else { return }
    let (past, pause) = (Int128(max(0, elapsed.wholeNanoseconds)), Int128(inertia.wholeNanoseconds))
    let moved = Int64(clamping: (Int128(last.fine) * pause + Int128(fine) * past) / (pause + past))
    let near = Self.at(side, anchor, Int128(width.count) / 2)
    let far = Self.at(side, anchor, Int128(width.count) * 2)
    fine = min(max(moved, min(near, far)), max(near, far))
  }

  /// The price `width` outwards of `anchor`, never below one tick.
  private static func at(_ side: Side, _ anchor: PriceLots, _ width: Int128) -> Int64 {
    let whole = Int128(Percent.whole.count)
    let share = side == .bid ? whole - width : whole + width
    return Int64(clamping: max(Int128(anchor.count) * share * parts / whole, parts))
  }
}

/// The zones of both sides.
struct Zones: Sendable, Hashable, Codable {
  var lower: ZoneEdge
  var upper: ZoneEdge

  init(_ settings: GridRebalancer, _ anchors: Anchors, last: GridState?, now: Timestamp) {
    func edge(_ side: Side, _ width: Percent, _ last: ZoneEdge?, _ time: Timestamp?) -> ZoneEdge {
      ZoneEdge(
        side, anchor: anchors[side], width: width, last: last,
        elapsed: time.map { now - $0 } ?? .zero, inertia: settings.inertia)
    }
    lower = edge(.bid, settings.buyWidth, last?.zones.lower, last?.rebuilt)
    upper = edge(.ask, settings.sellWidth, last?.zones.upper, last?.rebuilt)
  }

  /// The edge of a side.
  subscript(side: Side) -> PriceLots { side == .bid ? lower.price : upper.price }
}
