package import PluginAPI

/// What assets are worth in lamports at one moment; rounded toward zero.
package struct Valuation: Sendable, Hashable {
  package var price: PriceLots
  package var lots: MarketLots
  /// The price of SOL; without one, dollars cannot be valued.
  package var sol: USD?

  package init(price: PriceLots, lots: MarketLots, sol: USD?) {
    self.price = price
    self.lots = lots
    self.sol = sol
  }

  /// Lamports for `amount` atoms; `nil` when the asset has no price.
  package func value(of amount: Int128, _ asset: LedgerAsset) -> Int128? {
    guard amount != 0 else { return 0 }
    switch asset {
    case .sol, .rent: return amount
    case .token:
      return amount * Int128(price.count) * Int128(lots.quoteLot.count) / Int128(lots.baseLot.count)
    case .usdc:
      guard let sol, sol.count > 0 else { return nil }
      return amount * 1_000_000_000 / Int128(sol.count)
    }
  }

  /// Lamports for all of it; `nil` when something of it has no price.
  package func value(of amounts: AssetAmounts) -> Int128? {
    LedgerAsset.allCases.reduce(0) { sum, asset in
      guard let sum, let value = value(of: amounts[asset], asset) else { return nil }
      return sum + value
    }
  }
}
