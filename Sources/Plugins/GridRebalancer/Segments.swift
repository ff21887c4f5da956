import PluginAPI

/// Deals the levels of a side out to the wallets, in contiguous segments.
struct Segments {
  let wallets: Int
  /// Which turn it is; segments move on by one wallet each turn.
  let turn: Int64

  /// Slices of near equal length; slice `i` is what wallet `i` quotes.
  func deal(_ levels: [GridLevel]) -> [[GridLevel]] {
    guard wallets > 0 else { return [] }
    var hands = [[GridLevel]](repeating: [], count: wallets)
    for segment in 0..<wallets {
      let start = segment * levels.count / wallets
      let end = (segment + 1) * levels.count / wallets
      hands[wallet(of: segment)] = Array(levels[start..<end])
    }
    return hands
  }

  /// The wallet that has `segment` now.
  func wallet(of segment: Int) -> Int {
    Int((Int64(segment) + turn % Int64(wallets)) % Int64(wallets))
  }
}
