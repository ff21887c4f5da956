import PluginAPI
import Testing

@testable import FinancialInjection

/// Prices that cannot be trusted move no money.
@Suite struct OracleTests {
  let job = FinancialInjection()
  /// 60 % SOL: 100 dollars are missing to 70 %.
  let short = Scene.wallet("a", sol: 6, usdc: 400)

  @Test(arguments: [
    (Scene.market(oracle: nil), "no price of SOL in dollars"),
    (Scene.market(oracle: 0), "no price of SOL in dollars"),
    (Scene.market(age: .seconds(61)), "the price of SOL in dollars is older than 1m"),
    (
      Scene.market(confidence: 1.01),
      "the price of SOL may be off by 1.01 USD, more than 1% of 100 USD"
    ),
  ])
  func withoutAGoodOracleNothingMoves(market: MarketSnapshot, reason: String) async throws {
    let test = Scene.test(short, market: market)
    #expect(try await test.run(job) == .nothingToDo(reason))
    #expect(await test.bundles.isEmpty)
  }

  @Test func atTheLimitsTheOracleStillCounts() async throws {
    let test = Scene.test(short, market: Scene.market(age: .seconds(60), confidence: 1))
    #expect(try await test.run(job) == .done("reserve: bought 1 SOL for 100 USD"))
  }

  /// 100 dollars buy 1 SOL at the oracle's 100; at 101.1 they buy 0.989119683 SOL, below 0.99, and
  /// at 97 they buy 1.030927835 SOL, above 1.03.
  @Test(
    arguments: [
      (101.1, "the quote of 0.989119683 SOL is worse than the oracle by more than 1%"),
      (10, "the quote of 10 SOL and the oracle contradict each other by more than 3%"),
      (97, "the quote of 1.030927835 SOL and the oracle contradict each other by more than 3%"),
    ] as [(USD, String)])
  func aQuoteThatContradictsTheOracleIsNotTaken(quote: USD, reason: String) async throws {
    let test = Scene.test(short)
    await test.set(quotePrice: quote)
    #expect(try await test.run(job) == .nothingToDo(reason))
    #expect(await test.bundles.isEmpty)
    #expect(await test.remembered("day", as: DayAccount.self) == nil, "nothing is charged")
  }

  @Test func theLeastThatMustComeOutFollowsTheBetterOfTheTwoPrices() async throws {
    // At 98 the quote is 1.020408163 SOL; less 1 % that is 1.010204082, rounded up by a lamport.
    let good = Scene.test(short)
    await good.set(quotePrice: 98)
    _ = try await good.run(job)
    #expect(
      await good.bundles.first?.intents.first
        == .swap(wallet: "a", .buySOL(usdc: 100, minimum: Lamports(1_010_204_082))))
    // At 100.5 the quote is 0.995024875 SOL; the oracle's 0.99 is the higher bound.
    let bad = Scene.test(short)
    await bad.set(quotePrice: 100.5)
    _ = try await bad.run(job)
    #expect(
      await bad.bundles.first?.intents.first
        == .swap(wallet: "a", .buySOL(usdc: 100, minimum: SOL(0.99).lamports)))
  }

  @Test func aSaleIsJudgedLikeAPurchase() async throws {
    let test = Scene.test(Scene.wallet("a", sol: 10), market: Scene.market(mid: 13_000))
    await test.set(quotePrice: 98.9)
    #expect(
      try await test.run(job)
        == .nothingToDo("the quote of 296.7 USD is worse than the oracle by more than 1%"))
    await test.set(quotePrice: 103.1)
    #expect(
      try await test.run(job)
        == .nothingToDo(
          "the quote of 309.3 USD and the oracle contradict each other by more than 3%"))
  }

  @Test(arguments: [
    (Scene.market(channel: nil), "the market has no channel yet"),
    (Scene.market(oneSided: true), "a side of the book is empty"),
  ])
  func withoutAPlaceInTheChannelTheBufferWaitsButTheReserveDoesNot(
    market: MarketSnapshot, reason: String
  ) async throws {
    let rich = Scene.test(Scene.wallet("a", sol: 10), market: market)
    #expect(
      try await rich.run(job)
        == .nothingToDo("balances are sufficient; the buffer waits: \(reason)"))
    let poor = Scene.test(short, market: market)
    #expect(try await poor.run(job) == .done("reserve: bought 1 SOL for 100 USD"))
  }

  /// The token falls by 90 % in one step: far below the channel, where the USDC share may be 30 %.
  @Test func aPriceGapMovesNoMoreThanTheEdgeAsksFor() async throws {
    let test = Scene.test(
      Scene.wallet("a", sol: 8, usdc: 200), market: Scene.market(mid: 1_000))
    #expect(
      try await test.run(job)
        == .nothingToDo("balances are sufficient; USDC is 20% of the reserve, wanted about 30%"))
  }

  /// SOL falls by 90 % between two runs: what is bought then is one bounded swap.
  @Test func aGapOfTheOracleIsBoundedByTheSwapAndTheDay() async throws {
    let test = Scene.test(
      Scene.wallet("a", sol: 60, usdc: 4_000), market: Scene.market(oracle: 10))
    #expect(try await test.run(job) == .done("reserve: bought 50 SOL for 500 USD"))
  }

  @Test func balancesThatChangeWhileItPlansStopIt() async throws {
    let test = Scene.test(short)
    await test.set(nextSwarms: [
      Swarm(wallets: [short]), Swarm(wallets: [Scene.wallet("a", sol: 6, usdc: 99.9)]),
    ])
    #expect(
      try await test.run(job) == .nothingToDo("reserve: balances changed while it was planned"))
    #expect(await test.bundles.isEmpty)
  }
}
