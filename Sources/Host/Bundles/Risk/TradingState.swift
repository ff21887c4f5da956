/// What may be submitted at all. Cancels pass in every state.
package enum TradingMode: String, Sendable, Hashable, Codable, CaseIterable {
  /// Everything.
  case active = "ACTIVE"
  /// Cancels, and what takes money off the market: settling and closing.
  case reducing = "REDUCING"
  /// Cancels only.
  case halted = "HALTED"
}

/// The trading mode and why it is so.
package struct TradingState: Sendable, Hashable, Codable {
  package var mode: TradingMode
  package var reason: String

  package init(_ mode: TradingMode, reason: String) {
    self.mode = mode
    self.reason = reason
  }

  /// How every host begins.
  static let unreconciled = TradingState(.halted, reason: "not reconciled yet")

  package static let active = TradingState(.active, reason: "started")
}
