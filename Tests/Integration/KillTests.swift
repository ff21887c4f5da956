import Bundles
import Exchange
import Glibc
import Network
import PluginAPI
import Telemetry
import Testing

@testable import Gridkeeper

extension WithHosts {
  /// The emergency stop holds until somebody ends it.
  @Suite struct KillTests {
    static let table = HostFolder.table(
      """
        grid:
          plugin: GridRebalancer
          every: 200ms
          grant: [trade, create-accounts]
          parameters: { minimum_gap: 100ms }
      """, more: "venue: { slot_time: 50ms }")

    @Test func killingStopsTradingOverRestartsUntilItIsCleared() async throws {
      let folder = try HostFolder(plugins: "GridRebalancer")
      try folder.write(Self.table)
      let host = try await HostProcess(folder)
      let built = try await host.event("GRID_REBUILD")
      #expect(Int(built.fields["placed"] ?? "").map { $0 > 0 } == true)

      let kill = try await host.call("kill", "--note", "a drill")
      #expect(kill.exit == .success)
      #expect(kill.output.contains("trading is halted"))
      try await host.event("BUNDLE_LANDED", after: built.sequence) { event in
        event.fields["label"] == "kill"
      }
      try await expectHalted(host, after: built.sequence, "grid")
      #expect(try await host.status().tradingReason == "a drill")
      #expect(try await host.terminate() == .exited(0))

      let again = try await HostProcess(folder)
      let started = try await again.event("HOST_STARTED", after: built.sequence)
      #expect(try await again.status().tradingReason == "a drill")
      try await expectHalted(again, after: started.sequence, "open-orders accounts")

      #expect(try await again.call("clear", "--note", "the drill is over").exit == .success)
      let cleared = try await again.event("KILL_CLEARED")
      #expect(try await again.status().trading == "ACTIVE")
      try await again.event("GRID_REBUILD", after: cleared.sequence)
      #expect(access(folder.file("KILL"), F_OK) != 0)

      again.child.signal(SIGUSR1)
      let signalled = try await again.event("KILL", after: cleared.sequence)
      #expect(signalled.fields["reason"] == "signal SIGUSR1")
      try await again.until("trading is halted") { $0.trading == "HALTED" }
      #expect(try await again.terminate() == .exited(0))
    }

    /// Bundles that were on their way when trading halted land after it, and place orders.
    @Test func ordersThatLandAfterTheKillGoToo() async throws {
      let folder = try HostFolder(plugins: "GridRebalancer")
      try folder.write(Self.table.replacing("slot_time: 50ms", with: "slot_time: 400ms"))
      let host = try await InnerHost(
        HostOptions(
          table: TablePaths(table: folder.table), socket: folder.socket, environment: [:],
          executable: HostFolder.executable))
      // The grid's bundles go out one after another, each wallet's in a slot of its own.
      try await host.event("BUNDLE_SENT") { $0.fields["label"]?.contains("grid") == true }
      let client = try ControlClient(path: folder.socket)
      _ = try await client.ask("kill")
      let halted = try await host.event("KILL")
      try await host.event("BUNDLE_LANDED", after: halted.sequence) { event in
        event.fields["label"]?.contains("grid") == true
      }
      try await host.event("BUNDLE_LANDED", after: halted.sequence) { $0.fields["label"] == "kill" }
      _ = try await host.until("no order is left") {
        let accounts = await host.parts.exchange.truth().swarm.wallets.flatMap(\.accounts)
        let isQuiet = await host.parts.bundles.isIdle
        return isQuiet && accounts.allSatisfy { $0.orders.isEmpty } ? true : nil
      }
      try await host.stop()
    }

    /// What the grid wants next is refused, and that is no failure of the job.
    private func expectHalted(_ host: HostProcess, after: Int64, _ label: String) async throws {
      #expect(try await host.status().trading == "HALTED")
      let refused = try await host.event("BUNDLE_REFUSED", after: after) { event in
        event.job == "grid" && event.fields["label"]?.contains(label) == true
      }
      #expect(refused.fields["code"] == "TRADING_HALTED")
      #expect(try await host.job("grid")?.failed == 0)
    }
  }
}
