import PluginAPI
import Testing

@testable import RentRecovery

/// Which accounts are closed, and how.
@Suite struct RentRecoveryTests {
  let job = RentRecovery()

  func intents(_ test: TestRun) async -> [[Intent]] { await test.bundles.map(\.intents) }

  @Test func anEmptyAccountIsSettledAndClosed() async throws {
    let test = Scene.test([Scene.account("a")])
    #expect(try await test.run(job) == .done("1 of 1 accounts closed, 0.007 SOL came back"))
    #expect(
      await test.bundles == [
        Bundle(
          "rent of a", tip: 0.0001, intents: [.settle(account: "a"), .closeAccount(account: "a")])
      ])
    let events = await test.events
    #expect(events.map(\.name) == ["RENT_RECLAIM"])
    #expect(events[0].fields == ["sol": "0.007", "accounts": "1"])
  }

  @Test func ordersAreCancelledOneByOneAndFillsProcessedFirst() async throws {
    let test = Scene.test([
      Scene.account("orders", orders: ["1", "2"]), Scene.account("filled", pending: 2),
      Scene.account("proceeds", sol: 5),
    ])
    try await test.publish("grid.accounts", ["other"])
    _ = try await test.run(job)
    #expect(
      await intents(test) == [
        [.consumeEvents, .settle(account: "filled"), .closeAccount(account: "filled")],
        [
          .cancel(account: "orders", order: "1"), .cancel(account: "orders", order: "2"),
          .consumeEvents, .settle(account: "orders"), .closeAccount(account: "orders"),
        ],
        [.settle(account: "proceeds"), .closeAccount(account: "proceeds")],
      ])
  }

  @Test func whatTheGridUsesStays() async throws {
    let test = Scene.test([Scene.account("a"), Scene.account("b")])
    try await test.publish("grid.accounts", ["a"])
    _ = try await test.run(job)
    #expect(await test.bundles.map(\.label) == ["rent of b"])
  }

  @Test func whileTheGridIsSilentAccountsWithOrdersStay() async throws {
    let test = Scene.test([Scene.account("a", orders: ["1"])], idle: [Scene.idle("x")])
    #expect(try await test.run(job) == .nothingToDo("none of 1 accounts is unused for 1h"))
  }

  @Test func accountsOfAReplacedMarketGoAtOnce() async throws {
    let test = Scene.test([
      Scene.account("old", hours: 0, orders: ["1"], market: "before"),
      Scene.account("new", hours: 0), Scene.account("nameless", hours: 0, market: ""),
    ])
    #expect(try await test.run(job) == .done("1 of 1 accounts closed, 0.007 SOL came back"))
    #expect(
      await intents(test) == [
        [
          .cancel(account: "old", order: "1"), .consumeEvents, .settle(account: "old"),
          .closeAccount(account: "old"),
        ]
      ])
  }

  @Test func emptyTokenAccountsAndTheEmptyListGoTogether() async throws {
    let test = Scene.test(
      [],
      others: [
        Scene.other("mint1"), Scene.other("mint2"), Scene.other("dust", content: 1),
        Scene.other("list", .indexer, rent: 0.001), Scene.other("used"),
      ],
      idle: ["mint1", "mint2", "dust", "list"].map { Scene.idle($0, rent: 0.002) })
    #expect(try await test.run(job) == .done("3 of 3 accounts closed, 0.006 SOL came back"))
    #expect(
      await test.bundles == [
        Bundle(
          "rent of 3 accounts", tip: 0.0001,
          intents: ["mint1", "mint2", "list"].map { .closeAccount(account: $0) })
      ])
  }

  @Test func aListWithAccountsOnItWaitsForThem() async throws {
    let accounts = [Scene.account("a")]
    let test = Scene.test(
      accounts, others: [Scene.other("list", .indexer, content: 1)], idle: [Scene.idle("a")])
    _ = try await test.run(job)
    #expect(await test.bundles.map(\.label) == ["rent of a"])
    await test.set(swarm: Scene.swarm([], others: [Scene.other("list", .indexer)]))
    await test.set(reclaimable: [Scene.idle("list")])
    _ = try await test.run(job)
    #expect(await test.bundles.map(\.label) == ["rent of a", "rent of list"])
  }

  @Test func othersCanBeLeftAlone() async throws {
    var job = job
    job.otherAccounts = false
    let test = Scene.test([], others: [Scene.other("mint")], idle: [Scene.idle("mint")])
    #expect(try await test.run(job) == .nothingToDo("none of 1 accounts is unused for 1h"))
  }

  @Test(arguments: [
    (Scene.test([]), "no account is reclaimable"),
    (
      Scene.test([Scene.account("a", hours: 0)], idle: [Scene.idle("a", hours: 0)]),
      "none of 1 accounts is unused for 1h"
    ),
    (Scene.test([Scene.account("a", rent: 0.0001)]), "none of 1 accounts is unused for 1h"),
    (
      Scene.test([], others: [Scene.other("m")], idle: [Scene.idle("m", wallet: "stranger")]),
      "none of 1 accounts is unused for 1h"
    ),
  ])
  func itDoesNothingWhenNothingIsWorthIt(test: TestRun, reason: String) async throws {
    #expect(try await test.run(job) == .nothingToDo(reason))
    #expect(await test.bundles.isEmpty)
  }

  @Test func theLongestUnusedGoFirstUpToTheLimit() async throws {
    var job = job
    job.maxAccounts = 3
    let test = Scene.test(
      [Scene.account("young", hours: 2), Scene.account("old", hours: 9)],
      others: [Scene.other("m1"), Scene.other("m2"), Scene.other("m3")],
      idle: ["m1", "m2", "m3"].map { Scene.idle($0, hours: 5) })
    _ = try await test.run(job)
    #expect(await test.bundles.map(\.label) == ["rent of old", "rent of 2 accounts"])
  }

  @Test func anEmptyWalletGetsItsRentBackWithoutATip() async throws {
    let test = Scene.test([Scene.account("a")], sol: 0.0005)
    _ = try await test.run(job)
    #expect(await test.bundles.map(\.tip) == [0])
  }

  @Test(arguments: [(0, 1), (8, 1), (9, 2), (64, 8)])
  func asManyFillsAreProcessedAsWait(pending: Int, instructions: Int) async throws {
    let test = Scene.test([Scene.account("a", pending: 1)], pending: pending)
    _ = try await test.run(job)
    let consumes = await test.bundles[0].intents.prefix { $0 == .consumeEvents }
    #expect(consumes.count == instructions)
    #expect(await test.bundles[0].intents.last == .closeAccount(account: "a"))
  }

  @Test func tooManyFillsAreProcessedOverSeveralRuns() async throws {
    let test = Scene.test([Scene.account("a", pending: 1)], pending: 65)
    #expect(
      try await test.run(job) == .done("1 accounts emptied, to be closed in a later run"))
    #expect(await intents(test) == [Array(repeating: .consumeEvents, count: 8)])
    #expect(await test.events.isEmpty)
    await test.set(market: Scene.market(pending: 1))
    #expect(try await test.run(job) == .done("1 of 1 accounts closed, 0.007 SOL came back"))
  }

  @Test(arguments: [RefusalCode.transactionTooBig, .bundleTooLong])
  func whatDoesNotFitOneBundleGoesStepByStep(code: RefusalCode) async throws {
    let names = (1...24).map { "\($0)" }
    let test = Scene.test([Scene.account("a", orders: names, market: "before")]) { bundle in
      if bundle.intents.count > 25 { throw Refusal(code, "25 intents fit") }
      return try TestRun.lands(bundle)
    }
    #expect(
      try await test.run(job) == .done("1 accounts emptied, to be closed in a later run"))
    #expect(await test.bundles[0].intents.count == 25)
    await test.set(swarm: Scene.swarm([Scene.account("a", sol: 9, market: "before")]))
    #expect(try await test.run(job) == .done("1 of 1 accounts closed, 0.007 SOL came back"))
    #expect(
      await intents(test).last == [.settle(account: "a"), .closeAccount(account: "a")])
  }
}
