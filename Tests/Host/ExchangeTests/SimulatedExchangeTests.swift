import Bundles
import Isolation
import Market
import PluginAPI
import Telemetry
import Testing

@testable import Exchange

private func exchange(_ time: ManualTime, wallets: Int = 2) -> SimulatedExchange {
  var settings = ExchangeSettings()
  settings.wallets = ExchangeSettings.wallets(
    wallets, sol: 100, token: TokenAmount(10_000_000_000_000), usdc: 5_000)
  for index in settings.wallets.indices { settings.wallets[index].accounts = 2 }
  settings.lots.quoteLot = Lamports(1)
  settings.outside.tradesPerMinute = 0
  return SimulatedExchange(settings, time: time)
}

extension SimulatedExchange {
  /// Sends a small transfer and returns its signature.
  fileprivate func sendTransfer(_ id: BundleID) throws -> Signature {
    let transaction = PlannedTransaction(
      intents: [.transfer(from: "wallet-1", to: "wallet-2", amount: Lamports(7))], firstIntent: 0,
      payer: "wallet-1", bytes: 250, computeUnits: 500)
    let plan = BundlePlan(id: id, transactions: [transaction])
    let signed = try sign(plan, attempt: 1, with: try latestBlockhash())
    _ = send(signed)
    return try #require(signed.transactions.first).signature
  }
}

@Suite(.timeLimit(.minutes(1))) struct SimulatedExchangeTests {
  @Test func `a bundle lands with the next slot`() async throws {
    let exchange = exchange(ManualTime())
    let signature = try await exchange.sendTransfer("a")
    #expect(try await exchange.status(of: [signature]).statuses == [nil])
    await exchange.advance(to: exchange.nextSlot)
    #expect(
      try await exchange.status(of: [signature]).statuses
        == [TransactionStatus(slot: 1, commitment: .processed)])
  }

  @Test func `running lets slots pass with the clock and stops when cancelled`() async throws {
    let time = ManualTime()
    let exchange = exchange(time)
    let running = Task {
      try await exchange.run { duration in
        time.advance(by: duration)
        await Task.yield()
        try Task.checkCancellation()
      }
    }
    let signature = try await exchange.sendTransfer("a")
    try await exchange.waitForNews(after: FeedCursor(trades: 0, slot: 20))
    #expect(try await exchange.status(of: [signature]).statuses[0]?.commitment == .confirmed)
    running.cancel()
    await #expect(throws: CancellationError.self) { try await running.value }
    #expect(try await exchange.read().slot > 20)
  }

  @Test func `slots follow a wall clock that is set, and none is lost`() async throws {
    let time = ManualTime()
    let exchange = exchange(time)
    let pauses = Guarded(0)
    let running = Task {
      try await exchange.run { duration in
        time.advance(by: duration)
        let count = pauses.withLock { pauses in
          pauses += 1
          return pauses
        }
        if count == 10 { time.stepWall(to: time.wall + .seconds(-7200)) }
        if count == 20 { throw CancellationError() }
      }
    }
    _ = await running.result
    let state = try await exchange.read()
    #expect(state.slot == 19)
    #expect(time.wall - state.time <= .milliseconds(400))
  }

  @Test func `whoever waits for news is let go when cancelled`() async {
    let exchange = exchange(ManualTime())
    let waiting = Task { try await exchange.waitForNews(after: .start) }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
  }

  @Test
  func `service and exchange together: a flash trade lands, is synthetic, and leaves the pivot`()
    async throws
  {
    let time = ManualTime()
    let exchange = exchange(time)
    let pivot = PivotSettings(
      lookbackDays: 365, nominalDailyVolume: BaseLots(1_000), seedPrice: PriceLots(10_000))
    let market = MarketService(
      feed: exchange, memory: MarketMemory(pivot: Pivot(pivot, start: time.wall)),
      metrics: Metrics())
    let journal = InMemoryJournal()
    let service = BundleService(
      BundleServiceParts(
        venue: exchange, journal: journal, killSwitch: KillFile(path: "/nowhere/KILL"), time: time,
        metrics: Metrics(), pivot: { await market.pivot() }))
    try await service.reconcile()
    let before = try await market.snapshot()
    let price = (try #require(before.bids.first)).price.count + 1
    let flash = Submitter(
      job: "flash", run: "r", slot: "s", effect: 0, capabilities: [.trade, .syntheticVolume])
    let bundle = Bundle(
      "flash",
      intents: [
        place("wallet-1/1", .ask, price, 500), take("wallet-2/1", .bid, price, 500),
      ])
    let receipt = try await service.submit(bundle, from: flash).get()
    await service.quiet()
    for _ in 0..<3 { await exchange.advance(to: exchange.nextSlot) }
    time.advance(by: .seconds(2))
    await service.tick()
    await service.quiet()
    let outcome = try #require(try await service.outcome(of: receipt.id))
    #expect(outcome.hasLanded, "\(outcome)")
    #expect(journal.record(receipt.id)?.isSynthetic == true)
    let after = try await market.snapshot()
    #expect(after.trades.contains { $0.isSynthetic })
    #expect(after.pivot == before.pivot)
  }
}
