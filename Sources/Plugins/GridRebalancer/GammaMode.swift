import PluginAPI

/// Where the exponent of the distance comes from.
enum GammaMode: String, ParameterValue, CaseIterable {
  /// It is what the table says.
  case fixed
  /// It shrinks when the market moves more than usual, so that levels lie farther out.
  case volatility
}

extension GridRebalancer {
  /// The exponent at a daily `volatility`, a fraction: `gamma · usual / volatility`, within its
  /// bounds and rounded to a sixteenth, so that small changes of volatility move no level.
  ///
  /// It is `gamma` itself when it is fixed or when the volatility is not known.
  func gamma(at volatility: Double?) -> Double {
    guard gammaMode == .volatility, let volatility, volatility.isFinite, volatility >= 0 else {
      return gamma
    }
    let wanted = gamma * usualVolatility.fraction / max(volatility, 1e-9)
    return (min(max(wanted, gammaMinimum), gammaMaximum) * 16).rounded() / 16
  }
}
