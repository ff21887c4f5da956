@_spi(Host) import PluginAPI
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

  @Test func twoWalletsTradeInOneBundleInsideTheSpread() async throws {
    let test = TestRun(market: Scene.market(last: 10_003), swarm: Scene.swarm("a", "b"))
    let outcome = try await test.run(job)
    #expect(
      outcome == .done("a and b traded 0.1 SOL") || outcome == .done("b and a traded 0.1 SOL"))
    let bundle = try #require(await test.bundles.first)
    guard case .place(let maker, let order) = bundle.intents[0],
      case .take(let taker, let side, let size, let limit) = bundle.intents[1]
    else {
      Issue.record("expected an order and a take, got \(bundle.intents)")
      return
    }
    #expect(maker != taker && side == order.side.opposite && size == order.size)
    #expect(order.price == PriceLots(10_003) && limit == order.price && size == BaseLots(9))
    #expect(order.expires == test.now + .seconds(60))
    #expect(bundle.tip == 0.001 && bundle.label == "flash volume")
    #expect(bundle.intents.contains(.settle(account: maker)))
    #expect(bundle.intents.contains(.settle(account: taker)))
  }

  @Test func theEventNamesSideVolumeAndTip() async throws {
    let test = TestRun(market: Scene.market(), swarm: Scene.swarm("a", "b"))
    _ = try await test.run(job)
    guard case .place(_, let order)? = await test.bundles.first?.intents[0] else {
      Issue.record("expected an order")
      return
    }
    let events = await test.events
    #expect(events.map(\.name) == ["FLASH_VOLUME"])
    #expect(
      events[0].fields == [
        "side": order.side.rawValue, "volume": "0.1 SOL", "tip": "0.001 SOL", "synthetic": "true",
      ])
    #expect(await test.metrics["flash_volume_trades"] == 1)
  }

  @Test func theSeedDrawsThePair() async throws {
    let test = TestRun(market: Scene.market(), swarm: Scene.swarm("a", "b", "c"))
    for seed in 0..<40 { _ = try await test.run(job, seed: UInt64(seed)) }
    let pairs = await test.bundles.map { $0.intents.prefix(2).map { "\($0)" } }
    #expect(Set(pairs).count >= 6)
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
    #expect(
      try await test.run(job, cause: .retry, attempt: 2)
        == .nothingToDo("not available on this cluster"))
  }

  @Test func poorWalletsArePassedOver() async throws {
    let wallets = [
      Scene.wallet("a", sol: 0), Scene.wallet("b"), Scene.wallet("c", orders: 24),
      Scene.wallet("d"),
    ]
    let test = TestRun(market: Scene.market(), swarm: Swarm(wallets: wallets))
    for seed in 0..<10 { _ = try await test.run(job, seed: UInt64(seed)) }
    let used = await test.bundles.flatMap { $0.intents.prefix(1) }
    #expect(used.count == 10)
    for case .place(let account, _) in used { #expect(["b/0", "d/0"].contains(account)) }
  }

  @Test(arguments: RefusalCode.allCases)
  func onlyARefusalForTheTimeBeingIsNoFailure(code: RefusalCode) async throws {
    let test = TestRun(
      market: Scene.market(), swarm: Scene.swarm("a", "b"),
      decide: { _ in throw Refusal(code, "no") })
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
    let test = TestRun(
      market: Scene.market(), swarm: Scene.swarm("a", "b"), decide: { _ in outcome })
    await #expect(throws: TradeFailure.self) { try await test.run(job) }
    #expect(await test.events.isEmpty)
  }

  @Test(
    arguments: [
      ([.dropped("would trade"), .done], "an order was dropped: would trade"),
      (
        [.done, .filled(size: BaseLots(3), quote: Lamports(1))], "only 3 of 10 lots were traded"
      ),
    ] as [([IntentResult], String)])
  func whoeverComesInBetweenIsNoFailureAndNoVolume(results: [IntentResult], why: String)
    async throws
  {
    let test = TestRun(
      market: Scene.market(), swarm: Scene.swarm("a", "b"),
      decide: { _ in .landed(slot: 1, results: results) })
    #expect(try await test.run(job) == .nothingToDo("the price had moved: \(why)"))
    #expect(await test.events.isEmpty)
  }

  /// The book may have moved and other wallets been added when the slot is tried again.
  @Test(arguments: 0..<7, [false, true])
  func aLostRunThatIsTriedAgainTradesOnce(call: Int, isDone: Bool) async throws {
    let test = TestRun(market: Scene.market(), swarm: Scene.swarm("a", "b"))
    await test.loseNextRun(atCall: call, isDone: isDone)
    _ = try? await test.run(job)
    await test.set(market: Scene.market(bid: 8_000, ask: 8_020))
    await test.set(swarm: Scene.swarm("c", "d", "e"))
    guard case .done = try await test.run(job, cause: .retry, attempt: 2) else {
      Issue.record("the second attempt ends the slot's work")
      return
    }
    #expect(await test.bundles.count == 1)
  }

  @Test func contradictionsAreFound() {
    do throws(ParameterProblems) {
      _ = try JobDescriptor(FlashVolume.self).make(["size": "0.05 SOL", "tip": "0.05 SOL"])
      Issue.record("a tip as large as the trade was accepted")
    } catch { #expect(error.problems.map(\.parameter) == ["tip"]) }
  }
}
