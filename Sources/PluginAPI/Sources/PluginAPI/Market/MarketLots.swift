/// The units of a market: what one lot of base and of quote is worth.
@frozen public struct MarketLots: Sendable, Hashable, Codable {
  /// Token atoms in one base lot.
  public var baseLot: TokenAmount
  /// Lamports in one quote lot.
  public var quoteLot: Lamports
  /// Decimals of the token.
  public var tokenDecimals: Int
  /// The smallest order size.
  public var minimumSize: BaseLots

  /// Makes the units of a market. All must be positive.
  public init(
    baseLot: TokenAmount, quoteLot: Lamports, tokenDecimals: Int, minimumSize: BaseLots
  ) {
    self.baseLot = baseLot
    self.quoteLot = quoteLot
    self.tokenDecimals = tokenDecimals
    self.minimumSize = minimumSize
  }

  /// What `size` costs at `price`, before fees.
  ///
  /// - Throws: `ArithmeticOverflow` when the product does not fit.
  public func cost(of size: BaseLots, at price: PriceLots) throws(ArithmeticOverflow) -> Lamports {
    let quote = try QuoteLots(size.count).multiplied(by: price.count)
    return try Lamports(quote.count).multiplied(by: quoteLot.count)
  }

  /// The largest size that `budget` buys at `price`, rounded down; zero for a price of zero.
  public func size(for budget: Lamports, at price: PriceLots) -> BaseLots {
    guard price.count > 0 else { return .zero }
    return BaseLots(budget.count / quoteLot.count / price.count)
  }

  /// The token amount of `size`.
  ///
  /// - Throws: `ArithmeticOverflow` when the product does not fit.
  public func amount(of size: BaseLots) throws(ArithmeticOverflow) -> TokenAmount {
    try baseLot.multiplied(by: size.count)
  }

  /// `price` in SOL for one whole token, for statistics and display only.
  public func price(_ price: PriceLots) -> Double {
    var atomsPerToken = 1.0
    for _ in 0..<tokenDecimals { atomsPerToken *= 10 }
    let lamportsPerLot = Double(price.count) * Double(quoteLot.count)
    return lamportsPerLot * atomsPerToken / Double(baseLot.count) / 1e9
  }
}
