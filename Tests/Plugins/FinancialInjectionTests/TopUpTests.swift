import PluginAPI
import Testing

@testable import FinancialInjection

@Suite struct TopUpTests {
  let job = FinancialInjection()

  @Test func theRichestWalletTopsUpTheLowOnes() async throws {
    let test = Scene.test(
      Scene.wallet("a", sol: 0.04), Scene.wallet("b", sol: 9), Scene.wallet("c", sol: 0.01))
    #expect(try await test.run(job) == .done("low balance: moved 0.95 SOL, 2 wallets got SOL"))
    #expect(
      await test.bundles.map(\.intents) == [
        [
          .transfer(from: "b", to: "c", amount: SOL(0.49).lamports),
          .transfer(from: "b", to: "a", amount: SOL(0.46).lamports),
        ]
      ])
    let events = await test.events
    #expect(events.map(\.name) == ["FIAT_INJECTION"])
    #expect(events[0].fields["usdc"] == "0" && events[0].fields["sol"] == "0.95")
  }

  @Test func whenNobodyCanSpareEnoughSolIsBoughtAndHandedOut() async throws {
    let test = Scene.test(
      Scene.wallet("a", sol: 0.04), Scene.wallet("b", sol: 0.5001, usdc: 1_000))
    _ = try await test.run(job)
    let intents = await test.bundles[0].intents
    guard case .swap(let wallet, .buySOL(let usdc, let minimum)) = intents[0],
      case .transfer(let from, let to, let amount) = intents[1]
    else {
      Issue.record("expected a swap and a transfer, got \(intents)")
      return
    }
    #expect(wallet == "b" && from == "b" && to == "a")
    #expect(amount == SOL(0.46).lamports)
    #expect(minimum >= amount, "what comes out must pay for what is handed out")
    #expect(usdc > 46 && usdc < 47)
  }

  @Test func severalGiveWhenNoneHasEnoughAlone() async throws {
    let test = Scene.test(
      Scene.wallet("a", sol: 0.02), Scene.wallet("b", sol: 0.8021), Scene.wallet("c", sol: 0.7021))
    #expect(try await test.run(job) == .done("low balance: moved 0.48 SOL, 1 wallet got SOL"))
    #expect(
      await test.bundles.map(\.intents) == [
        [
          .transfer(from: "b", to: "a", amount: SOL(0.3).lamports),
          .transfer(from: "c", to: "a", amount: SOL(0.18).lamports),
        ]
      ])
  }

  @Test func withoutUSDCWalletsShareWhatThereIs() async throws {
    // 0.6021 SOL less the bundle's 0.0021 over three wallets: 0.2 each.
    let test = Scene.test(
      Scene.wallet("a", sol: 0.04), Scene.wallet("b", sol: 0.5521), Scene.wallet("c", sol: 0.01))
    _ = try await test.run(job)
    #expect(
      await test.bundles.map(\.intents) == [
        [
          .transfer(from: "b", to: "c", amount: SOL(0.19).lamports),
          .transfer(from: "b", to: "a", amount: SOL(0.16).lamports),
        ]
      ])
  }

  @Test(arguments: [
    [Scene.wallet("a", sol: 0.04), Scene.wallet("b", sol: 0.14)],
    [Scene.wallet("a", sol: 0), Scene.wallet("b", sol: 0)],
    [Scene.wallet("a", sol: 0.000_000_001, usdc: 0.01)],
    [Scene.wallet("a", sol: 0.001, usdc: 900)],
  ])
  func withNothingToGiveNothingIsDone(wallets: [Wallet]) async throws {
    let test = TestRun(
      market: Scene.market(), swarm: Swarm(wallets: wallets), now: Scene.start)
    #expect(
      try await test.run(job)
        == .nothingToDo(
          "wallets are low on SOL; none can spare any and no wallet has the money for it"))
  }

  @Test func anEmptySwarmIsInOrder() async throws {
    let test = TestRun(market: Scene.market(), swarm: Swarm(wallets: []), now: Scene.start)
    guard case .nothingToDo = try await test.run(job) else {
      Issue.record("nothing can be done without wallets")
      return
    }
  }

  @Test func ofManyLowWalletsThePoorestComeFirst() async throws {
    let low = (0..<40).map { Scene.wallet("w\($0)", sol: SOL(Int64(40 - $0) * 1_000_000)) }
    let test = TestRun(
      market: Scene.market(), swarm: Swarm(wallets: low + [Scene.wallet("rich", sol: 100)]),
      now: Scene.start)
    #expect(try await test.run(job) == .done("low balance: moved 7.864 SOL, 16 wallets got SOL"))
    guard case .transfer(_, let first, _)? = await test.bundles.first?.intents.first else {
      Issue.record("expected transfers")
      return
    }
    #expect(first == "w39")
  }

  /// No wallet gives away what it is topped up to itself, whatever the balances.
  @Test(arguments: 0..<50 as Range<UInt64>)
  func nobodyFallsBelowTheFloor(seed: UInt64) async throws {
    var random = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func next(_ bound: UInt64) -> Int64 {
      random ^= random << 13
      random ^= random >> 7
      random ^= random << 17
      return Int64(random % bound)
    }
    let wallets = (0..<(2 + next(8))).map {
      Scene.wallet("w\($0)", sol: SOL(next(1_200_000_000)), usdc: USD(next(80_000_000)))
    }
    let test = TestRun(
      market: Scene.market(), swarm: Swarm(wallets: wallets), now: Scene.start)
    guard case .done = try await test.run(job), let bundle = await test.bundles.first else {
      return
    }
    var balance = Dictionary(uniqueKeysWithValues: wallets.map { ($0.id, $0.sol.count) })
    var givers: Set<WalletID> = []
    for intent in bundle.intents {
      switch intent {
      case .swap(let wallet, .buySOL(_, let minimum)): balance[wallet, default: 0] += minimum.count
      case .swap(let wallet, .sellSOL(let sol, _)):
        balance[wallet, default: 0] -= sol.count
        givers.insert(wallet)
      case .transfer(let from, let to, let amount):
        balance[from, default: 0] -= amount.count
        balance[to, default: 0] += amount.count
        givers.insert(from)
      default: Issue.record("unexpected \(intent)")
      }
    }
    let least = job.lowBalance.count
    #expect(givers.allSatisfy { balance[$0, default: 0] >= least }, "\(bundle.intents)")
  }

  @Test func theLastWalletBuysForItself() async throws {
    let test = Scene.test(Scene.wallet("a", sol: 0.04, usdc: 100))
    _ = try await test.run(job)
    let intents = await test.bundles[0].intents
    #expect(intents.count == 1)
    guard case .swap("a", .buySOL(_, let minimum)) = intents[0] else {
      Issue.record("expected a swap, got \(intents)")
      return
    }
    #expect(minimum >= SOL(0.46).lamports)
  }

  @Test func whoCannotPayForABundleDoesNotBuy() async throws {
    let test = Scene.test(
      Scene.wallet("a", sol: 0.001, usdc: 900), Scene.wallet("b", sol: 0.04, usdc: 100))
    _ = try await test.run(job)
    guard case .swap("b", .buySOL)? = await test.bundles.first?.intents[0] else {
      Issue.record("expected b to buy, got \(await test.bundles)")
      return
    }
  }

  @Test func aBundleThatIsRefusedFailsTheRun() async throws {
    let refusal = Refusal(.balanceShort, "0")
    let test = Scene.test(
      Scene.wallet("a", sol: 0.01), Scene.wallet("b", sol: 9), decide: { _ in throw refusal })
    await #expect(throws: refusal) { try await test.run(job) }
    #expect(await test.events.isEmpty)
  }

  @Test func aStopOfTradingIsNoFailure() async throws {
    let test = Scene.test(
      Scene.wallet("a", sol: 0.01), Scene.wallet("b", sol: 9),
      decide: { _ in throw Refusal(.tradingHalted, "stopped") })
    #expect(try await test.run(job) == .nothingToDo("TRADING_HALTED: stopped"))
  }
}
