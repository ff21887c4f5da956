import Bundles
import Exchange
import PluginAPI
import Storage
import Telemetry
import Testing

@testable import Gridkeeper

extension WithHosts {
  /// The market is replaced while a grid stands on it, and the old one's accounts are closed.
  @Suite struct MarketRestartTests {
    private static func table(_ confirm: String) -> String {
      HostFolder.table(
        """
          grid:
            plugin: GridRebalancer
            every: 200ms
            grant: [trade, create-accounts]
          creator:
            plugin: MarketCreator
            manual: true
            grant: [trade, create-market]
            parameters: { name: NEW/SOL, confirm: "\(confirm)" }
          rent:
            plugin: RentRecovery
            manual: true
            grant: [trade, close-accounts]
            parameters: { max_accounts: 100 }
        """, more: "swarm: { wallets: 2 }")
    }

    private func accounts(_ host: InnerHost) async throws -> [OpenOrdersAccount] {
      try await host.parts.exchange.read().swarm.wallets.flatMap(\.accounts)
    }

    private func code(in preview: String) throws -> String {
      let start = try #require(preview.firstRange(of: "confirm: ")?.upperBound)
      return String(preview[start...].prefix(9))
    }

    @Test func aPreviewAndItsCodeReplaceTheMarketOnce() async throws {
      let folder = try HostFolder(plugins: "GridRebalancer", "MarketCreator", "RentRecovery")
      try folder.write(Self.table(""))
      let host = try await InnerHost(
        HostOptions(
          table: TablePaths(table: folder.table), socket: folder.socket, environment: [:],
          executable: HostFolder.executable))
      try await host.event("GRID_REBUILD") { $0.fields["placed"] != "0" }
      let old = try await host.parts.exchange.read().market

      let given = try code(in: try await host.runNow("creator"))
      #expect(try await CommandCall.run(["pause", "grid"], in: folder).exit == .success)
      _ = try await host.until("the grid's bundles ended") {
        try await host.parts.store.unfinishedBundles().allSatisfy { $0.state == "landed" }
          ? true : nil
      }
      try folder.write(Self.table(given))
      #expect(try await CommandCall.run(["reload", "--wait"], in: folder).exit == .success)
      #expect(try await host.runNow("creator").hasPrefix("done: market "))
      let created = try await host.event("MARKET_CREATED")
      let new = try await host.parts.exchange.read().market
      #expect(new != old && created.fields["market"] == new && created.fields["replaces"] == old)
      #expect(created.fields["cancelled"] != "0")
      #expect(try await accounts(host).allSatisfy { $0.orders.isEmpty && $0.market == old })

      #expect(
        try await host.runNow("creator").contains("is not the code of the last preview"))
      #expect(try await host.parts.exchange.read().market == new)

      _ = try await host.runNow("rent")
      #expect(try await accounts(host).isEmpty)
      try await host.stop()
    }
  }
}
