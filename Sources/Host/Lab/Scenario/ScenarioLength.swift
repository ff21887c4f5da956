package import Exchange

extension ExchangeScenario {
  /// How long a run takes when nobody says; `nil` for as long as its file.
  package var usualLength: Duration? {
    switch name {
    case "replay": nil
    case "flat", "thin_liquidity": .seconds(86_400)
    default: .seconds(6 * 3_600)
    }
  }
}
