import Bundles
import Exchange
import FoundationEssentials
import HotState
import Market
@_spi(Host) import PluginAPI
import Storage
import Telemetry
import Testing

@testable import Gridkeeper

extension WithHosts {
  /// The table and the plugins as they ship, on the built-in exchange driven by real prices.
  @Suite struct ShippedTableTests {
    static let plugins = [
      "GridRebalancer", "FlashVolume", "MarketNoise", "RentRecovery", "FinancialInjection",
      "EntropyRefresh", "TargetControl", "MarketCreator",
    ]
    static let jobs = [
      "grid-rebalancer", "flash-volume", "market-noise", "rent-recovery", "financial-injection",
      "entropy-refresh", "target-control", "market-creator",
    ]

    /// The checkout that this build belongs to.
    static let checkout: String = {
      var path = HostFolder.products
      while !path.isEmpty, !FileManager.default.fileExists(atPath: path + "/jobs.yaml") {
        path = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
      }
      return path
    }()
    /// Ninety days of SOL/USDT. They lie beside the checkout and are no part of it.
    static let prices = checkout + "/../shared/data/sol-usdt-5m.csv"
    static var hasPrices: Bool { FileManager.default.fileExists(atPath: prices) }

    private func launch(_ folder: HostFolder, _ time: SteppedTime) async throws -> InnerHost {
      for plugin in Self.plugins { try folder.install(plugin) }
      let shipped = try String(contentsOfFile: Self.checkout + "/jobs.yaml", encoding: .utf8)
      let table = shipped.replacing("plugins: .build/release", with: "plugins: plugins")
        // Few takers, or fills call for each rebuild before the price's move does.
        .replacing("kind: simulator", with: "kind: simulator\n  trades_per_minute: 0.02")
        .replacing("minimum_gap: 5s", with: "minimum_gap: 1s")
        // The step of the clock below reaches the exchange, but not the workers.
        .replacing("idle_for: 1h", with: "idle_for: 0s")
      try folder.write(table)
      var options = HostOptions(
        table: TablePaths(table: folder.table), socket: folder.socket, environment: [:],
        executable: HostFolder.executable, time: time)
      options.replay = Self.prices
      options.speed = 2_000
      return try await InnerHost(options)
    }

    @Test(.enabled(if: hasPrices, "the price data beside the checkout is not there"))
    func allJobsActOnRealPricesAndTheBooksBalance() async throws {
      let folder = try HostFolder()
      let time = SteppedTime()
      let host = try await launch(folder, time)
      let before = await host.parts.exchange.audit()

      try await expectTheGridFollows(host)
      try await expectEveryJobActs(host, time)

      // The clock's step let every order expire, so the grid is being built anew.
      _ = try await host.until("every bundle has landed") {
        let unfinished = try await host.parts.store.unfinishedBundles()
        return unfinished.allSatisfy { $0.state == "landed" } ? true : nil
      }
      try await host.stop()
      #expect(await host.parts.exchange.audit() == before)
      try await expectAccounted(folder)
    }

    @Test(.enabled(if: hasPrices, "the price data beside the checkout is not there"))
    func theCommandLineReplaysPricesAtASpeed() async throws {
      let folder = try HostFolder(plugins: "GridRebalancer")
      try folder.write(
        HostFolder.table(
          """
            grid:
              plugin: GridRebalancer
              every: 200ms
              grant: [trade, create-accounts]
              parameters: { minimum_gap: 100ms }
          """))
      let fast = try await CommandCall.run(["run", folder.table, "--speed", "0"], in: folder)
      #expect(fast.exit == .usage)
      let none = try await CommandCall.run(["run", folder.table, "--replay", "/none"], in: folder)
      #expect(none.exit == .failure)
      #expect(none.errors.contains("/none"))
      let host = try await HostProcess(
        folder, options: ["--replay", Self.prices, "--speed", "2000"])
      let first = try await host.event("GRID_REBUILD")
      try await host.event("GRID_REBUILD", after: first.sequence) {
        $0.fields["trigger"] != "first" && $0.fields["placed"] != "0"
      }
      #expect(try await host.terminate() == .exited(0))
    }

    // MARK: The grid

    private struct Grid: Decodable {
      var reference: PriceLots
    }

    private func grid(_ host: InnerHost) async throws -> Grid? {
      let json = try await host.parts.store.loadState(job: "grid-rebalancer", key: "grid")
      return try json.map { try JSONDecoder().decode(Grid.self, from: Data($0.utf8)) }
    }

    /// The middle between the best prices of others.
    private static func outsideMid(_ state: VenueState) -> Double? {
      var own: [Side: [PriceLots: Int64]] = [.bid: [:], .ask: [:]]
      for order in state.swarm.wallets.flatMap(\.accounts).flatMap(\.orders) {
        own[order.side]?[order.price, default: 0] += order.size.count
      }
      let bid = state.bids.first { $0.size.count > own[.bid]?[$0.price] ?? 0 }
      let ask = state.asks.first { $0.size.count > own[.ask]?[$0.price] ?? 0 }
      guard let bid, let ask else { return nil }
      return Double(bid.price.count + ask.price.count) / 2
    }

    private static func distance(_ left: Double, _ right: Double) -> Double {
      abs(left - right) / right
    }

