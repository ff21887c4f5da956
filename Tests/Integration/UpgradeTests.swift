import PluginAPI
import Storage
import Testing
import Wire

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

    static let renaming = HostFolder.table(
      """
        idle: { plugin: Idle, every: 100ms }
        echo: { plugin: Misbehaving, job: echo, every: 100ms, parameters: { times: 2 } }
      """)

    /// A parameter gets another name in library and table: each alone fits nothing, whichever comes
    /// first.
    @Test(arguments: [true, false])
    func aLibraryAndATableThatFitOnlyEachOtherComeTogether(libraryFirst: Bool) async throws {
      let folder = try HostFolder(plugins: "Idle", "Misbehaving")
      try folder.write(Self.renaming)
      let host = try await HostProcess(folder)
      let before = try await host.until("both run") { $0.jobs.allSatisfy { $0.ran >= 2 } }
      let renamed = Self.renaming.replacing("times", with: "tunes")
      if libraryFirst {
        try folder.upgrade("Misbehaving", replacing: "_times\0", with: "_tunes\0")
        try await host.event("PLUGIN_UPGRADE_REFUSED")
        try folder.write(renamed)
      } else {
        try folder.write(renamed)
        try await host.event("CONFIG_REJECTED")
        try folder.upgrade("Misbehaving", replacing: "_times\0", with: "_tunes\0")
      }
      try await host.event("PLUGIN_UPGRADED") { $0.fields["plugin"] == "Misbehaving" }
      let applied = try await host.event("CONFIG_APPLIED")
      #expect(applied.fields["detail"]?.contains("parameters.tunes") == true)
      let after = try await host.until("it runs with the new name") {
        ($0.job("echo")?.ran ?? 0) >= (before.job("echo")?.ran ?? 0) + 5
      }
      #expect(after.job("echo")?.lastDetail?.hasPrefix("hellohello ") == true)
      #expect(after.job("echo")?.failed == 0 && after.job("idle")?.failed == 0)
      #expect(after.worker("Misbehaving")?.pid != before.worker("Misbehaving")?.pid)
      #expect(after.worker("Idle")?.pid == before.worker("Idle")?.pid)
      #expect(after.generation == 2)
      #expect(try await host.terminate() == .exited(0))
    }

    @Test func aPinOfTheStartGoesWithTheTable() async throws {
      let folder = try HostFolder(plugins: "Idle")
      let digest = try #require(SHA256.hex(file: folder.library("Idle")))
      let pinned = Self.table.replacing(
        "  settle:", with: "  pins: { Idle: \"sha256:\(digest)\" }\n  settle:")
      try folder.write(pinned)
      let host = try await HostProcess(folder)
      try folder.upgrade("Idle", appending: "another build")
      let refused = try await host.event("PLUGIN_UPGRADE_REFUSED")
      #expect(refused.fields["why"]?.contains("but the job table pins") == true)

      try folder.write(Self.table)
      try await host.event("CONFIG_APPLIED")
      try folder.upgrade("Idle", appending: "yet another build")
      try await host.event("PLUGIN_UPGRADED") { $0.fields["plugin"] == "Idle" }
      #expect(try await host.job("idle")?.failed == 0)
      #expect(try await host.terminate() == .exited(0))
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
