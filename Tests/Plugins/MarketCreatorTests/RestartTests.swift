@_spi(Host) import PluginAPI
import Testing

@testable import MarketCreator

/// What a confirmed restart does, and what becomes of one that is interrupted.
@Suite struct RestartTests {
  /// A test whose wallets are emptied as the bundles go, and the confirmed job.
  func busy() async throws -> (TestRun, MarketCreator) {
    let test = Scene.test(Scene.busy)
    let job = try await Scene.confirmed(test)
    await test.set(nextSwarms: [Scene.busy, Scene.busy, Scene.cancelled])
    await test.set(swarm: Scene.empty)
    return (test, job)
  }

  func creations(_ test: TestRun) async -> Int {
    await test.bundles.count { bundle in
      bundle.intents.contains { if case .createMarket = $0 { true } else { false } }
    }
  }

  @Test func ordersAreCancelledAndProceedsSettledFirst() async throws {
    let (test, job) = try await busy()
    #expect(
      try await test.run(job, cause: .manual)
        == .done("market new was created; 32 orders of the old one cancelled"))
    #expect(
      await test.bundles.dropLast().map(\.intents) == [
        [.cancelAll(account: "a/1"), .cancelAll(account: "a/2")],
        [.settle(account: "a/1"), .settle(account: "a/2")],
        [.consumeEvents, .settle(account: "b/1")],
      ])
    let events = await test.events
    #expect(events.map(\.name) == ["MARKET_CREATED"])
    #expect(
      events[0].fields == [
        "market": "new", "name": "BMV/SOL", "replaces": "old", "wallet": "a", "rent": "1.9",
        "cancelled": "32",
      ])
  }

  @Test func whoKeepsQuotingStopsIt() async throws {
    let test = Scene.test(Scene.busy)
    let job = try await Scene.confirmed(test)
    await #expect(throws: RestartFailure.self) { try await test.run(job, cause: .manual) }
    #expect(await creations(test) == 0)
    #expect(await test.remembered("restart", as: BegunRestart.self) == nil)
  }

  @Test(arguments: RefusalCode.allCases)
  func aRefusedCreationVoidsTheCode(code: RefusalCode) async throws {
    let test = Scene.test()
    let job = try await Scene.confirmed(test)
    await test.set(decide: { _ in throw Refusal(code, "no") })
    if code.isTemporary {
      #expect(
        try await test.run(job, cause: .manual)
          == .nothingToDo("\(code.rawValue): no; the code is void, a new preview is needed"))
    } else {
      await #expect(throws: Refusal(code, "no")) { try await test.run(job, cause: .manual) }
    }
    await test.set(decide: Scene.lands)
    _ = try await test.run(job, cause: .manual, at: Scene.start + .seconds(1))
    #expect(await creations(test) == 0)
  }

  @Test(arguments: [
    BundleOutcome.expired, .reverted(reason: "x"), .partial(slot: 1, results: [nil]),
  ])
  func aCreationThatFailsIsOver(outcome: BundleOutcome) async throws {
    let test = Scene.test()
    let job = try await Scene.confirmed(test)
    await test.set(decide: { _ in outcome })
    await #expect(throws: RestartFailure.self) { try await test.run(job, cause: .manual) }
    #expect(await test.remembered("restart", as: BegunRestart.self) == nil)
    #expect(await test.events.isEmpty)
  }

  @Test func anUnknownFateIsWaitedForAndThenTold() async throws {
    let test = Scene.test()
    let job = try await Scene.confirmed(test)
    await test.set(decide: { _ in .unknown })
    await #expect(throws: RestartFailure.self) { try await test.run(job, cause: .manual) }
    let later = Scene.start + .seconds(3_600)
    #expect(
      try await test.run(job, cause: .manual, at: later)
        == .nothingToDo("the fate of an earlier restart is not known yet"))
    await test.set(fate: .landed(slot: 9, results: [.createdMarket("new")]), of: 1)
    #expect(
      try await test.run(job, cause: .manual, at: later)
        == .done("market new was created; 0 orders of the old one cancelled"))
    #expect(await creations(test) == 1)
  }

  /// Whatever the moment at which the run is lost: its slot's second attempt creates at most one
  /// market, and none when the first one had not come to the point.
  @Test(arguments: 0..<24, [false, true])
  func aLostRunThatIsTriedAgainCreatesOneMarketAtMost(call: Int, isDone: Bool) async throws {
    let (test, job) = try await busy()
    await test.loseNextRun(atCall: call, isDone: isDone)
    _ = try? await test.run(job, cause: .manual)
    await test.set(nextSwarms: [])
    _ = try await test.run(job, cause: .retry, attempt: 2, at: Scene.start + .seconds(20))
    #expect(await creations(test) <= 1)
    let begun = await test.remembered("restart", as: BegunRestart.self)
    #expect(begun == nil, "nothing is left open")
  }

  /// The same, but the operator triggers again instead, far later or soon.
  @Test(arguments: 0..<24, [Int64(20), 301])
  func aLostRunThatIsNotTriedAgainCreatesOneMarketAtMost(call: Int, seconds: Int64) async throws {
    let (test, job) = try await busy()
    await test.loseNextRun(atCall: call, isDone: true)
    _ = try? await test.run(job, cause: .manual)
    await test.set(nextSwarms: [])
    let happened = await creations(test) == 1
    await test.set(swarm: happened ? Scene.swarm(market: "new") : Scene.empty)
    let next = try await test.run(job, cause: .manual, at: Scene.start + .seconds(seconds))
    // Up to the fourth call the code was not used yet, and still counts.
    let counts = call <= 3 && seconds == 20
    #expect(await creations(test) == (happened || counts ? 1 : 0))
    let isOpen = await test.remembered("restart", as: BegunRestart.self) != nil
    if isOpen {
      #expect(
        next
          == .nothingToDo(
            "a restart was begun less than 5 minutes ago and may still happen; trigger again later")
      )
    }
    #expect(!isOpen || (seconds == 20 && !happened))
  }
}
