import PluginAPI
import Testing

@testable import FinancialInjection

/// The day's budget is charged once for what happens, at whatever moment a run ends.
@Suite struct BudgetTests {
  let job = FinancialInjection()
  /// 60 % SOL: 100 dollars are missing to 70 %.
  let short = Scene.wallet("a", sol: 6, usdc: 400)
  let later = Scene.start + .seconds(30)

  func spent(_ test: TestRun) async -> USD? {
    await test.remembered("day", as: DayAccount.self)?.spent
  }

  /// What was swapped by all bundles that the test accepted.
  func swapped(_ test: TestRun) async -> USD {
    await test.bundles.reduce(USD.zero) { sum, bundle in
      guard case .swap(_, .buySOL(let usdc, _))? = bundle.intents.first else { return sum }
      return USD(sum.count + usdc.count)
    }
  }

  @Test(arguments: [BundleOutcome.expired, .reverted(reason: "slippage")])
  func whatDidNotHappenIsNotCharged(outcome: BundleOutcome) async throws {
    let test = Scene.test(short, decide: { _ in outcome })
    await #expect(throws: InjectionFailure.self) { try await test.run(job) }
    #expect(await spent(test) == .zero)
    #expect(await test.events.isEmpty)
  }

  @Test(
    arguments: [
      (BundleOutcome.landed(slot: 1, results: [.done]), 200, ["FIAT_INJECTION", "FIAT_INJECTION"]),
      (.expired, 100, ["FIAT_INJECTION"]), (.reverted(reason: "slippage"), 100, ["FIAT_INJECTION"]),
      (.partial(slot: 1, results: [.done]), 200, ["FIAT_INJECTION"]),
    ] as [(BundleOutcome, USD, [String])])
  func anUnknownFateStaysChargedUntilItIsKnown(
    fate: BundleOutcome, charged: USD, events: [String]
  ) async throws {
    let test = Scene.test(short, decide: { _ in .unknown })
    await #expect(throws: InjectionFailure.self) { try await test.run(job) }
    #expect(await spent(test) == 100)
    #expect(
      try await test.run(job, at: later)
        == .nothingToDo(
          "the fate of the last injection is not known yet: injection: reserve"))
    #expect(await test.bundles.count == 1, "nothing new while nobody knows")
    await test.set(fate: fate, of: 1)
    await test.set(decide: TestRun.lands)
    #expect(try await test.run(job, at: later) == .done("reserve: bought 1 SOL for 100 USD"))
    #expect(await spent(test) == charged)
    #expect(await test.events.map(\.name) == events)
  }

  @Test func apartialSwapStaysCharged() async throws {
    let test = Scene.test(short, decide: { _ in .partial(slot: 1, results: [nil]) })
    await #expect(throws: InjectionFailure.self) { try await test.run(job) }
    #expect(await spent(test) == 100)
    await test.set(decide: TestRun.lands)
    #expect(try await test.run(job, at: later) == .done("reserve: bought 1 SOL for 100 USD"))
  }

  @Test(arguments: RefusalCode.allCases)
  func aRefusalGivesTheBudgetBack(code: RefusalCode) async throws {
    let test = Scene.test(short, decide: { _ in throw Refusal(code, "no") })
    if code.isTemporary {
      #expect(try await test.run(job) == .nothingToDo("\(code.rawValue): no"))
    } else {
      await #expect(throws: Refusal(code, "no")) { try await test.run(job) }
    }
    #expect(await spent(test) == .zero)
    #expect(await test.events.isEmpty)
  }

  /// The run dies at each of its calls, before or after the call took effect; then its slot is tried
  /// again. Whatever the moment: one bundle, one charge, and the market may have moved meanwhile.
  @Test(arguments: 0..<12, [false, true])
  func aLostRunThatIsTriedAgainSwapsAndChargesOnce(call: Int, isDone: Bool) async throws {
    let test = Scene.test(short)
    await test.loseNextRun(atCall: call, isDone: isDone)
    _ = try? await test.run(job)
    await test.set(swarm: Swarm(wallets: [Scene.wallet("a", sol: 5, usdc: 500)]))
    let outcome = try await test.run(job, cause: .retry, attempt: 2, at: later)
    #expect(await test.bundles.count == 1)
    #expect(await spent(test) == (await swapped(test)))
    let isClosed = call > 9 || (call == 9 && isDone)
    if case .done = outcome { #expect(!isClosed) } else { #expect(isClosed) }
  }

  /// The same, but the slot is not tried again: the next one goes on. What happened is charged; what
  /// may have happened is, too.
  @Test(arguments: 0..<12, [false, true])
  func aLostRunWithoutAnotherAttemptNeverSpendsUncharged(call: Int, isDone: Bool) async throws {
    let test = Scene.test(short)
    await test.loseNextRun(atCall: call, isDone: isDone)
    _ = try? await test.run(job)
    _ = try await test.run(job, at: later)
    let (swapped, spent) = (await swapped(test), await spent(test) ?? .zero)
    #expect(spent >= swapped && spent.count - swapped.count <= 100_000_000)
  }

  @Test func afterMidnightUTCTheBudgetIsFreshAndOldChargesDoNotComeBack() async throws {
    let test = Scene.test(short, decide: { _ in .unknown })
    await #expect(throws: InjectionFailure.self) { try await test.run(job) }
    // 15:06:40 UTC plus 8:53:20 is midnight.
    let midnight = Scene.start + .seconds(32_000)
    var market = Scene.market()
    market.oracle?.time = midnight
    await test.set(market: market)
    await test.set(fate: .expired, of: 1)
    await test.set(decide: TestRun.lands)
    #expect(try await test.run(job, at: midnight) == .done("reserve: bought 1 SOL for 100 USD"))
    #expect(await test.remembered("day", as: DayAccount.self)?.day == 1_750_032_000 / 86_400)
    #expect(await spent(test) == 100, "the charge of yesterday is not taken from today's")
  }

  @Test func theEventTellsWhatWasReallySwapped() async throws {
    let quote = SwapQuote(sol: SOL(0.995).lamports, usdc: 100, time: Scene.start)
    let test = Scene.test(short, decide: { _ in .landed(slot: 1, results: [.swapped(quote)]) })
    #expect(try await test.run(job) == .done("reserve: bought 0.995 SOL for 100 USD"))
    #expect(await test.events.first?.fields["sol"] == "0.995")
  }

  @Test func stateOfAnEarlierVersionIsRead() async throws {
    struct Old: Codable {
      var day: Int64
      var spent: USD
    }
    let test = Scene.test(short)
    try await test.remember("day", Old(day: Scene.start.seconds / 86_400, spent: 1_950))
    #expect(try await test.run(job) == .done("reserve: bought 0.5 SOL for 50 USD"))
  }
}
