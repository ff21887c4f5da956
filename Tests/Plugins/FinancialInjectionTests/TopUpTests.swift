import PluginAPI
import Testing

@testable import FinancialInjection

@Suite struct TopUpTests {
  let job = FinancialInjection()

  @Test func theRichestWalletTopsUpTheLowOnes() async throws {
    let test = try await Scene.test(
      Scene.wallet("a", sol: 0.04), Scene.wallet("b", sol: 9), Scene.wallet("c", sol: 0.01))
    #expect(try await test.run(job) == .done("low balance: moved 0.95 SOL, 2 wallets topped up"))
    #expect(
      await test.bundles.map(\.intents) == [
        [
          .transfer(from: "b", to: "a", amount: SOL(0.46).lamports),
          .transfer(from: "b", to: "c", amount: SOL(0.49).lamports),
        ]
      ])
    let events = await test.events
    #expect(events.map(\.name) == ["FIAT_INJECTION"])
    #expect(events[0].fields["usdc"] == "0" && events[0].fields["sol"] == "0.95")
  }

  @Test func whenNobodyCanSpareEnoughSolIsBoughtAndHandedOut() async throws {
    let test = try await Scene.test(
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

  @Test func withoutUSDCTheRichestGivesWhatItCan() async throws {
    let test = try await Scene.test(
      Scene.wallet("a", sol: 0.04), Scene.wallet("b", sol: 0.6001), Scene.wallet("c", sol: 0.01))
    _ = try await test.run(job)
    #expect(
      await test.bundles.map(\.intents) == [
        [.transfer(from: "b", to: "a", amount: SOL(0.1).lamports)]
      ])
  }

  @Test func withNothingToGiveNothingIsDone() async throws {
    let test = try await Scene.test(Scene.wallet("a", sol: 0.04), Scene.wallet("b", sol: 0.3))
    #expect(
      try await test.run(job)
        == .nothingToDo(
          "wallets are low on SOL; none can spare any and no wallet has the money for it")
    )
  }

  @Test func theLastWalletBuysForItself() async throws {
    let test = try await Scene.test(Scene.wallet("a", sol: 0.04, usdc: 100))
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
    let test = try await Scene.test(
      Scene.wallet("a", sol: 0.001, usdc: 900), Scene.wallet("b", sol: 0.04, usdc: 100))
    _ = try await test.run(job)
    guard case .swap("b", .buySOL)? = await test.bundles.first?.intents[0] else {
      Issue.record("expected b to buy, got \(await test.bundles)")
      return
    }
  }

  @Test func aBundleThatIsRefusedFailsTheRun() async throws {
    let refusal = Refusal(.balanceShort, "0")
    let test = try await Scene.test(
      Scene.wallet("a", sol: 0.01), Scene.wallet("b", sol: 9), decide: { _ in throw refusal })
    await #expect(throws: refusal) { try await test.run(job) }
    #expect(await test.events.isEmpty)
  }

  @Test func aStopOfTradingIsNoFailure() async throws {
    let test = try await Scene.test(
      Scene.wallet("a", sol: 0.01), Scene.wallet("b", sol: 9),
      decide: { _ in throw Refusal(.tradingHalted, "stopped") })
    #expect(try await test.run(job) == .nothingToDo("TRADING_HALTED: stopped"))
  }
}
