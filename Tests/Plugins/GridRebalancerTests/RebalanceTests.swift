import PluginAPI
import Testing

@testable import GridRebalancer

@Suite struct RebalanceTests {
  let job: GridRebalancer
  init() {
    var job = GridRebalancer()
    job.levels = 2
    job.bidMultiplier = 1
    job.askMultiplier = 1
    self.job = job
  }

  /// Builds the first grid and lets its orders stand.
  func standing(_ wallets: Int = 1) async throws -> TestRun {
    let test = TestRun(
      market: Scene.market(), swarm: Scene.swarm(wallets), now: Scene.start)
    _ = try await test.run(job)
    await test.set(swarm: Scene.apply(test.bundles, to: Scene.swarm(wallets)))
    return test
  }

  @Test func theFirstRunQuotes() async throws {
    let test = try await standing()
    let bundle = try #require(await test.bundles.first)
    #expect(bundle.intents.map(\.word) == ["bid", "bid", "ask", "ask"])
    #expect(bundle.bids == [9_250, 8_500] && bundle.asks == [11_500, 13_000])
    #expect(bundle.priority == .rebuild && bundle.tip == 0.0001)
    #expect(bundle.orders.allSatisfy { $0.expires == Scene.start + .seconds(600) })
    #expect(bundle.intents.map(\.account) == ["w0/0", "w0/0", "w0/1", "w0/1"])
  }

