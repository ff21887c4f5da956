import PluginAPI
import Storage
import Testing

@testable import Gridkeeper

extension WithHosts {
  /// The disk under the store is full. Money waits, everything else goes on, and an operator can act.
  @Suite(.enabled("this machine lets no test mount a file system") { await SmallDisk.isPossible() })
  struct FullDiskTests {
    static let table = HostFolder.table(
      """
        idle: { plugin: Idle, every: 100ms }
        other: { plugin: Idle, every: 200ms }
        money: { plugin: Misbehaving, job: echo, every: 200ms, grant: [trade] }
      """
    ).replacing("store.db", with: "disk/store.db")

    @Test func moneyWaitsTheOthersRunAndOperatorsAct() async throws {
      let folder = try HostFolder(plugins: "Idle", "Misbehaving")
      try folder.write(Self.table)
      let host = try await SmallDisk.host(folder)
      let before = try await host.until("all run") { $0.jobs.allSatisfy { $0.ran >= 2 } }

      try await SmallDisk.fill(folder)
      let full = try await host.until("the store fails") { $0.storeTrouble != nil }
      #expect(full.storeTrouble?.contains("the disk or the quota is full; free some space") == true)
      let text = try await host.call("status").output
      #expect(text.contains("takes no records, jobs that move money do not run"), "\(text)")
      let halted = try await host.until("money is skipped") {
        ($0.job("money")?.skipped ?? 0) > (full.job("money")?.skipped ?? 0) + 2
      }
      try await expectOperatorsAct(host)
      let later = try await host.until("the others go on") {
        ($0.job("idle")?.ran ?? 0) >= (halted.job("idle")?.ran ?? 0) + 5
      }
      #expect(later.job("idle")?.failed == 0 && later.job("money")?.failed == 0)
      #expect(later.job("money")?.ran == halted.job("money")?.ran)

      try await SmallDisk.free(folder)
      let healed = try await host.until("the store takes records again, and money runs") {
        $0.storeTrouble == nil && ($0.job("money")?.ran ?? 0) > (later.job("money")?.ran ?? 0)
      }
      #expect(try await host.terminate() == .exited(0))
      try await expectNothingLost(folder, from: before, to: healed)
    }

    /// A pause, a reload and an emergency stop do not wait for the disk.
    private func expectOperatorsAct(_ host: HostProcess) async throws {
      #expect(try await host.call("pause", "other", "--note", "full").exit == .success)
      #expect(try await host.job("other")?.state == "paused")
      try host.folder.write(Self.table.replacing("every: 100ms", with: "every: 50ms"))
      let reload = try await host.call("reload", "--wait")
      #expect(reload.exit == .success, "\(reload.errors)")
      let applied = try await host.event("CONFIG_APPLIED")
      #expect(applied.fields["generation"] == "2")
      #expect(
        applied.fields["detail"]?.contains("generation 2 is in force but not stored") == true)
      #expect(try await host.call("kill", "--note", "full").exit == .success)
      #expect(try await host.status().trading == "HALTED")
      #expect(try await host.call("clear").exit == .success)
    }

    private func expectNothingLost(
      _ folder: HostFolder, from before: HostAnswer, to after: HostAnswer
    ) async throws {
      let records = try await HostRecords(folder)
      #expect(try await records.openSlots() == [])
      #expect(try await records.openRuns() == [])
      #expect(try await records.tables() == [1, 2])
      #expect(
        try await records.audit().map(\.action) == ["clear", "kill", "reload", "pause"])
      let from = try #require(before.job("money")?.next) + .milliseconds(-100)
      let to = try #require(after.job("money")?.next) + .milliseconds(-100)
      let slots = try await records.slots("money", from: from, to: to)
      #expect(slots.total == ((to - from).wholeNanoseconds + 100_000_000) / 200_000_000, "\(slots)")
      #expect(slots.counts["skipped_store_unavailable"] ?? 0 > 2, "\(slots)")
      #expect(slots.counts["done"] ?? 0 > 2, "\(slots)")
      await records.close()
    }
  }
}
