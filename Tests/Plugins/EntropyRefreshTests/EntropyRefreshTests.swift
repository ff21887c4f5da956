import PluginAPI
import Testing

@testable import EntropyRefresh

private let lots = MarketLots(
  baseLot: TokenAmount(1_000_000), quoteLot: Lamports(1000), tokenDecimals: 9,
  minimumSize: BaseLots(1))

private let market = MarketSnapshot(
  slot: 42, time: Timestamp(seconds: 1), lots: lots, bids: [], asks: [], trades: [], pivot: nil,
  oracle: nil,
  venue: VenueIdentity(kind: "simulator", cluster: "test", allowsSyntheticVolume: true))

private func order(_ side: Side) -> OpenOrder {
  OpenOrder(
    id: "o", side: side, price: PriceLots(10_000), size: BaseLots(10),
    placed: Timestamp(seconds: 1), expires: Timestamp(seconds: 61))
}

private let wallet = Wallet(
  id: "a", publicKey: "a", sol: SOL(2).lamports, token: TokenAmount(5_000_000), usdc: 7,
  accounts: [
    OpenOrdersAccount(
      id: "a/0", orders: [order(.bid), order(.ask)], freeToken: TokenAmount(1_000_000),
      freeSOL: SOL(0.5).lamports, rent: Lamports(1), lastUsed: Timestamp(seconds: 1))
  ])

@Suite struct EntropyRefreshTests {
  @Test func itSignalsARebuildAndLeavesAMarker() async throws {
    let test = TestRun(market: market, swarm: Swarm(wallets: [wallet]))
    #expect(try await test.run(EntropyRefresh()) == .done("refresh 1 of 1 wallets, 2 orders"))
    #expect(try await test.run(EntropyRefresh()) == .done("refresh 2 of 1 wallets, 2 orders"))
    #expect(await test.signals == ["rebuild", "rebuild"])
    let marker = await test.published("entropy-refresh", as: RefreshMarker.self)
    #expect(marker == RefreshMarker(count: 2, slot: 42, time: test.now))
    #expect(await test.logs == ["info: refresh 1", "info: refresh 2"])
    #expect(await test.bundles.isEmpty)
  }

  @Test func theSummaryCountsWhatOrdersHold() throws {
    #expect(
      try SwarmSummary(Swarm(wallets: [wallet]), lots: lots).fields(at: Timestamp(seconds: 1)) == [
        "wallets": "1", "orders": "2", "sol": "2.6 SOL", "token_atoms": "16000000", "usdc": "7 USD",
        "pending_fills": "0", "first_expiry_s": "60",
      ])
  }

  @Test func aGridThatDoesNotFollowIsNamed() async throws {
    let test = TestRun(market: market, swarm: Swarm(wallets: [wallet]))
    try await test.publish("grid.generation", 7)
    #expect(try await test.run(EntropyRefresh()) == .done("refresh 1 of 1 wallets, 2 orders"))
    #expect(
      try await test.run(EntropyRefresh())
        == .done(
          "refresh 2 of 1 wallets, 2 orders; the grid has not been rebuilt since refresh 1"))
    try await test.publish("grid.generation", 8)
    #expect(try await test.run(EntropyRefresh()) == .done("refresh 3 of 1 wallets, 2 orders"))
  }

  @Test func anOrderThatWouldOutliveTheHostIsNamed() async throws {
    var wallet = wallet
    wallet.accounts[0].orders[0].expires = nil
    let test = TestRun(market: market, swarm: Swarm(wallets: [wallet]))
    #expect(
      try await test.run(EntropyRefresh())
        == .done(
          "refresh 1 of 1 wallets, 2 orders; 1 orders have no expiry and would outlive a dead host"
        ))
  }

  @Test func withoutWalletsThereIsNothingToRefresh() async throws {
    let test = TestRun(market: market, swarm: Swarm(wallets: []))
    #expect(try await test.run(EntropyRefresh()) == .nothingToDo("the swarm has no wallets"))
    #expect(await test.signals.isEmpty)
  }

  @Test func unreadableBalancesFailTheRunBeforeTheSignal() async throws {
    let test = TestRun(market: market)
    await #expect(throws: ServiceError.self) { try await test.run(EntropyRefresh()) }
    #expect(await test.signals.isEmpty)
  }
}
