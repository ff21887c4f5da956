import PluginAPI

/// How the sides of the taking orders follow each other.
enum NoiseMode: String, Sendable, CaseIterable, ParameterValue {
  /// Buy, sell, buy, sell.
  case alternatedMarketCross = "alternated_market_cross"
  /// Drawn for each trade.
  case randomMarketCross = "random_market_cross"

  /// The side of the next taking order; `nil` to draw it. What did not land does not count.
  func side(after last: NoiseTrade?) -> Side? {
    guard self == .alternatedMarketCross else { return nil }
    guard let last else { return .bid }
    return last.hasLanded ? last.side.opposite : last.side
  }
}

/// What a slot submits, stored before: a further attempt of the slot submits the very same, and the
/// next slot takes the other side.
struct NoiseTrade: Sendable, Hashable, Codable {
  /// How long the maker's order may stand if nobody takes it.
  static let life: Duration = .seconds(60)
  private static let key = "trade"

  /// The slot's time.
  var planned: Timestamp
  var trade: SyntheticTrade
  var bundle: Bundle
  /// Why the slot came.
  var reason: Cause
  var hasLanded = false

  /// The side of the order that takes.
  var side: Side { trade.side.opposite }

  static func load(_ run: Run) async throws -> NoiseTrade? { try await run.state.value(key) }

  func store(_ run: Run) async throws { try await run.state.set(Self.key, to: self) }
}
