package import PluginAPI

/// Figures about the state of the market, for screens and metrics.
package struct MarketIndices: Sendable, Hashable, Codable {
  /// (bid depth − ask depth) / (bid depth + ask depth) in base lots, −1 to 1; 0 for an empty book.
  package var imbalance: Double
  /// The share of synthetic volume in the newest trades, 0 to 1.
  package var syntheticShare: Double
  /// Synthetic trades for each genuine one among the newest trades; all of them when none is genuine.
  package var noiseRatio: Double
  /// Trades a minute over the newest trades; 0 with fewer than two.
  package var tradesPerMinute: Double
  /// How the token moves with SOL; `nil` with too few samples.
  package var haven: Correlation?

  /// Expects the newest trade first. O(levels + trades).
  package init(
    bids: [BookLevel], asks: [BookLevel], trades: [Trade], haven: Correlation? = nil
  ) {
    imbalance = Self.imbalance(bids: bids, asks: asks)
    syntheticShare = Self.syntheticShare(trades)
    noiseRatio = Self.noiseRatio(trades)
    tradesPerMinute = Self.tradesPerMinute(trades)
    self.haven = haven
  }

  /// The average time between trades; `nil` with fewer than two.
  package var cadenceSeconds: Double? { tradesPerMinute > 0 ? 60 / tradesPerMinute : nil }

  private static func imbalance(bids: [BookLevel], asks: [BookLevel]) -> Double {
    let bid = depth(bids)
    let ask = depth(asks)
    return bid + ask == 0 ? 0 : (bid - ask) / (bid + ask)
  }

  private static func depth(_ levels: [BookLevel]) -> Double {
    levels.reduce(0) { $0 + Double($1.size.count) }
  }

  private static func syntheticShare(_ trades: [Trade]) -> Double {
    let all = trades.reduce(0) { $0 + Double($1.size.count) }
    let synthetic = trades.lazy.filter(\.isSynthetic).reduce(0) { $0 + Double($1.size.count) }
    return all == 0 ? 0 : synthetic / all
  }

  private static func noiseRatio(_ trades: [Trade]) -> Double {
    let noise = trades.count { $0.isSynthetic }
    return Double(noise) / Double(max(1, trades.count - noise))
  }

  private static func tradesPerMinute(_ trades: [Trade]) -> Double {
    guard let newest = trades.first, let oldest = trades.last, newest.time > oldest.time else {
      return 0
    }
    let seconds = Double(newest.time.nanoseconds - oldest.time.nanoseconds) / 1e9
    return Double(trades.count - 1) * 60 / seconds
  }
}
