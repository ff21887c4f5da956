import PluginAPI
import Storage
import Testing

@testable import Gridkeeper

extension WithHosts {
  /// Plugin libraries come and change while the host runs.
  @Suite struct UpgradeTests {
    static let table = HostFolder.table("  idle: { plugin: Idle, every: 100ms }")

    @Test func aNewBuildTakesOverAndNoSlotIsLost() async throws {
      let folder = try HostFolder(plugins: "Idle")
      try folder.write(Self.table)
      let host = try await HostProcess(folder)
      let before = try await host.until("it runs") { ($0.job("idle")?.ran ?? 0) >= 2 }
      let old = try #require(before.worker("Idle"))

      try folder.upgrade("Idle", appending: "another build")
      let event = try await host.event("PLUGIN_UPGRADED") { $0.fields["plugin"] == "Idle" }
      #expect(event.fields["from"] != event.fields["to"])
      let status = try await host.status()
      let new = try #require(status.worker("Idle"))
      #expect(new.pid != old.pid && new.digest != old.digest && new.state == "ready")

      try folder.replace(folder.library("Idle"), with: Array("broken".utf8))
      let refused = try await host.event("PLUGIN_UPGRADE_REFUSED")
      #expect(refused.fields["why"]?.contains("cannot open") == true)
      let ran = try await host.job("idle")?.ran ?? 0
      let last = try await host.until("the old build goes on") { ($0.job("idle")?.ran ?? 0) > ran }
      #expect(last.worker("Idle")?.pid == new.pid)
      #expect(last.worker("Idle")?.error?.contains("cannot open") == true)
      #expect(last.job("idle")?.failed == 0)
      #expect(last.generation == 1)
      let (from, to) = (before.job("idle")?.next, last.job("idle")?.next)
      #expect(try await host.terminate() == .exited(0))

      let start = try #require(from) + .milliseconds(-50)
      let end = try #require(to) + .milliseconds(-50)
      let records = try await HostRecords(folder)
      let slots = try await records.slots("idle", from: start, to: end)
      await records.close()
      #expect(slots.open == 0)
      #expect(slots.total == ((end - start).wholeNanoseconds + 50_000_000) / 100_000_000)
      // A busy machine may be late for a slot; the upgrade itself may cost none.
      for loss in ["lost", "failed", "skipped_worker_down"] {
        #expect(slots.counts[loss] == nil, "\(slots)")
      }
    }

    @Test func aTableThatWaitsForAPluginComesIntoForceWhenItArrives() async throws {
      let folder = try HostFolder(plugins: "Idle")
      try folder.write(Self.table)
      let host = try await HostProcess(folder)
      try folder.write(Self.table + "\n  echo: { plugin: Misbehaving, job: echo, every: 100ms }")
      try await host.event("CONFIG_REJECTED")
      try folder.install("Misbehaving")
      try await host.event("PLUGIN_OFFERED") { $0.fields["plugin"] == "Misbehaving" }
      try await host.event("CONFIG_APPLIED")
      try await host.until("it runs") { ($0.job("echo")?.ran ?? 0) > 0 }
      #expect(try await host.terminate() == .exited(0))
    }
  }
}
