@_spi(Host) import PluginAPI
import Testing

@testable import FinancialInjection

@Suite struct BufferTests {
  let job = FinancialInjection()

  func buy(_ usdc: USD, minimum: SOL) -> [Intent] {
    [.swap(wallet: "a", .buySOL(usdc: usdc, minimum: minimum.lamports))]
  }

  @Test func aReserveShortOfSolIsFilledUp() async throws {
    // 600 dollars of SOL and 400 of USDC: 60 % is below 65 %; 100 dollars bring it to 70 %.
    let test = try await Scene.test(Scene.wallet("a", sol: 6, usdc: 400))
    #expect(try await test.run(job) == .done("reserve: bought 1 SOL for 100 USD"))
    #expect(await test.bundles.map(\.intents) == [buy(100, minimum: 0.99)])
    let fields = await test.events[0].fields
    #expect(fields["usdc"] == "100" && fields["sol"] == "1" && fields["direction"] == "buySOL")
  }

  @Test func atTheUpperEdgeTheBufferFills() async throws {
    // Wanted: 30 % of 1,000 dollars.
    let test = try await Scene.test(
      Scene.wallet("a", sol: 10), market: Scene.market(mid: 13_000))
    #expect(try await test.run(job) == .done("buffer: sold 3 SOL for 300 USD"))
    #expect(
      await test.bundles.map(\.intents) == [
        [.swap(wallet: "a", .sellSOL(sol: SOL(3).lamports, minimum: 297))]
      ])
  }

  @Test(
    arguments: [
      (10_000, 0), (11_500, 150), (13_000, 300), (20_000, 300), (10_400, 0),
    ] as [(Int64, USD)])
  func theBufferSlidesWithThePrice(mid: Int64, sold: USD) async throws {
    let test = try await Scene.test(
      Scene.wallet("a", sol: 10), market: Scene.market(mid: mid))
    _ = try await test.run(job)
    let intents = await test.bundles.flatMap(\.intents)
    guard sold > .zero else {
      #expect(intents.isEmpty)
      return
    }
    let sol = try Lamports(sold, at: 100)
    let minimum = try sold.subtracting(Percent(1).of(sold))
    #expect(intents == [.swap(wallet: "a", .sellSOL(sol: sol, minimum: minimum))])
  }

  @Test func backAtThePivotTheBufferIsSpent() async throws {
    // 20 % USDC at the pivot, where none is wanted.
    let test = try await Scene.test(Scene.wallet("a", sol: 8, usdc: 200))
    #expect(try await test.run(job) == .done("buffer: bought 2 SOL for 200 USD"))
  }

  @Test func belowThePivotUSDCIsSpentButNeverBought() async throws {
    let rich = try await Scene.test(
      Scene.wallet("a", sol: 8, usdc: 200), market: Scene.market(mid: 9_700))
    #expect(try await rich.run(job) == .done("buffer: bought 1.4 SOL for 140 USD"))
    let poor = try await Scene.test(
      Scene.wallet("a", sol: 10), market: Scene.market(mid: 8_500))
    #expect(
      try await poor.run(job)
        == .nothingToDo("balances are sufficient; USDC is 0% of the reserve, wanted about 30%"))
  }

  @Test func withinTheHysteresisNothingMoves() async throws {
    let test = try await Scene.test(Scene.wallet("a", sol: 9.6, usdc: 40))
    #expect(
      try await test.run(job)
        == .nothingToDo("balances are sufficient; USDC is 4% of the reserve, wanted about 0%"))
  }

  @Test func swapsAreBoundedOneByOneAndByTheDay() async throws {
    let test = try await Scene.test(Scene.wallet("a", sol: 60, usdc: 4_000))
    var swapped: [USD] = []
    for _ in 0..<5 {
      guard case .done = try await test.run(job) else { break }
      if case .swap(_, .buySOL(let usdc, _))? = await test.bundles.last?.intents[0] {
        swapped.append(usdc)
      }
    }
    #expect(swapped == [500, 500, 500, 500])
    #expect(
      try await test.run(job)
        == .nothingToDo("reserve: a swap of 1000 USD is wanted, but the day's limit is used up"))
    let tomorrow = Scene.start + .seconds(86_400)
    var market = Scene.market()
    market.oracle?.time = tomorrow
    await test.set(market: market)
    #expect(try await test.run(job, at: tomorrow) == .done("reserve: bought 5 SOL for 500 USD"))
  }

  @Test(arguments: [BundleOutcome.expired, .reverted(reason: "x")])
  func whatDidNotHappenIsNotCharged(outcome: BundleOutcome) async throws {
    let test = try await Scene.test(
      Scene.wallet("a", sol: 6, usdc: 400), decide: { _ in outcome })
    await #expect(throws: InjectionFailure.self) { try await test.run(job) }
    #expect(await test.remembered("day", as: DayBudget.self)?.spent == .zero)
  }

  @Test func anUnknownFateStaysCharged() async throws {
    let test = try await Scene.test(
      Scene.wallet("a", sol: 6, usdc: 400), decide: { _ in .unknown })
    await #expect(throws: InjectionFailure.self) { try await test.run(job) }
    #expect(await test.remembered("day", as: DayBudget.self)?.spent == 100)
  }

  @Test func aRefusalGivesTheBudgetBack() async throws {
    let test = try await Scene.test(
      Scene.wallet("a", sol: 6, usdc: 400),
      decide: { _ in throw Refusal(.tradingHalted, "stopped") })
    #expect(try await test.run(job) == .nothingToDo("TRADING_HALTED: stopped"))
    #expect(await test.remembered("day", as: DayBudget.self)?.spent == .zero)
  }

  @Test(arguments: [
    (Scene.market(oracle: nil), "no price of SOL in dollars"),
    (Scene.market(age: .seconds(121)), "the price of SOL in dollars is older than 2 minutes"),
  ])
  func withoutAFreshOracleNothingMoves(market: MarketSnapshot, reason: String) async throws {
    let test = try await Scene.test(Scene.wallet("a", sol: 6, usdc: 400), market: market)
    #expect(try await test.run(job) == .nothingToDo(reason))
  }

  @Test func withoutAChannelTheBufferWaits() async throws {
    let test = TestRun(
      market: Scene.market(), swarm: Swarm(wallets: [Scene.wallet("a", sol: 10)]), now: Scene.start)
    #expect(
      try await test.run(job)
        == .nothingToDo("reserves are sufficient; no channel to place the buffer in yet"))
  }

  @Test func unsettledProceedsAndBidsCountAsSol() throws {
    var wallet = Scene.wallet("a", sol: 1, usdc: 50)
    let bid = OpenOrder(
      id: "o", side: .bid, price: PriceLots(10_000), size: BaseLots(100), placed: Scene.start,
      expires: nil)
    wallet.accounts = [
      OpenOrdersAccount(
        id: "x", orders: [bid], freeSOL: SOL(0.5).lamports, rent: .zero, lastUsed: Scene.start)
    ]
    let reserve = try Reserve(Swarm(wallets: [wallet]), lots: Scene.lots, price: 100)
    #expect(reserve == Reserve(sol: 250, usdc: 50))
  }

  @Test(arguments: [
    ("low_balance", ["low_balance": "0.5 SOL"]), ("upper_usdc", ["upper_usdc": "31%"]),
    ("max_swap", ["max_swap": "2001 USD"]), ("hysteresis", ["min_sol_reserve": "5%"]),
  ])
  func contradictionsAreFound(parameter: String, values: [String: String]) {
    do throws(ParameterProblems) {
      _ = try JobDescriptor(FinancialInjection.self).make(values)
      Issue.record("accepted \(values)")
    } catch {
      #expect(error.problems.map(\.parameter) == [parameter])
    }
  }
}
