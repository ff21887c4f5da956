import PluginAPI
import Testing

@testable import FlashVolume

/// A market in which 10 base lots cost 0.1 SOL at a price of 10,000.
private enum Scene {
  static let start = Timestamp(seconds: 1_750_000_000)

  static func market(
    bid: Int64? = 9_990, ask: Int64? = 10_010, last: Int64? = nil, minimum: Int64 = 1,
    allowed: Bool = true
  ) -> MarketSnapshot {
    func level(_ price: Int64?) -> [BookLevel] {
      price.map { [BookLevel(price: PriceLots($0), size: BaseLots(10))] } ?? []
    }
    return MarketSnapshot(
      slot: 1, time: start,
      lots: MarketLots(
        baseLot: TokenAmount(1_000_000), quoteLot: Lamports(1000), tokenDecimals: 9,
        minimumSize: BaseLots(minimum)), bids: level(bid), asks: level(ask),
      trades: last.map {
        [
          Trade(
            id: "t", time: start, price: PriceLots($0), size: BaseLots(1), takerSide: .bid)
        ]
      } ?? [], pivot: nil, oracle: nil,
      venue: VenueIdentity(kind: "simulator", cluster: "test", allowsSyntheticVolume: allowed))
  }

  static func wallet(_ name: String, sol: SOL = 10, lots: Int64 = 1_000, orders: Int = 0) -> Wallet
  {
    let order = OpenOrder(
      id: "o", side: .bid, price: PriceLots(1), size: BaseLots(1), placed: start, expires: nil)
    return Wallet(
      id: WalletID(name), publicKey: name, sol: sol.lamports, token: TokenAmount(lots * 1_000_000),
      usdc: 0,
      accounts: [
        OpenOrdersAccount(
          id: AccountID("\(name)/0"), orders: .init(repeating: order, count: orders),
          rent: Lamports(1), lastUsed: start)
      ])
  }

  static func swarm(_ names: String...) -> Swarm { Swarm(wallets: names.map { wallet($0) }) }
}

@Suite struct FlashVolumeTests {
  let job = FlashVolume()

  @Test func twoWalletsTradeInOneBundle() async throws {
    let test = TestRun(market: Scene.market(last: 10_003), swarm: Scene.swarm("a", "b"))
    #expect(try await test.run(job) == .done("a and b traded 0.1 SOL"))
    let order = NewOrder(
      side: .bid, price: PriceLots(10_003), size: BaseLots(9),
      expires: test.now + .seconds(60))
    #expect(
      await test.bundles == [
        Bundle(
          "flash volume", tip: 0.001,
          intents: [
            .place(account: "a/0", order),
            .take(
              account: "b/0", side: .ask, size: BaseLots(9), limit: PriceLots(10_003)),
            .consumeEvents, .settle(account: "a/0"), .settle(account: "b/0"),
          ])
      ])
  }

  @Test func theEventNamesSideVolumeAndTip() async throws {
    let test = TestRun(market: Scene.market(), swarm: Scene.swarm("a", "b"))
    _ = try await test.run(job)
    let events = await test.events
    #expect(events.map(\.name) == ["FLASH_VOLUME"])
    #expect(events[0].fields == ["side": "bid", "volume": "0.1 SOL", "tip": "0.001 SOL"])
  }

  @Test func rolesAndSidesTakeTurns() async throws {
    let test = TestRun(market: Scene.market(), swarm: Scene.swarm("a", "b"))
    var story: [String] = []
    for _ in 0..<5 {
      _ = try await test.run(job)
      guard case .place(let account, let order)? = await test.bundles.last?.intents[0] else {
        break
      }
      story.append("\(account) \(order.side.rawValue)")
    }
    #expect(story == ["a/0 bid", "b/0 bid", "a/0 ask", "b/0 ask", "a/0 bid"])
  }

  @Test(
    arguments: [
      (9_990, 10_010, nil, 10_000), (9_990, 10_010, 10_005, 10_005),
      (9_990, 10_010, 10_500, 10_009),
      (9_990, 10_010, 9_000, 9_991), (9_990, 9_992, nil, 9_991),
    ] as [(Int64, Int64, Int64?, Int64)])
  func thePriceStaysInsideTheSpread(bid: Int64, ask: Int64, last: Int64?, price: Int64) {
    let market = Scene.market(bid: bid, ask: ask, last: last)
    #expect(InsidePrice(market) == .at(PriceLots(price)))
  }

  @Test(arguments: [
    (Scene.market(allowed: false), "not available on this cluster"),
    (Scene.market(ask: nil), "a side of the book is empty"),
    (Scene.market(bid: 10_009), "no room inside the spread: 10009 to 10010"),
    (Scene.market(minimum: 11), "0.1 SOL is less than the market's smallest order"),
  ])
  func itDoesNothingWhenItMustNot(market: MarketSnapshot, reason: String) async throws {
    let test = TestRun(market: market, swarm: Scene.swarm("a", "b"))
    #expect(try await test.run(job) == .nothingToDo(reason))
    #expect(await test.bundles.isEmpty)
  }

  @Test func aClusterThatForbidsItIsNotEvenAskedForWallets() async throws {
    let test = TestRun(market: Scene.market(allowed: false))
    #expect(try await test.run(job) == .nothingToDo("not available on this cluster"))
  }

  @Test(arguments: [
    [Scene.wallet("a")], [Scene.wallet("a"), Scene.wallet("b", sol: 0.005)],
    [Scene.wallet("a", lots: 0), Scene.wallet("b", lots: 0)],
    [Scene.wallet("a", orders: 24), Scene.wallet("b", orders: 24)],
  ])
  func withoutTwoAbleWalletsItDoesNothing(wallets: [Wallet]) async throws {
    let test = TestRun(market: Scene.market(), swarm: Swarm(wallets: wallets))
    #expect(
      try await test.run(job)
        == .nothingToDo("no two wallets hold 0.1 SOL and tokens for it, with room for an order"))
  }

  @Test func aPoorWalletIsPassedOver() async throws {
    let wallets = [Scene.wallet("a", sol: 0), Scene.wallet("b"), Scene.wallet("c")]
    let test = TestRun(market: Scene.market(), swarm: Swarm(wallets: wallets))
    #expect(try await test.run(job) == .done("b and c traded 0.1 SOL"))
  }

  @Test func aPolicyRefusalFailsTheRun() async throws {
    let refusal = Refusal(.syntheticNotAllowed, "main net")
    let test = TestRun(
      market: Scene.market(), swarm: Scene.swarm("a", "b"), decide: { _ in throw refusal })
    await #expect(throws: refusal) { try await test.run(job) }
    #expect(await test.events.isEmpty)
  }

  @Test func aStopOfTradingIsNoFailure() async throws {
    let test = TestRun(
      market: Scene.market(), swarm: Scene.swarm("a", "b"),
      decide: { _ in throw Refusal(.tradingHalted, "stopped") })
    #expect(try await test.run(job) == .nothingToDo("TRADING_HALTED: stopped"))
  }

  @Test(arguments: [
    BundleOutcome.expired, .reverted(reason: "x"), .unknown,
    .landed(slot: 1, results: [.dropped("would trade"), .done]),
    .landed(
      slot: 1, results: [.done, .filled(size: BaseLots(3), quote: Lamports(1))]),
  ])
  func anythingButTheWholeTradeFails(outcome: BundleOutcome) async throws {
    let test = TestRun(
      market: Scene.market(), swarm: Scene.swarm("a", "b"), decide: { _ in outcome })
    await #expect(throws: TradeFailure.self) { try await test.run(job) }
    #expect(await test.events.isEmpty)
  }
}
