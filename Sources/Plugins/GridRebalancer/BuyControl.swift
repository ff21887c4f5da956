import PluginAPI

/// How target-control shapes the BUY side.
struct BuyControl: Sendable, Hashable, Codable {
  /// Growth of BUY sizes from level to level.
  var multiplier: Double
  /// The share of the BUY depth that may be quoted.
  var depth: Percent

  /// Makes a control, within what the grid accepts whoever published it.
  init(multiplier: Double, depth: Percent) {
    self.multiplier = multiplier.isFinite ? min(max(multiplier, 0.5), 2) : 1
    self.depth = min(max(depth, 0), .whole)
  }

  /// Whether the depth differs by more than `share` of all, or the multiplier by a hundredth.
  func differs(from other: BuyControl, by share: Percent) -> Bool {
    abs(depth.count - other.depth.count) > share.count
      || abs(multiplier - other.multiplier) >= 0.01
  }

  /// What target-control published on the board, when it is younger than `control_age`; else the
  /// table's own multiplier and full depth.
  static func current(_ settings: GridRebalancer, _ run: Run) async throws -> BuyControl {
    let found = try await run.board.value("target-control", as: BuyControl.self)
    guard let found, run.now - found.published <= settings.controlAge else {
      return BuyControl(multiplier: settings.bidMultiplier, depth: .whole)
    }
    return BuyControl(multiplier: found.value.multiplier, depth: found.value.depth)
  }
}
