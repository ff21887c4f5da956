import PluginAPI

/// Whether wallets keep their segments of the grid.
enum Rotation: String, ParameterValue, CaseIterable {
  /// A segment stays with its wallet: no fees for moving it, and queue positions last.
  case fixed
  /// Segments move on by one wallet each tick.
  case tick
}

extension GridRebalancer {
  /// The number of the turn at `now`: `⌊now / tick⌋`; always 0 when wallets keep their segments.
  func turn(_ now: Timestamp) -> Int64 {
    rotation == .fixed ? 0 : now.nanoseconds / max(1, tick.wholeNanoseconds)
  }
}

extension Duration {
  /// Whole nanoseconds, saturating.
  var wholeNanoseconds: Int64 {
    let whole = Int128(components.seconds) * 1_000_000_000
    return Int64(clamping: whole + Int128(components.attoseconds / 1_000_000_000))
  }
}
