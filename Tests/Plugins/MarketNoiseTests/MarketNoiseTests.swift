import PluginAPI
import Testing

@testable import MarketNoise

/// A market in which 10 base lots cost 0.1 SOL at a price of 10,000, and a SOL costs 100 dollars.
private enum Scene {
  static let start = Timestamp(seconds: 1_750_000_000)

  static func market(
    asks: [Int64] = [10_000], oracle: USD? = 100, minimum: Int64 = 1, allowed: Bool = true
  ) -> MarketSnapshot {
    func levels(_ prices: [Int64]) -> [BookLevel] {
      prices.map { BookLevel(price: PriceLots($0), size: BaseLots(100)) }
    }
    return MarketSnapshot(
      slot: 1, time: start,
      lots: MarketLots(
        baseLot: TokenAmount(1_000_000), quoteLot: Lamports(1000), tokenDecimals: 9,
        minimumSize: BaseLots(minimum)), bids: levels([9_900]), asks: levels(asks), trades: [],
      pivot: nil, oracle: oracle.map { OraclePrice(price: $0, time: start) },
      venue: VenueIdentity(kind: "simulator", cluster: "test", allowsSyntheticVolume: allowed))
  }

  /// A wallet with a bid in its first account and an ask in its second, as the grid leaves it.
  static func wallet(_ name: String, sol: SOL = 10, lots: Int64 = 1_000) -> Wallet {
    func account(_ side: Side, _ number: Int) -> OpenOrdersAccount {
      OpenOrdersAccount(
        id: AccountID("\(name)/\(number)"),
        orders: [
          OpenOrder(
            id: "o", side: side, price: PriceLots(1), size: BaseLots(1), placed: start, expires: nil
          )
        ], rent: Lamports(1), lastUsed: start)
    }
    return Wallet(
      id: WalletID(name), publicKey: name, sol: sol.lamports, token: TokenAmount(lots * 1_000_000),
      usdc: 0, accounts: [account(.bid, 0), account(.ask, 1)])
  }

  static let swarm = Swarm(wallets: [wallet("a"), wallet("b")])
}

@Suite struct MarketNoiseTests {
  let job = MarketNoise()

  @Test func ordersAlternateAndWalletsRotate() async throws {
    let test = TestRun(market: Scene.market(), swarm: Scene.swarm)
    for _ in 0..<4 { _ = try await test.run(job) }
    #expect(
      await test.bundles.map { $0.intents[0] } == [
        take("a/0", .bid, 10, 10_100), take("a/1", .ask, 10, 9_801),
        take("b/0", .bid, 10, 10_100), take("b/1", .ask, 10, 9_801),
      ])
    #expect(await test.bundles[0].intents[1] == .settle(account: "a/0"))
  }

  @Test func theEventSaysWhy() async throws {
    let test = TestRun(market: Scene.market(), swarm: Scene.swarm)
    #expect(try await test.run(job, cause: .idle) == .done("a traded 10 USD on the bid side"))
    let events = await test.events
    #expect(events.map(\.name) == ["NOISE_TRADE"])
    #expect(events[0].fields == ["side": "bid", "notional_usd": "10", "reason": "idle"])
  }

  @Test(arguments: [
    (Scene.market(allowed: false), "not available on this cluster"),
    (Scene.market(oracle: nil), "no price of SOL in dollars"),
    (Scene.market(asks: []), "nothing to trade against: a side of the book is empty"),
    (Scene.market(minimum: 11), "10 USD is less than the market's smallest order"),
  ])
  func itDoesNothingWhenItMustNot(market: MarketSnapshot, reason: String) async throws {
    let test = TestRun(market: market, swarm: Scene.swarm)
    #expect(try await test.run(job) == .nothingToDo(reason))
    #expect(await test.bundles.isEmpty)
  }

  @Test func aPoorWalletIsPassedOver() async throws {
    let wallets = [Scene.wallet("a", sol: 0), Scene.wallet("b")]
    let test = TestRun(market: Scene.market(), swarm: Swarm(wallets: wallets))
    #expect(try await test.run(job) == .done("b traded 10 USD on the bid side"))
  }

  @Test func ifNobodyCanPayNothingIsDone() async throws {
    let test = TestRun(
      market: Scene.market(), swarm: Swarm(wallets: [Scene.wallet("a", sol: 0.1)]))
    #expect(
      try await test.run(job)
        == .nothingToDo("no wallet can pay an order of 10 USD on the bid side"))
  }

  @Test func aDroppedOrderIsNoEventButTheSideChanges() async throws {
    let test = TestRun(
      market: Scene.market(), swarm: Scene.swarm,
      decide: { _ in .landed(slot: 1, results: [.dropped("limit")]) })
    #expect(try await test.run(job) == .nothingToDo("order dropped: limit"))
    #expect(await test.events.isEmpty)
    #expect(await test.remembered("turn", as: Int.self) == 1)
  }

  @Test func aPolicyRefusalFailsTheRun() async throws {
    let refusal = Refusal(.syntheticNotAllowed, "main net")
    let test = TestRun(market: Scene.market(), swarm: Scene.swarm, decide: { _ in throw refusal })
    await #expect(throws: refusal) { try await test.run(job) }
  }

  @Test func aStopOfTradingIsNoFailure() async throws {
    let test = TestRun(
      market: Scene.market(), swarm: Scene.swarm,
      decide: { _ in throw Refusal(.reducingOnly, "stopped") })
    #expect(try await test.run(job) == .nothingToDo("REDUCING_ONLY: stopped"))
  }

  @Test func aBundleThatExpiresFailsTheRun() async throws {
    let test = TestRun(market: Scene.market(), swarm: Scene.swarm, decide: { _ in .expired })
    await #expect(throws: NoiseFailure.self) { try await test.run(job) }
    #expect(await test.remembered("turn", as: Int.self) == nil)
  }

  func take(_ account: AccountID, _ side: Side, _ size: Int64, _ limit: Int64) -> Intent {
    .take(account: account, side: side, size: BaseLots(size), limit: PriceLots(limit))
  }
}
