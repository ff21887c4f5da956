package import PluginAPI

extension Ledger {
  /// The price at which a round trip that bought at the pivot has earned its share of all costs.
  ///
  ///     break-even = pivot + ⌈ 2 × costs ÷ (bought + sold) ⌉
  ///
  /// Costs are all fees, tips and penalties less rebates, those of synthetic trades included; rent
  /// is no cost. Volumes are what own orders bought and sold in genuine trades; half their sum is the
  /// volume of round trips. In price lots per base lot, rounded up; below the pivot when rebates
  /// exceed the costs, and the pivot itself before the first own trade.
  package func breakEven(pivot: PriceLots, lots: MarketLots) -> PriceLots {
    let volume = (bought + sold) * Int128(lots.quoteLot.count)
    guard volume > 0 else { return pivot }
    let twice = 2 * costs * Int128(lots.baseLot.count)
    let (whole, rest) = twice.quotientAndRemainder(dividingBy: volume)
    return PriceLots(Int64(clamping: Int128(pivot.count) + whole + (rest > 0 ? 1 : 0)))
  }
}