    /// The grid moves with the market: rebuilt because of it, near it, and on both sides of it.
    private func expectTheGridFollows(_ host: InnerHost) async throws {
      let first = try await host.event("GRID_REBUILD")
      #expect(first.fields["trigger"] == "first")
      let start = try await host.until("the first grid") {
        try await self.grid(host)?.reference.count
      }
      try await host.event("GRID_REBUILD", after: first.sequence) {
        $0.fields["trigger"] == "deviation" && $0.fields["placed"] != "0"
      }
      _ = try await host.until("the market moved and the grid followed") {
        guard let grid = try await self.grid(host) else { return Bool?.none }
        let state = await host.parts.exchange.truth()
        guard let mid = Self.outsideMid(state) else { return nil }
        let moved = Self.distance(Double(grid.reference.count), Double(start)) > 0.01
        let isNear = Self.distance(Double(grid.reference.count), mid) < 0.02
        let orders = state.swarm.wallets.flatMap(\.accounts).flatMap(\.orders)
        let bids = orders.filter { $0.side == .bid }.map { Double($0.price.count) }
        let asks = orders.filter { $0.side == .ask }.map { Double($0.price.count) }
        let isAround =
          bids.count >= 8 && asks.count >= 8 && bids.allSatisfy { $0 < mid * 1.005 }
          && asks.allSatisfy { $0 > mid * 0.995 }
        return moved && isNear && isAround ? true : nil
      }
    }

    // MARK: The other jobs

    private func expectEveryJobActs(_ host: InnerHost, _ time: SteppedTime) async throws {
      #expect(try await host.runNow("target-control").hasPrefix("done: headroom "))
      #expect(
        try await host.parts.board.read("target-control")?.json.contains("multiplier") == true)

      try await expect("FIAT_INJECTION", from: "financial-injection", host)
      try await expect("FLASH_VOLUME", from: "flash-volume", host)
      try await expect("NOISE_TRADE", from: "market-noise", host)

      let last = host.parts.events.last
      #expect(try await host.runNow("entropy-refresh").hasPrefix("done: refresh 1 of 3 wallets"))
      try await host.event("GRID_REBUILD", after: last) { $0.fields["trigger"] == "signal" }

      #expect(try await host.runNow("market-creator").contains("set 'confirm: "))

      try await makeIdleAccounts(host)
      time.stepWall(by: .seconds(7_200))
      _ = try await host.until("the exchange's clock follows") {
        try await host.parts.exchange.reclaimable().count >= 2 ? true : nil
      }
      try await expect("RENT_RECLAIM", from: "rent-recovery", host)
    }

    /// Runs a job until it does its act: a moving market may refuse it once or twice.
    private func expect(_ name: String, from job: String, _ host: InnerHost) async throws {
      let last = host.parts.events.last
      var said: [String] = []
      for _ in 1...10 {
        said.append(try await host.runNow(job))
        let acted = host.parts.events.recent(limit: 1_000).contains { event in
          event.sequence > last && event.name == name && event.job == job
        }
        if acted { return }
      }
      Issue.record("\(job) sent no \(name): \(said)")
    }

    /// Accounts beyond the two that the grid uses of each wallet.
    private func makeIdleAccounts(_ host: InnerHost) async throws {
      let submitter = Submitter(
        job: "test", run: "test", slot: "test/manual/1", effect: 0, capabilities: [.createAccounts])
      let create = Intent.createOpenOrders(wallet: "wallet-1")
      let receipt = try await host.parts.bundles.submit(
        Bundle("idle accounts", tip: 0, intents: [create, create]), from: submitter
      ).get()
      let outcome = try await host.parts.bundles.outcome(of: receipt.id)
      #expect(outcome?.hasLanded == true, "\(String(describing: outcome))")
    }

    // MARK: The books

    private func expectAccounted(_ folder: HostFolder) async throws {
      let records = try await HostRecords(folder, ".state/gridkeeper.db")
      #expect(try await records.openSlots() == [])
      #expect(try await records.openRuns() == [])
      // What landed becomes final a few seconds later.
      let unfinished = try await records.unfinishedBundles()
      #expect(unfinished.allSatisfy { $0.state == "landed" }, "\(unfinished)")
      for job in Self.jobs {
        let slots = try await records.slots(job)
        #expect(slots.open == 0, "\(job): \(slots)")
        #expect((slots.counts["done"] ?? 0) > 0, "\(job): \(slots)")
        let keys = try await records.recorded(job).map(\.key)
        #expect(Set(keys).count == keys.count, "\(job)")
      }
      try await expectWholeGrid(records)
      await records.close()
    }

    /// The grid job's interval has a slot every second, each with one end, over the clock's step.
    private func expectWholeGrid(_ records: HostRecords) async throws {
      let recorded = try await records.recorded("grid-rebalancer")
      let every = recorded.map(\.key).filter { $0.kind == "every" && $0.attempt == 1 }.map(\.slot)
      let first = try #require(every.min()), last = try #require(every.max())
      let seconds = (last - first).wholeNanoseconds / 1_000_000_000
      #expect(every.allSatisfy { ($0 - first).wholeNanoseconds % 1_000_000_000 == 0 })
      let others = recorded.count { $0.key.kind != "every" && $0.key.attempt == 1 }
      let slots = try await records.slots("grid-rebalancer")
      #expect(slots.total >= seconds + 1, "\(slots) over \(seconds) s")
      #expect(slots.total <= seconds + 3 + Int64(others) + 5, "\(slots) over \(seconds) s")
    }
  }
}