  @Test func theEventSaysWhatWasDone() async throws {
    let test = try await standing(2)
    let events = await test.events
    #expect(events.map(\.name) == ["GRID_REBUILD", "GRID_REBUILD"])
    #expect(
      events[0].fields == [
        "pivot": "10000", "trigger": "first", "wallet": "w0", "generation": "1", "kept": "0",
        "cancelled": "0", "placed": "2",
      ])
    #expect(await test.metrics["grid_rebuilds"] == 1)
  }

  @Test func otherJobsFindTheChannelOnTheBoard() async throws {
    let test = try await standing()
    let channel = await test.published("grid.channel", as: Channel.self)
    #expect(
      channel
        == Channel(lower: PriceLots(8_500), upper: PriceLots(13_000), pivot: PriceLots(10_000))
    )
    #expect(await test.published("grid.generation", as: Int.self) == 1)
    #expect(await test.published("grid.accounts", as: [AccountID].self) == ["w0/0", "w0/1"])
  }

  @Test func afterAStartOfTheHostTheBoardIsFilledAgain() async throws {
    let before = try await standing()
    let state = try #require(await before.remembered("grid", as: GridState.self))
    let test = TestRun(market: Scene.market(), swarm: await before.swarm, now: Scene.start)
    try await test.remember("grid", state)
    let outcome = try await test.run(job, at: Scene.start + .seconds(10))
    #expect(outcome == .nothingToDo("the grid of generation 1 stands"))
    #expect(await test.published("grid.generation", as: Int.self) == 1)
    #expect(await test.published("grid.channel", as: Channel.self)?.lower == PriceLots(8_500))
  }

  @Test func aStandingGridIsLeftAlone() async throws {
    let test = try await standing()
    let outcome = try await test.run(job, at: Scene.start + .seconds(10))
    #expect(outcome == .nothingToDo("the grid of generation 1 stands"))
    #expect(await test.bundles.count == 1)
  }

  @Test func whenTheMarketFallsTheAsksAreKept() async throws {
    let test = try await standing()
    await test.set(market: Scene.market(mid: 9_800))
    let outcome = try await test.run(job, at: Scene.start + .seconds(10))
    #expect(outcome == .done("deviation: generation 2, 3 kept, 1 cancelled, 1 placed"))
    let bundle = await test.bundles[1]
    #expect(bundle.intents.map(\.word) == ["cancel", "settle", "bid"])
    #expect(bundle.bids == [9_149])
  }

  @Test func whenTheMarketRisesTheAsksAreMovedFirst() async throws {
    let test = try await standing()
    await test.set(market: Scene.market(mid: 10_200, pivot: 10_100))
    _ = try await test.run(job, at: Scene.start + .seconds(10))
    let words = await test.bundles[1].intents.map(\.word)
    #expect(words == ["cancel", "settle", "cancel", "settle", "ask", "bid"])
  }

  @Test func ordersWithinTheToleranceAreKept() async throws {
    let test = try await standing()
    await test.set(market: Scene.market(mid: 10_000, pivot: 10_010))
    await test.set(swarm: try without(first: .bid, in: #require(await test.swarm)))
    let outcome = try await test.run(job, at: Scene.start + .seconds(10))
    #expect(outcome == .done("missing: generation 2, 3 kept, 0 cancelled, 1 placed"))
    #expect(await test.bundles[1].intents.map(\.word) == ["bid"])
  }

  @Test func beyondTheToleranceTheyAreReplaced() async throws {
    let test = try await standing()
    await test.set(market: Scene.market(mid: 10_000, pivot: 10_100))
    await test.set(swarm: try without(first: .bid, in: #require(await test.swarm)))
    let outcome = try await test.run(job, at: Scene.start + .seconds(10))
    #expect(outcome == .done("missing: generation 2, 2 kept, 1 cancelled, 2 placed"))
  }

  @Test func whileOrdersStandALastingRefusalIsNoFailure() async throws {
    let test = try await standing()
    await test.set(swarm: try without(first: .bid, in: #require(await test.swarm)))
    await test.set(decide: { _ in throw Refusal(.balanceShort, "0 SOL") })
    let outcome = try await test.run(job, at: Scene.start + .seconds(10))
    #expect(
      outcome
        == .done(
          "missing: generation 2, 3 kept, 0 cancelled, 0 placed; w0: BALANCE_SHORT: 0 SOL"))
    let next = try await test.run(job, at: Scene.start + .seconds(11))
    #expect(
      next
        == .done("retry: generation 3, 3 kept, 0 cancelled, 0 placed; w0: BALANCE_SHORT: 0 SOL"))
    let later = try await test.run(job, at: Scene.start + .seconds(12))
    #expect(later == .nothingToDo("retry: too soon after the last rebuild"))
  }

  @Test func aSignalReplacesEverything() async throws {
    let test = try await standing()
    let outcome = try await test.run(job, cause: .signal, at: Scene.start + .seconds(10))
    #expect(outcome == .done("signal: generation 2, 0 kept, 4 cancelled, 4 placed"))
  }

  @Test func anEarlySignalIsServedLater() async throws {
    let test = try await standing()
    let early = try await test.run(job, cause: .signal, at: Scene.start + .seconds(2))
    #expect(early == .nothingToDo("signal: too soon after the last rebuild"))
    let later = try await test.run(job, at: Scene.start + .seconds(6))
    #expect(later == .done("signal: generation 2, 0 kept, 4 cancelled, 4 placed"))
  }

  @Test func aSignalThatWasRefusedIsServedLater() async throws {
    let test = try await standing()
    await test.set(decide: { _ in throw Refusal(.accountBusy, "w0") })
    let refused = try await test.run(job, cause: .signal, at: Scene.start + .seconds(10))
    #expect(refused == .nothingToDo("ACCOUNT_BUSY: w0"))
    await test.set(decide: TestRun.lands)
    let later = try await test.run(job, at: Scene.start + .seconds(11))
    #expect(later == .done("signal: generation 2, 0 kept, 4 cancelled, 4 placed"))
  }

  @Test func anotherTableKeepsWhatStillFits() async throws {
    let test = try await standing()
    var job = job
    job.levels = 4
    job.depthBid = 20
    let outcome = try await test.run(job, at: Scene.start + .seconds(10))
    #expect(outcome == .done("configuration: generation 2, 2 kept, 2 cancelled, 6 placed"))
    let after = Scene.apply([await test.bundles[1]], to: try #require(await test.swarm))
    #expect(after.wallets[0].accounts.map(\.orders.count) == [4, 4])
  }

  @Test func expiringOrdersAreRenewed() async throws {
    let test = try await standing()
    let later = Scene.start + .seconds(480)
    let outcome = try await test.run(job, at: later)
    #expect(outcome == .done("expiry: generation 2, 0 kept, 4 cancelled, 4 placed"))
    #expect(await test.bundles[1].orders.allSatisfy { $0.expires == later + .seconds(600) })
  }

  @Test func theBoardSetsTheBuyMultiplier() async throws {
    let test = TestRun(market: Scene.market(), swarm: Scene.swarm(1), now: Scene.start)
    try await test.publish("target-control", BuyControl(multiplier: 2, depth: 50))
    _ = try await test.run(job)
    let bids = await test.bundles[0].orders.filter { $0.side == .bid }
    #expect(bids.map(\.size.count) == [166, 334])
  }

  @Test func whenTargetControlStopsBuyingTheBidsGo() async throws {
    let test = try await standing()
    try await test.publish("target-control", BuyControl(multiplier: 1, depth: 0))
    let outcome = try await test.run(job, at: Scene.start + .seconds(10))
    #expect(outcome == .done("control: generation 2, 2 kept, 2 cancelled, 0 placed"))
    #expect(await test.bundles[1].intents.map(\.word) == ["cancel all", "settle"])
  }

  @Test func anOldMultiplierIsIgnored() async throws {
    let test = TestRun(market: Scene.market(), swarm: Scene.swarm(1), now: Scene.start)
    try await test.publish("target-control", BuyControl(multiplier: 2, depth: 50))
    _ = try await test.run(job, at: Scene.start + .seconds(601))
    let bids = await test.bundles[0].orders.filter { $0.side == .bid }
    #expect(bids.map(\.size.count) == [500, 500])
  }

  @Test func ordersInTheWrongAccountGo() async throws {
    let test = try await standing()
    var swarm = try #require(await test.swarm)
    let astray = swarm.wallets[0].accounts[1].orders.removeLast()
    swarm.wallets[0].accounts[0].orders.append(astray)
    await test.set(swarm: swarm)
    await test.set(market: Scene.market(mid: 9_800))
    let outcome = try await test.run(job, at: Scene.start + .seconds(10))
    #expect(outcome == .done("astray: generation 2, 2 kept, 2 cancelled, 2 placed"))
  }

  @Test func turnsMoveTheSegments() async throws {
    var job = job
    job.rotation = .tick
    let test = TestRun(market: Scene.market(), swarm: Scene.swarm(2), now: Scene.start)
    _ = try await test.run(job)
    await test.set(swarm: Scene.apply(test.bundles, to: Scene.swarm(2)))
    let first = await test.bundles[0].bids
    let outcome = try await test.run(job, at: Scene.start + .seconds(60))
    #expect(outcome == .done("rotation: generation 2, 0 kept, 4 cancelled, 4 placed"))
    #expect(await test.bundles[3].bids == first)
  }

  func without(first side: Side, in swarm: Swarm) throws -> Swarm {
    var swarm = swarm
    let account = side == .bid ? 0 : 1
    swarm.wallets[0].accounts[account].orders.removeFirst()
    return swarm
  }
}
