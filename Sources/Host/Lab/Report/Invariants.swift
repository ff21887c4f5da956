import Exchange

/// What must hold after every run, whatever happened.
enum Invariants {
  /// Nothing was made out of nothing, and nothing vanished.
  static func conserved(_ before: ExchangeAudit, _ after: ExchangeAudit) -> InvariantFacts {
    InvariantFacts(
      "funds are conserved", before == after,
      before == after
        ? "\(after.sol) lamports, \(after.token) token atoms, \(after.usdc) USDC atoms"
        : "began with \(before), ended with \(after)")
  }

  /// Every fill belongs to an order that a job placed.
  static func explained(_ trading: TradingFacts) -> InvariantFacts {
    InvariantFacts(
      "every fill has a reason", trading.unexplained == 0,
      "\(trading.fills) fills, \(trading.unexplained) without a reason")
  }
}
