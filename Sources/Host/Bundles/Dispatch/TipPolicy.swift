package import PluginAPI

/// How the tip of a bundle is chosen, within its limits.
package struct TipPolicy: Sendable, Hashable, Codable {
  /// What a tip starts from.
  package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// What the job asks for.
    case fixed
    /// What others paid lately, when that is more than the job asks for.
    case percentile
  }

  package var kind = Kind.fixed
  /// Which part of the others paid less: 25, 50, 75 or 95 hundredths.
  package var percentile: Percent = 50
  /// The smallest tip of a bundle that tips at all.
  package var floor: SOL = 0.000_001
  /// How much the tip grows with each new signing.
  package var ramp: Percent = 50

  package init() {}

  /// The tip of a bundle whose job asks for `asked`; at most `cap`. A bundle without a tip gets none.
  package func tip(asked: SOL, cap: SOL, statistics: TipStatistics?) -> SOL {
    guard asked > 0 else { return asked }
    let others = kind == .percentile ? statistics.map(of) ?? 0 : 0
    return max(asked, min(cap, max(floor, others)))
  }

  private func of(_ statistics: TipStatistics) -> SOL {
    switch percentile {
    case ...25: SOL(statistics.p25)
    case ...50: SOL(statistics.p50)
    case ...75: SOL(statistics.p75)
    default: SOL(statistics.p95)
    }
  }

  /// The tip of the next signing, at most `cap` and never less than before.
  package func raised(_ tip: Lamports, cap: SOL) -> Lamports {
    let grown = (try? ramp.of(tip))?.count ?? 0
    return Lamports(max(tip.count, min(cap.count, tip.count + max(0, grown))))
  }
}
