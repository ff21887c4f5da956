@_spi(Host) import PluginAPI
import Testing

@testable import GridRebalancer

@Suite struct RefusalTests {
  let job = GridRebalancer()

  @Test func withoutAPriceNothingIsDone() async throws {
    let test = TestRun(
      market: Scene.market(bids: [], asks: [], pivot: nil), swarm: Scene.swarm(1))
    #expect(
      try await test.run(job)
        == .nothingToDo("no price: nothing stands on the book and nothing was traded"))
  }

  @Test func missingAccountsAreCreatedFirst() async throws {
    let swarm = Swarm(wallets: [
      Scene.wallet("a", accounts: 0), Scene.wallet("b", accounts: 1),
      Scene.wallet("c", sol: 0.05, accounts: 0),
    ])
    let test = TestRun(market: Scene.market(), swarm: swarm, now: Scene.start)
    #expect(try await test.run(job) == .done("created 3 open-orders accounts; quotes follow"))
    let intents = await test.bundles.map { $0.intents.map(\.word) }
    #expect(intents == [["create", "create"], ["create"]])
    #expect(await test.logs == ["warning: wallet cannot pay for open-orders accounts"])
  }

  @Test func aWalletThatJoinsLaterGetsItsSegment() async throws {
    let test = TestRun(market: Scene.market(), swarm: Scene.swarm(1), now: Scene.start)
    _ = try await test.run(job)
    await test.set(swarm: Scene.apply(test.bundles, to: Scene.swarm(2)))
    guard case .done(let summary) = try await test.run(job, at: Scene.start + .seconds(9)) else {
      Issue.record("nothing done")
      return
    }
    #expect(summary.hasPrefix("swarm: generation 2"))
  }

  @Test func withoutWalletsNothingIsDone() async throws {
    let test = TestRun(market: Scene.market(), swarm: Swarm(wallets: []))
    let outcome = try await test.run(job)
    #expect(
      outcome
        == .nothingToDo("no wallet has its two open-orders accounts, nor the SOL to create them"))
  }

  @Test(arguments: [RefusalCode.tradingHalted, .reducingOnly, .accountBusy])
  func aRefusalForTheTimeBeingIsNoFailure(code: RefusalCode) async throws {
    let test = TestRun(
      market: Scene.market(), swarm: Scene.swarm(2), now: Scene.start,
      decide: { _ in throw Refusal(code, "stopped") })
    #expect(try await test.run(job) == .nothingToDo("\(code.rawValue): stopped"))
    #expect(await test.remembered("grid", as: GridState.self) == nil)
    await test.set(decide: TestRun.lands)
    guard case .done = try await test.run(job, at: Scene.start + .seconds(1)) else {
      Issue.record("the grid did not come back")
      return
    }
  }

  @Test func whenEveryBundleIsRefusedTheRunFails() async throws {
    let test = TestRun(
      market: Scene.market(), swarm: Scene.swarm(2),
      decide: { _ in throw Refusal(.selfTradeRisk, "crosses") })
    await #expect(throws: Refusal(.selfTradeRisk, "crosses")) { try await test.run(job) }
  }

  @Test func oneRefusalDoesNotStopTheOthers() async throws {
    let test = TestRun(
      market: Scene.market(), swarm: Scene.swarm(2),
      decide: { bundle in
        if bundle.label.hasSuffix("w0") { throw Refusal(.balanceShort, "0 SOL") }
        return try TestRun.lands(bundle)
      })
    #expect(
      try await test.run(job)
        == .done(
          "first: generation 1, 0 kept, 0 cancelled, 16 placed; w0: BALANCE_SHORT: 0 SOL"))
    #expect(await test.events.map { $0.fields["wallet"] } == ["w1"])
  }

  @Test func droppedOrdersAreNotCountedAsPlaced() async throws {
    let test = TestRun(
      market: Scene.market(), swarm: Scene.swarm(1),
      decide: { bundle in
        .landed(
          slot: 1,
          results: [.dropped("would trade")] + bundle.intents.dropFirst().map { _ in .done })
      })
    #expect(
      try await test.run(job)
        == .done("first: generation 1, 0 kept, 0 cancelled, 31 placed, 1 dropped"))
    #expect(await test.events[0].fields["placed"] == "31")
  }

  @Test func aBundleThatExpiresIsNoRebuild() async throws {
    let test = TestRun(
      market: Scene.market(), swarm: Scene.swarm(1), decide: { _ in .expired })
    #expect(
      try await test.run(job)
        == .done("first: generation 1, 0 kept, 0 cancelled, 0 placed; w0: expired"))
    #expect(await test.events.isEmpty)
  }

  @Test(arguments: [
    ("tolerance", ["tolerance": "1%"]), ("size_tolerance", ["size_tolerance": "50%"]),
    ("proximity", ["buy_width": "6%"]), ("renewal", ["expiry": "2m"]),
    ("minimum_gap", ["minimum_gap": "2m"]),
    ("minimum_gap", ["entropy": "10s", "minimum_gap": "10s"]),
    ("tick", ["rotation": "tick", "tick": "5s"]),
    ("gamma", ["gamma_mode": "volatility", "gamma": "3"]),
    ("levels", ["wallets": "3", "levels": "49"]),
    ("bid_multiplier", ["bid_multiplier": "2"]),
    ("ask_multiplier", ["depth_ask": "0.01"]),
  ])
  func contradictionsAreFound(parameter: String, values: [String: String]) {
    do throws(ParameterProblems) {
      _ = try JobDescriptor(GridRebalancer.self).make(values)
      Issue.record("accepted \(values)")
    } catch {
      #expect(error.problems.map(\.parameter) == [parameter])
    }
  }

  @Test func whatContradictsIsSaidInNumbers() {
    do throws(ParameterProblems) {
      _ = try JobDescriptor(GridRebalancer.self).make(
        ["levels": "100", "wallets": "3", "bid_multiplier": "1.3"])
      Issue.record("accepted")
    } catch {
      #expect(
        error.problems.map(\.message) == [
          "100 levels per side need 14 open-orders accounts of 7 wallets, 16 orders in each; there "
            + "are 3 wallets",
          "100 levels that grow by 1.3 make the smallest of depth_bid 0 SOL, below minimum_order "
            + "(0.001 SOL)",
        ])
    }
  }
}
