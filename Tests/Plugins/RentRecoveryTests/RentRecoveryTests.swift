import PluginAPI
import Testing

@testable import RentRecovery

private enum Scene {
  static let start = Timestamp(seconds: 1_750_000_000)

  static func idle(
    _ name: String, hours: Int64 = 2, rent: SOL = 0.007, settles: Bool = false
  ) -> ReclaimableAccount {
    ReclaimableAccount(
      id: AccountID(name), wallet: "w", rent: rent.lamports,
      lastUsed: start + .seconds(-3600 * hours), needsSettling: settles)
  }

  /// A wallet with an account that has an order, one with proceeds, and an empty one.
  static let swarm: Swarm = {
    let order = OpenOrder(
      id: "o", side: .bid, price: PriceLots(1), size: BaseLots(1), placed: start, expires: nil)
    func account(_ name: String, orders: [OpenOrder] = [], sol: Int64 = 0) -> OpenOrdersAccount {
      OpenOrdersAccount(
        id: AccountID(name), orders: orders, freeSOL: Lamports(sol), rent: Lamports(1),
        lastUsed: start)
    }
    return Swarm(wallets: [
      Wallet(
        id: "w", publicKey: "w", sol: .zero, token: .zero, usdc: 0,
        accounts: [
          account("orders", orders: [order]), account("proceeds", sol: 5), account("empty"),
        ])
    ])
  }()

  static func test(
    _ idle: [ReclaimableAccount],
    decide: @escaping @Sendable (Bundle) throws -> BundleOutcome = TestRun.lands
  ) -> TestRun {
    TestRun(swarm: swarm, reclaimable: idle, now: start, decide: decide)
  }
}

@Suite struct RentRecoveryTests {
  let job = RentRecovery()

  @Test func anEmptyAccountIsClosed() async throws {
    let test = Scene.test([Scene.idle("empty")])
    #expect(try await test.run(job) == .done("1 of 1 accounts closed, 0.007 SOL came back"))
    #expect(
      await test.bundles == [
        Bundle("rent of empty", tip: 0.0001, intents: [.closeAccount(account: "empty")])
      ])
    let events = await test.events
    #expect(events.map(\.name) == ["RENT_RECLAIM"])
    #expect(events[0].fields == ["sol": "0.007", "accounts": "1"])
  }

  @Test func proceedsAreSettledAndOrdersCancelledFirst() async throws {
    let test = Scene.test([
      Scene.idle("orders"), Scene.idle("proceeds"), Scene.idle("token", settles: true),
    ])
    try await test.publish("grid.accounts", ["other"])
    _ = try await test.run(job)
    #expect(
      await test.bundles.map(\.intents) == [
        [
          .cancelAll(account: "orders"), .consumeEvents, .settle(account: "orders"),
          .closeAccount(account: "orders"),
        ],
        [.consumeEvents, .settle(account: "proceeds"), .closeAccount(account: "proceeds")],
        [.consumeEvents, .settle(account: "token"), .closeAccount(account: "token")],
      ])
  }

  @Test func whatTheGridUsesStays() async throws {
    let test = Scene.test([Scene.idle("empty"), Scene.idle("proceeds")])
    try await test.publish("grid.accounts", ["empty"])
    _ = try await test.run(job)
    #expect(await test.bundles.map(\.label) == ["rent of proceeds"])
  }

  @Test func whileTheGridIsSilentAccountsWithOrdersStay() async throws {
    let test = Scene.test([Scene.idle("orders")])
    #expect(try await test.run(job) == .nothingToDo("none of 1 accounts is unused for 1h"))
  }

  @Test(arguments: [
    ([], "no account is reclaimable"),
    ([Scene.idle("empty", hours: 0)], "none of 1 accounts is unused for 1h"),
    ([Scene.idle("empty", rent: 0.0001)], "none of 1 accounts is unused for 1h"),
  ])
  func itDoesNothingWhenNothingIsWorthIt(idle: [ReclaimableAccount], reason: String) async throws {
    let test = Scene.test(idle)
    #expect(try await test.run(job) == .nothingToDo(reason))
    #expect(await test.bundles.isEmpty)
  }

  @Test func theLongestUnusedGoFirstUpToTheLimit() async throws {
    var job = job
    job.maxAccounts = 2
    let test = Scene.test([
      Scene.idle("young", hours: 2), Scene.idle("old", hours: 9), Scene.idle("middle", hours: 5),
    ])
    _ = try await test.run(job)
    #expect(await test.bundles.map(\.label) == ["rent of old", "rent of middle"])
  }

  @Test func whatReallyCameBackCounts() async throws {
    let test = Scene.test([Scene.idle("empty")]) { _ in
      .landed(
        slot: 1, results: [.returned(sol: SOL(0.5).lamports, token: .zero)])
    }
    #expect(try await test.run(job) == .done("1 of 1 accounts closed, 0.5 SOL came back"))
  }

  @Test func oneFailureDoesNotStopTheOthers() async throws {
    let test = Scene.test([Scene.idle("a"), Scene.idle("b"), Scene.idle("c")]) { bundle in
      switch bundle.label {
      case "rent of a": throw Refusal(.accountBusy, "wait")
      case "rent of b": return .landed(slot: 1, results: [.dropped("not empty")])
      default: return try TestRun.lands(bundle)
      }
    }
    #expect(try await test.run(job) == .done("1 of 3 accounts closed, 0.007 SOL came back"))
    #expect(
      await test.logs == [
        "warning: account not closed: a: ACCOUNT_BUSY: wait",
        "warning: account not closed: b: step 1 was dropped: not empty",
      ])
  }

  @Test func ifNoneCanBeClosedTheRunFails() async throws {
    let test = Scene.test([Scene.idle("a")]) { _ in .reverted(reason: "6042") }
    await #expect(throws: RecoveryFailure.self) { try await test.run(job) }
    #expect(await test.events.isEmpty)
  }

  @Test func aStopOfTradingIsNoFailure() async throws {
    let test = Scene.test([Scene.idle("a")]) { _ in throw Refusal(.tradingHalted, "stopped") }
    #expect(try await test.run(job) == .nothingToDo("a: TRADING_HALTED: stopped"))
  }
}
