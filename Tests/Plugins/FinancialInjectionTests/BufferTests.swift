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
    let test = Scene.test(Scene.wallet("a", sol: 6, usdc: 400))
    #expect(try await test.run(job) == .done("reserve: bought 1 SOL for 100 USD"))
    #expect(await test.bundles.map(\.intents) == [buy(100, minimum: 0.99)])
    let fields = await test.events[0].fields
    #expect(fields["usdc"] == "100" && fields["sol"] == "1" && fields["direction"] == "buySOL")
  }

  @Test func atTheUpperEdgeTheBufferFills() async throws {
    // Wanted: 30 % of 1,000 dollars.
    let test = Scene.test(
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
    let test = Scene.test(
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
    let test = Scene.test(Scene.wallet("a", sol: 8, usdc: 200))
    #expect(try await test.run(job) == .done("buffer: bought 2 SOL for 200 USD"))
  }

  @Test func belowThePivotUSDCIsSpentButNeverBought() async throws {
    let rich = Scene.test(
      Scene.wallet("a", sol: 8, usdc: 200), market: Scene.market(mid: 9_700))
    #expect(try await rich.run(job) == .done("buffer: bought 1.4 SOL for 140 USD"))
    let poor = Scene.test(
      Scene.wallet("a", sol: 10), market: Scene.market(mid: 8_500))
    #expect(
      try await poor.run(job)
        == .nothingToDo("balances are sufficient; USDC is 0% of the reserve, wanted about 30%"))
  }

  @Test func withinTheHysteresisNothingMoves() async throws {
    let test = Scene.test(Scene.wallet("a", sol: 9.6, usdc: 40))
    #expect(
      try await test.run(job)
        == .nothingToDo("balances are sufficient; USDC is 4% of the reserve, wanted about 0%"))
  }

  @Test func swapsAreBoundedOneByOneAndByTheDay() async throws {
    let test = Scene.test(Scene.wallet("a", sol: 60, usdc: 4_000))
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

  @Test func whatIsBoughtFillsThePoorestWallets() async throws {
    // 500 of 1,300 dollars in USDC; 390 may be, so 110 buy at least 1.089 SOL. It lifts 1 and 2 SOL
    // to a level of 2.0445.
    let test = Scene.test(
      Scene.wallet("a", sol: 5, usdc: 500), Scene.wallet("b", sol: 2), Scene.wallet("c", sol: 1))
    #expect(
      try await test.run(job) == .done("reserve: bought 1.1 SOL for 110 USD, 2 wallets got SOL"))
    #expect(
      await test.bundles.map { Array($0.intents.dropFirst()) } == [
        [
          .transfer(from: "a", to: "c", amount: SOL(1.0445).lamports),
          .transfer(from: "a", to: "b", amount: SOL(0.0445).lamports),
        ]
      ])
  }

  /// From edge to edge and back in small steps with the prices of swaps followed: SOL never falls
  /// below the reserve, the band is kept, and nothing flaps at one price.
  @Test func aJourneyThroughTheChannelKeepsReserveAndBand() async throws {
    var wallet = Scene.wallet("a", sol: 100)
    var job = job
    job.dayLimit = 10_000_000
    job.maxSwap = 1_000_000
    let up = Array(stride(from: Int64(10_000), through: 13_000, by: 100))
    let down = Array(stride(from: Int64(13_000), through: 8_500, by: -100))
    var swaps = 0
    for mid in up + down + stride(from: 8_500, through: 10_000, by: 100) {
      for repetition in 0..<2 {
        let test = Scene.test(wallet, market: Scene.market(mid: mid))
        guard case .done = try await test.run(job) else { continue }
        #expect(repetition == 0, "a second swap at \(mid)")
        swaps += 1
        try apply(await test.bundles[0].intents, to: &wallet)
        let reserve = try Reserve(Swarm(wallets: [wallet]), lots: Scene.lots, price: 100)
        #expect(reserve.usdcShare <= 30)
      }
    }
    #expect(swaps > 4 && swaps < 20)
    #expect(wallet.usdc <= 500)
  }

  private func apply(_ intents: [Intent], to wallet: inout Wallet) throws {
    for case .swap(_, let request) in intents {
      switch request {
      case .buySOL(let usdc, _):
        wallet.usdc = try wallet.usdc.subtracting(usdc)
        wallet.sol = try wallet.sol.adding(Lamports(usdc, at: 100))
      case .sellSOL(let sol, _):
        wallet.usdc = try wallet.usdc.adding(sol.value(at: 100))
        wallet.sol = try wallet.sol.subtracting(sol)
      @unknown default: Issue.record("unexpected \(request)")
      }
    }
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
    ("lower_usdc", ["lower_usdc": "31%"]), ("max_swap", ["max_swap": "2001 USD"]),
    ("hysteresis", ["min_sol_reserve": "5%"]), ("min_swap", ["min_swap": "501 USD"]),
    ("tip", ["tip": "0.05 SOL"]),
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
