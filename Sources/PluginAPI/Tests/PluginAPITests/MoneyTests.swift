import FoundationEssentials
import PluginAPI
import Testing

@Suite struct MoneyTests {
  @Test func arithmeticIsExact() throws {
    #expect(try Lamports(2).adding(Lamports(3)) == Lamports(5))
    #expect(try Lamports(2).subtracting(Lamports(3)) == Lamports(-1))
    #expect(try Lamports(-2).multiplied(by: 3) == Lamports(-6))
    #expect(try Lamports(.max).scaled(by: 3, over: 6) == Lamports(.max / 2))
  }

  @Test func overflowThrowsAndNamesTheOperation() {
    #expect(throws: ArithmeticOverflow("9223372036854775807 + 1")) {
      try Lamports(.max).adding(Lamports(1))
    }
    #expect(throws: ArithmeticOverflow("-9223372036854775808 - 1")) {
      try Lamports(.min).subtracting(Lamports(1))
    }
    #expect(throws: ArithmeticOverflow("9223372036854775807 * 2")) {
      try Lamports(.max).multiplied(by: 2)
    }
    #expect(throws: ArithmeticOverflow("9223372036854775807 * 2 / 1")) {
      try Lamports(.max).scaled(by: 2, over: 1)
    }
  }

  @Test(arguments: [(7, 1, 2, 3), (-7, 1, 2, -3), (10, 2, 3, 6), (0, 5, 7, 0)])
  func scalingRoundsTowardZero(count: Int64, by: Int64, over: Int64, result: Int64) throws {
    #expect(try BaseLots(count).scaled(by: by, over: over) == BaseLots(result))
  }

  @Test(
    arguments: [
      (15, 1000, 150), (0.2, 10_000, 20), (100, Int64.max, Int64.max), (33.333333, 3, 0),
    ] as [(Percent, Int64, Int64)])
  func sharesAreExact(share: Percent, whole: Int64, part: Int64) throws {
    #expect(try share.of(Lamports(whole)) == Lamports(part))
  }

  @Test func aLiteralIsAWholeAmountAndAVariableCountsUnits() {
    let count: Int64 = 5
    #expect(SOL(5) == SOL(parameterText: "5 SOL"))
    #expect(SOL(count) == SOL(parameterText: "0.000000005 SOL"))
    #expect((0.000000001 as SOL).lamports == Lamports(1))
    #expect(SOL(Lamports(1_500_000_000)) == 1.5)
  }

  @Test(arguments: [
    ("0.1 SOL", SOL(parameterText: "0.1 SOL")?.description),
    ("-12 SOL", SOL(parameterText: "-12.0").map(\.description)),
    ("10 USD", USD(parameterText: "10 usdc").map(\.description)),
    ("0.000001 USD", USD(parameterText: "0.000001").map(\.description)),
    ("15%", Percent(parameterText: "15").map(\.description)),
  ])
  func textIsShortest(expected: String, text: String?) { #expect(text == expected) }

  @Test func everyAmountSurvivesItsText() {
    var random = SystemRandomNumberGenerator()
    let edges: [Int64] = [.min + 1, -1, 0, 1, .max]
    for count in edges + (0..<200).map({ _ in Int64.random(in: .min + 1 ... .max, using: &random) })
    {
      #expect(SOL(parameterText: SOL(count).parameterText) == SOL(count))
      #expect(USD(parameterText: USD(count).parameterText) == USD(count))
      #expect(Percent(parameterText: Percent(count).parameterText) == Percent(count))
    }
  }

  @Test func quantitiesTravelAsBareNumbers() throws {
    let json = try JSONEncoder().encode([Lamports(.max), Lamports(-1)])
    #expect(String(decoding: json, as: UTF8.self) == "[9223372036854775807,-1]")
    #expect(
      try JSONDecoder().decode([Lamports].self, from: json) == [Lamports(.max), Lamports(-1)])
  }

  @Test func timestampsSaturateAndRoundDown() {
    #expect(Timestamp(nanoseconds: -1).seconds == -1)
    #expect(Timestamp(nanoseconds: 1_999_999_999).seconds == 1)
    #expect(Timestamp(nanoseconds: .max) + .seconds(1) == Timestamp(nanoseconds: .max))
    #expect(Timestamp(seconds: 10) - Timestamp(seconds: 4) == .seconds(6))
  }
}

@Suite struct MarketLotsTests {
  /// A lot of 0.001 token; a price lot is 1,000 lamports per lot.
  let lots = MarketLots(
    baseLot: TokenAmount(1_000_000), quoteLot: Lamports(1000), tokenDecimals: 9,
    minimumSize: BaseLots(1))

  @Test func costIsSizeTimesPrice() throws {
    #expect(try lots.cost(of: BaseLots(10), at: PriceLots(10_000)) == SOL(0.1).lamports)
    #expect(throws: ArithmeticOverflow.self) {
      try lots.cost(of: BaseLots(.max), at: PriceLots(2))
    }
    #expect(throws: ArithmeticOverflow.self) {
      try lots.cost(of: BaseLots(.max / 2), at: PriceLots(1))
    }
  }

  @Test(arguments: [(100_000_000, 10_000, 10), (99_999_999, 10_000, 9), (5, 1, 0), (5, 0, 0)])
  func sizeNeverCostsMoreThanTheBudget(budget: Int64, price: Int64, size: Int64) throws {
    let bought = lots.size(for: Lamports(budget), at: PriceLots(price))
    #expect(bought == BaseLots(size))
    #expect(try lots.cost(of: bought, at: PriceLots(price)) <= Lamports(budget))
  }

  @Test func amountsAndPricesAreInTokens() throws {
    #expect(try lots.amount(of: BaseLots(3)) == TokenAmount(3_000_000))
    #expect(abs(lots.price(PriceLots(10_000)) - 10) < 1e-12)
  }

  @Test func theMidLiesBetweenTheBestPrices() {
    func market(_ bids: [Int64], _ asks: [Int64]) -> MarketSnapshot {
      func levels(_ prices: [Int64]) -> [BookLevel] {
        prices.map { BookLevel(price: PriceLots($0), size: BaseLots(1)) }
      }
      return MarketSnapshot(
        slot: 0, time: Timestamp(seconds: 0), lots: lots, bids: levels(bids), asks: levels(asks),
        trades: [], pivot: nil, oracle: nil,
        venue: VenueIdentity(kind: "k", cluster: "c", allowsSyntheticVolume: false))
    }
    #expect(market([9, 8], [12]).mid == PriceLots(10))
    #expect(market([], [12]).mid == nil)
  }
}
