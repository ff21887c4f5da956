import PluginAPI
import Testing

@Suite struct SettleProceedsTests {
  let swarm = Swarm(wallets: [
    Wallet(
      id: "w", publicKey: "w", sol: .zero, token: .zero, usdc: 0,
      accounts: [
        OpenOrdersAccount(
          id: "rich", freeSOL: SOL(2).lamports, rent: .zero, lastUsed: Timestamp(seconds: 0)),
        OpenOrdersAccount(id: "poor", rent: .zero, lastUsed: Timestamp(seconds: 0)),
      ])
  ])

  @Test func proceedsAreSettled() async throws {
    let test = TestRun(swarm: swarm)
    #expect(try await test.run(SettleProceeds()) == .done("settled 1 accounts"))
    #expect(await test.bundles.map(\.intents) == [[.settle(account: "rich")]])
  }

  @Test func aBundleThatExpiresIsTriedAgain() async throws {
    let test = TestRun(swarm: swarm, decide: { _ in .expired })
    #expect(try await test.run(SettleProceeds()) == .retry(after: .seconds(10)))
  }

  @Test func smallProceedsWait() async throws {
    var job = SettleProceeds()
    job.minimum = 3
    let test = TestRun(swarm: swarm)
    #expect(try await test.run(job) == .nothingToDo("no account holds 3 SOL or more"))
  }
}
