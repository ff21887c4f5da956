import Bundles
import Exchange
import Isolation
import Market
import PluginAPI
import Storage
import Telemetry

// The market's records, and a look at the wallets now and then.
extension Host {
  /// Stores what the market tells until the task is cancelled, and sees that own orders do not meet
  /// where they must not. What the store does not take is tried again; meanwhile the market keeps a
  /// bounded number of records.
  nonisolated func storeMarket() async {
    let keeper = StoreMarket(store: parts.store)
    for await _ in parts.marketBell.rings {
      guard let changes = await parts.market.takeChanges() else { continue }
      for trade in changes.trades where trade.isSynthetic {
        await parts.bundles.noteOwnTrade(trade)
      }
      while await save(changes, keeper) == false, !Task.isCancelled {
        try? await options.pause(.seconds(1))
      }
    }
  }

  /// Stores what is left when the host ends.
  nonisolated func storeNewestMarket() async {
    guard let changes = await parts.market.takeChanges() else { return }
    _ = await save(changes, StoreMarket(store: parts.store))
  }

  private nonisolated func save(_ changes: MarketChanges, _ keeper: StoreMarket) async -> Bool {
    do {
      try await parts.latencies.measure("database", "write") { try await keeper.save(changes) }
      return true
    } catch {
      parts.metrics.add(.init("store_failures_total", ["what": "market"]))
      parts.log.error("the market's records could not be stored", ["why": "\(error)"])
      return false
    }
  }

  /// Compares the books with the wallets every five seconds and counts the orders that stand; once a
  /// minute stores how long venue and database took.
  nonisolated func lookAtWallets() async {
    var looks = 0
    while !Task.isCancelled {
      await lookOnce()
      looks += 1
      if looks % 12 == 0 { try? await parts.store.appendLatencies(parts.latencies.take()) }
      try? await options.pause(.seconds(5))
    }
  }

  private nonisolated func lookOnce() async {
    do {
      let state = try await parts.latencies.measure("venue", "read") {
        try await parts.exchange.read()
      }
      let isQuiet = await isQuiet && state.pendingEvents == 0
      try await parts.market.observe(
        state.swarm, slot: state.slot, isQuiet: isQuiet)
    } catch {
      parts.log.warning("the wallets could not be looked at", ["why": "\(error)"])
    }
  }

  /// Whether no bundle may change what wallets own without the books having heard of it.
  private nonisolated var isQuiet: Bool {
    get async {
      guard await parts.bundles.isIdle else { return false }
      return await parts.bundles.underWay().allSatisfy { $0.state != .unknown }
    }
  }
}
