import PluginAPI
import Testing

@testable import GridRebalancer

/// What becomes of bundles, and what the next run makes of it.
@Suite struct FateTests {
  let job: GridRebalancer
  init() {
    var job = GridRebalancer()
    job.levels = 2
    self.job = job
  }

  func test(wallets: Int = 1, _ fate: @escaping @Sendable (Bundle) throws -> BundleOutcome)
    -> TestRun
  {
    TestRun(
      market: Scene.market(), swarm: Scene.swarm(wallets), now: Scene.start, decide: fate)
  }

  @Test(arguments: [
    (BundleOutcome.expired, "expired"), (.reverted(reason: "6036"), "reverted: 6036"),
  ])
  func aBundleThatFailedIsSentAgainAtTheNextSlot(fate: BundleOutcome, phrase: String) async throws {
    let test = test { _ in fate }
    #expect(
      try await test.run(job)
        == .done("first: generation 1, 0 kept, 0 cancelled, 0 placed; w0: \(phrase)"))
    #expect(await test.events.isEmpty)
    await test.set(market: Scene.market(mid: 10_050))
    await test.set(decide: TestRun.lands)
    #expect(
      try await test.run(job, at: Scene.start + .seconds(1))
        == .done("first: generation 2, 0 kept, 0 cancelled, 4 placed"))
    #expect(await test.bundles[1].asks.last == 13_000)
    #expect(await test.bundles[1].asks.first != test.bundles[0].asks.first, "the prices are fresh")
    await test.set(swarm: Scene.apply([test.bundles[1]], to: Scene.swarm(1)))
    #expect(
      try await test.run(job, at: Scene.start + .seconds(2))
        == .nothingToDo("the grid of generation 2 stands"))
  }

  @Test func aWalletWhoseBundleIsUnknownIsLeftAloneUntilItIsKnown() async throws {
    let test = test(wallets: 2) { bundle in
      bundle.label.hasSuffix("w0") ? .unknown : try TestRun.lands(bundle)
    }
    _ = try await test.run(job)
    await test.set(swarm: Scene.apply([test.bundles[1]], to: Scene.swarm(2)))
    await test.set(market: Scene.market(mid: 9_500))
    for second in 10..<20 {
      _ = try await test.run(job, at: Scene.start + .seconds(second * 10))
    }
    #expect(await test.bundles.count { $0.label.hasSuffix("w0") } == 1)
    #expect(
      await test.logs.count { $0.hasPrefix("warning: the fate of a grid bundle is unknown") } == 1)
    #expect(await test.remembered("grid", as: GridState.self)?.generation == 2)
    await test.set(fate: .landed(slot: 1, results: [.done, .done]), of: 1)
    try await test.set(swarm: Scene.apply([test.bundles[0]], to: #require(await test.swarm)))
    let before = await test.events.count
    _ = try await test.run(job, at: Scene.start + .seconds(300))
    #expect(await test.events.dropFirst(before).first?.fields["wallet"] == "w0")
    #expect(await test.bundles.count { $0.label.hasSuffix("w0") } == 2)
  }

  @Test func aBundleThatLandedInPartIsReadAgainAndMadeWhole() async throws {
    let test = test { bundle in
      .partial(slot: 1, results: [.done] + bundle.intents.dropFirst().map { _ in nil })
    }
    #expect(
      try await test.run(job)
        == .done(
          "first: generation 1, 0 kept, 0 cancelled, 1 placed; w0: landed in part in slot 1"))
    var part = await test.bundles[0]
    part.intents.removeLast(3)
    await test.set(swarm: Scene.apply([part], to: Scene.swarm(1)))
    await test.set(decide: TestRun.lands)
    #expect(
      try await test.run(job, at: Scene.start + .seconds(1))
        == .done("retry: generation 2, 1 kept, 0 cancelled, 3 placed"))
    let all = await test.bundles.map(\.orders).joined().map(\.price)
    #expect(Set(await test.bundles[1].orders.map(\.price)).isDisjoint(with: [all[0]]))
  }

  @Test func walletsReadBeforeTheBundleLandedAreNotActedOn() async throws {
    let test = test { bundle in .landed(slot: 2, results: bundle.intents.map { _ in .done }) }
    _ = try await test.run(job)
    #expect(
      try await test.run(job, at: Scene.start + .seconds(10))
        == .nothingToDo("the market was read before the last bundle landed"))
    #expect(await test.bundles.count == 1)
  }

  @Test func anExchangeThatCountsAnewIsActedOnAfterAMinute() async throws {
    let test = test { bundle in .landed(slot: 9_000, results: bundle.intents.map { _ in .done }) }
    _ = try await test.run(job)
    await test.set(decide: TestRun.lands)
    let early = try await test.run(job, at: Scene.start + .seconds(60))
    #expect(early == .nothingToDo("the market was read before the last bundle landed"))
    let late = try await test.run(job, at: Scene.start + .seconds(61))
    #expect(late == .done("first: generation 2, 0 kept, 0 cancelled, 4 placed"))
    await test.set(swarm: Scene.apply([test.bundles[1]], to: Scene.swarm(1)))
    #expect(
      try await test.run(job, at: Scene.start + .seconds(62))
        == .nothingToDo("the grid of generation 2 stands"))
  }

  @Test func aRunThatWasCutOffIsTakenUpByTheNext() async throws {
    let test = test(TestRun.lands)
    _ = try await test.run(job)
    var state = try #require(await test.remembered("grid", as: GridState.self))
    state.pending = [
      PendingBundle(
        wallet: "w0", bundle: "1", trigger: .first, generation: 1, pivot: PriceLots(10_000),
        kept: 0, cancelled: 0, places: 0..<4)
    ]
    try await test.remember("grid", state)
    await test.set(swarm: Scene.apply(test.bundles, to: Scene.swarm(1)))
    #expect(
      try await test.run(job, at: Scene.start + .seconds(10))
        == .nothingToDo("the grid of generation 1 stands"))
    #expect(await test.events.map { $0.fields["placed"] } == ["4", "4"])
    #expect(try #require(await test.remembered("grid", as: GridState.self)).pending.isEmpty)
  }

  @Test func aBundleThatNobodyKnowsAnyMoreIsForgotten() async throws {
    let test = test(TestRun.lands)
    _ = try await test.run(job)
    var state = try #require(await test.remembered("grid", as: GridState.self))
    state.pending = [
      PendingBundle(
        wallet: "w0", bundle: "77", trigger: .first, generation: 1, kept: 0, cancelled: 0,
        places: 0..<4)
    ]
    try await test.remember("grid", state)
    await test.set(swarm: Scene.apply(test.bundles, to: Scene.swarm(1)))
    #expect(
      try await test.run(job, at: Scene.start + .seconds(1))
        == .done("retry: generation 2, 4 kept, 0 cancelled, 0 placed"))
  }

  @Test(arguments: [RefusalCode.reducingOnly, .circuitOpen, .staleOracle])
  func whenOnlyCancelsPassOldPricesAreWithdrawn(code: RefusalCode) async throws {
    let test = test(TestRun.lands)
    _ = try await test.run(job)
    await test.set(swarm: Scene.apply(test.bundles, to: Scene.swarm(1)))
    await test.set(market: Scene.market(mid: 9_800))
    await test.set(decide: { bundle in
      if !bundle.orders.isEmpty { throw Refusal(code, "no new orders") }
      return try TestRun.lands(bundle)
    })
    guard case .done = try await test.run(job, at: Scene.start + .seconds(10)) else {
      Issue.record("nothing withdrawn")
      return
    }
    let withdrawal = await test.bundles[1]
    #expect(withdrawal.intents.map(\.word) == ["cancel"] && withdrawal.priority == .cancel)
    try await test.set(swarm: Scene.apply([withdrawal], to: #require(await test.swarm)))
    #expect(
      try await test.run(job, at: Scene.start + .seconds(20))
        == .nothingToDo("\(code.rawValue): no new orders"))
    #expect(await test.bundles.count == 2)
  }

  @Test func accountsOfAMarketThatWasReplacedAreNotUsed() async throws {
    let test = test(TestRun.lands)
    _ = try await test.run(job)
    var swarm = Scene.apply(await test.bundles, to: Scene.swarm(1))
    for index in 0...1 { swarm.wallets[0].accounts[index].market = "old" }
    swarm.market = "new"
    await test.set(swarm: swarm)
    #expect(
      try await test.run(job, at: Scene.start + .seconds(10))
        == .done("created 2 open-orders accounts; quotes follow"))
    for index in 2...3 {
      var account = OpenOrdersAccount(
        id: AccountID("w0/\(index)"), rent: .zero, lastUsed: Scene.start)
      account.market = "new"
      swarm.wallets[0].accounts.append(account)
    }
    await test.set(swarm: swarm)
    _ = try await test.run(job, at: Scene.start + .seconds(20))
    let accounts = await test.bundles[2].intents.map(\.account)
    #expect(accounts == ["w0/2", "w0/2", "w0/3", "w0/3"])
  }

  @Test func accountsAreNotCreatedTwice() async throws {
    let swarm = Swarm(wallets: [Scene.wallet("a", accounts: 0)])
    let test = TestRun(
      market: Scene.market(), swarm: swarm, now: Scene.start, decide: { _ in .unknown })
    let idle = Outcome.nothingToDo(
      "no wallet has its two open-orders accounts, nor the SOL to create them")
    for second in 0..<5 {
      #expect(try await test.run(job, at: Scene.start + .seconds(second)) == idle)
    }
    #expect(await test.bundles.count == 1)
    await test.set(fate: .landed(slot: 9, results: []), of: 1)
    #expect(try await test.run(job, at: Scene.start + .seconds(6)) == idle)
    #expect(try await test.run(job, at: Scene.start + .seconds(7)) == idle)
    #expect(await test.bundles.count == 1, "the wallets were read before the accounts landed")
    await test.set(fate: .expired, of: 1)
    try await test.remember("accounts", AccountSetup.Memory(pending: ["a": "1"]))
    _ = try await test.run(job, at: Scene.start + .seconds(8))
    #expect(await test.bundles.count == 2, "what expired is created anew")
  }
}
