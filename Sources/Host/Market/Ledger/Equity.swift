package import PluginAPI

/// What all is worth, in lamports, and where it came from.
///
/// Positions are valued at the middle of the book, or at the pivot while a side of it is empty.
package struct EquityReport: Sendable, Hashable, Codable {
  package var time: Timestamp
  package var equity: Lamports
  /// Of the equity, what lies in free and ordered SOL, in rent, in tokens and in dollars.
  package var sol: Lamports
  package var rent: Lamports
  package var token: Lamports
  package var usdc: Lamports
  /// First in, first out.
  package var realised: Lamports
  package var realisedAverage: Lamports
  package var unrealised: Lamports
  package var unrealisedAverage: Lamports
  /// Fees, tips and penalties less rebates.
  package var costs: Lamports
  package var external: Lamports
  package var suspense: Lamports
  /// The highest equity so far. What comes from outside, or goes, moves it along, so that a
  /// withdrawal is no loss.
  package var peak: Lamports
  package var peakTime: Timestamp

  /// The loss since the peak as a share of it, 0 to 1.
  package var drawdown: Double {
    guard peak.count > 0 else { return 0 }
    return max(0, Double(peak.count - equity.count) / Double(peak.count))
  }
}

/// The highest equity so far, less what came from outside: deposits and withdrawals leave it alone.
package struct EquityPeak: Sendable, Hashable, Codable {
  /// Lamports of gain.
  package private(set) var gain: Exact
  package private(set) var time: Timestamp

  package init(gain: Int128, time: Timestamp) {
    self.gain = Exact(gain)
    self.time = time
  }

  package mutating func note(gain: Int128, time: Timestamp) {
    if gain > self.gain.value { self = EquityPeak(gain: gain, time: time) }
  }
}

extension Ledger {
  /// What came from outside or out of nowhere; the rest of the equity was gained.
  package var contributed: Int128 { external + suspense }

  /// Values the books; `nil` when something in them has no price.
  package func equity(at valuation: Valuation) -> Int128? { valuation.value(of: totals) }

  /// The whole report; `nil` when something in the books has no price.
  package func report(at valuation: Valuation, time: Timestamp, peak: EquityPeak?)
    -> EquityReport?
  {
    guard let equity = equity(at: valuation),
      let tokenValue = valuation.value(of: totals.token, .token),
      let usdcValue = valuation.value(of: totals.usdc, .usdc)
    else { return nil }
    let held = ByMethod(fifo: tokenValue + usdcValue, average: tokenValue + usdcValue)
    let unrealised = held - token.cost - usdc.cost
    let top = max(peak?.gain.value ?? equity - contributed, equity - contributed)
    return EquityReport(
      time: time, equity: .init(clamping: equity), sol: .init(clamping: totals.sol),
      rent: .init(clamping: totals.rent), token: .init(clamping: tokenValue),
      usdc: .init(clamping: usdcValue), realised: .init(clamping: realised.fifo),
      realisedAverage: .init(clamping: realised.average),
      unrealised: .init(clamping: unrealised.fifo),
      unrealisedAverage: .init(clamping: unrealised.average), costs: .init(clamping: costs),
      external: .init(clamping: external), suspense: .init(clamping: suspense),
      peak: .init(clamping: top + contributed), peakTime: peak?.time ?? time)
  }
}

extension Lamports {
  init(clamping count: Int128) { self.init(Int64(clamping: count)) }
}
