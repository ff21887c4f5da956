import PluginAPI
import Testing

@testable import MarketNoise

/// A market in which 10 base lots cost 0.1 SOL at a price of 10,000, and a SOL costs 100 dollars.
private enum Scene {
  static let start = Timestamp(seconds: 1_750_000_000)

  static func market(
    bid: Int64 = 9_990, asks: [Int64] = [10_010], oracle: USD? = 100, minimum: Int64 = 1,
    allowed: Bool = true
  ) -> MarketSnapshot {
    func levels(_ prices: [Int64]) -> [BookLevel] {
      prices.map { BookLevel(price: PriceLots($0), size: BaseLots(100)) }
    }
    return MarketSnapshot(
      slot: 1, time: start,
      lots: MarketLots(
        baseLot: TokenAmount(1_000_000), quoteLot: Lamports(1000), tokenDecimals: 9,
        minimumSize: BaseLots(minimum)), bids: levels([bid]), asks: levels(asks), trades: [],
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

  func sides(_ test: TestRun) async -> [Side] {
    await test.bundles.compactMap { bundle in
      guard case .take(_, let side, _, _) = bundle.intents[1] else { return nil }
      return side
    }
  }

  @Test func takingOrdersAlternateInsideTheSpread() async throws {
    let test = TestRun(market: Scene.market(), swarm: Scene.swarm)
    for seed in 0..<4 { _ = try await test.run(job, seed: UInt64(seed)) }
    #expect(await sides(test) == [.bid, .ask, .bid, .ask])
    for bundle in await test.bundles {
      guard case .place(let maker, let order) = bundle.intents[0],
        case .take(let taker, _, let size, let limit) = bundle.intents[1]
      else {
        Issue.record("expected an order and a take, got \(bundle.intents)")
        continue
      }
      #expect(maker.description.prefix(1) != taker.description.prefix(1))
      #expect(order.price == PriceLots(10_000) && limit == order.price && size == BaseLots(10))
    }
  }

  @Test func sidesCanBeDrawn() async throws {
    var job = job
    job.mode = .randomMarketCross
    let test = TestRun(market: Scene.market(), swarm: Scene.swarm)
    for seed in 0..<20 { _ = try await test.run(job, seed: UInt64(seed)) }
    let sides = await sides(test)
    #expect(Set(sides) == [.bid, .ask] && sides != sides.indices.map { $0 % 2 == 0 ? .bid : .ask })
  }

  @Test func theEventSaysWhy() async throws {
    let test = TestRun(market: Scene.market(), swarm: Scene.swarm)
    guard case .done(let text) = try await test.run(job, cause: .idle) else {
      Issue.record("expected a trade")
      return
    }
    #expect(text.hasSuffix(" traded 10 USD on the bid side"))
    let events = await test.events
    #expect(events.map(\.name) == ["NOISE_TRADE"])
    #expect(
      events[0].fields == [
        "side": "bid", "notional_usd": "10", "reason": "idle", "synthetic": "true",
      ])
  }

  @Test(arguments: [
    (Scene.market(allowed: false), "not available on this cluster"),
    (Scene.market(oracle: nil), "no price of SOL in dollars"),
    (Scene.market(oracle: 0), "no price of SOL in dollars"),
    (Scene.market(asks: []), "10 USD: a side of the book is empty"),
    (Scene.market(bid: 10_009), "10 USD: no room inside the spread: 10009 to 10010"),
    (Scene.market(minimum: 11), "10 USD: 0.1 SOL is less than the market's smallest order"),
  ])
  func itDoesNothingWhenItMustNot(market: MarketSnapshot, reason: String) async throws {
    let test = TestRun(market: market, swarm: Scene.swarm)
    #expect(try await test.run(job) == .nothingToDo(reason))
    #expect(await test.bundles.isEmpty)
  }

  @Test(arguments: [[], [Scene.wallet("a")], [Scene.wallet("a"), Scene.wallet("b", sol: 0)]])
  func withoutTwoAbleWalletsNothingIsDone(wallets: [Wallet]) async throws {
    let test = TestRun(market: Scene.market(), swarm: Swarm(wallets: wallets))
    #expect(
      try await test.run(job)
        == .nothingToDo(
          "10 USD: no two wallets hold 0.1 SOL and tokens for it, with room for an order"))
  }

  @Test func whatDidNotLandDoesNotChangeTheSide() async throws {
    let test = TestRun(market: Scene.market(), swarm: Scene.swarm, decide: { _ in .expired })
    await #expect(throws: NoiseFailure.self) { try await test.run(job) }
    await test.set(decide: TestRun.lands)
    _ = try await test.run(job)
    #expect(await sides(test) == [.bid, .bid])
  }

  @Test func aTakenPriceIsNoEventButTheSideChanges() async throws {
    let test = TestRun(
      market: Scene.market(), swarm: Scene.swarm,
      decide: { _ in .landed(slot: 1, results: [.done, .dropped("limit")]) })
    #expect(
      try await test.run(job)
        == .nothingToDo("the price had moved: an order was dropped: limit"))
    #expect(await test.events.isEmpty)
    _ = try await test.run(job)
    #expect(await sides(test) == [.bid, .ask])
  }

  @Test(arguments: RefusalCode.allCases)
  func onlyARefusalForTheTimeBeingIsNoFailure(code: RefusalCode) async throws {
    let test = TestRun(
      market: Scene.market(), swarm: Scene.swarm, decide: { _ in throw Refusal(code, "no") })
    if code.isTemporary {
      #expect(try await test.run(job) == .nothingToDo("\(code.rawValue): no"))
    } else {
      await #expect(throws: Refusal(code, "no")) { try await test.run(job) }
    }
    #expect(await test.events.isEmpty)
  }

  @Test(arguments: [
    BundleOutcome.expired, .reverted(reason: "x"), .unknown, .partial(slot: 1, results: [nil]),
  ])
  func aTradeThatDidNotHappenFails(outcome: BundleOutcome) async throws {
    let test = TestRun(market: Scene.market(), swarm: Scene.swarm, decide: { _ in outcome })
    await #expect(throws: NoiseFailure.self) { try await test.run(job) }
    #expect(await test.events.isEmpty)
  }

  /// The second attempt tells of the first one's trade, whatever the market looks like by then.
  @Test(arguments: 0..<8, [false, true])
  func aLostRunThatIsTriedAgainTradesOnce(call: Int, isDone: Bool) async throws {
    let test = TestRun(market: Scene.market(), swarm: Scene.swarm)
    await test.loseNextRun(atCall: call, isDone: isDone)
    _ = try? await test.run(job, cause: .idle)
    await test.set(market: Scene.market(bid: 8_000, asks: [8_020]))
    guard case .done = try await test.run(job, cause: .retry, attempt: 2) else {
      Issue.record("the second attempt ends the slot's work")
      return
    }
    #expect(await test.bundles.count == 1)
    #expect(await sides(test) == [.bid])
    #expect(await test.events.last?.fields["side"] == "bid")
  }
}
