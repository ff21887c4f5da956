import Glibc
import PluginAPI
import Scheduler
import Storage
import Testing

@testable import Gridkeeper

extension WithHosts {
  /// A host may die at any moment and be started again on the same store.
  @Suite struct CrashTests {
    static let table = HostFolder.table(
      """
        idle: { plugin: Idle, every: 100ms }
        money:
          plugin: Misbehaving
          job: slow
          every: 300ms
          timeout: 1h
          grant: [trade]
          parameters: { time: 50m }
        again:
          plugin: Misbehaving
          job: slow
          every: 300ms
          timeout: 1h
          on_lost: skip
          grant: [trade]
          parameters: { time: 50m }
        grid: { plugin: GridRebalancer, every: 200ms, grant: [trade, create-accounts] }
      """, more: "venue: { slot_time: 5s }")

    @Test func aKilledHostLosesNothingAndRepeatsNothing() async throws {
      let folder = try HostFolder(plugins: "Idle", "Misbehaving", "GridRebalancer")
      try folder.write(Self.table)
      let first = try await HostProcess(folder)
      let before = try await first.until("runs are in flight") { answer in
        answer.job("money")?.state == "running" && answer.job("again")?.state == "running"
          && answer.job("idle").map { $0.ran >= 3 } ?? false
      }
      let sent = try await first.event("BUNDLE_SENT")
      let workers = before.workers.compactMap(\.pid)
      #expect(workers.count == 3)
      try await first.kill()
      try await expectGone(workers)

      let second = try await HostProcess(folder)
      let after = try await second.until("idle runs again") {
        $0.job("idle").map { $0.ran >= 3 } ?? false
      }
      #expect(after.generation == before.generation)
      #expect(isSameGrid(after.job("idle")?.next, before.job("idle")?.next, every: 100_000_000))
      try await expectHeld("money", second)
      try await expectHeld("grid", second)
      let expired = try await second.event("BUNDLE_EXPIRED") {
        $0.fields["id"] == sent.fields["id"]
      }
      #expect(expired.sequence > sent.sequence)
      try await expectLostOnce("again", second)
      try await second.until("a job that may skip runs again") {
        $0.job("again")?.state == "running"
      }

      #expect(try await second.call("resume", "money").exit == .success)
      try await second.until("the held job runs again") { $0.job("money")?.state == "running" }
      let last = try await second.until("idle went on") {
        $0.job("idle").map { $0.ran >= 10 } ?? false
      }
      #expect(try await second.terminate() == .exited(0))
      try await expectAccounted(folder, from: before.job("idle")?.next, to: last.job("idle")?.next)
    }

    private func expectGone(_ pids: [pid_t]) async throws {
      try await within(.seconds(30), "the end of the workers") {
        while pids.contains(where: isRunning) { try await Task.sleep(for: .milliseconds(10)) }
      }
    }

    private func expectHeld(_ job: String, _ host: HostProcess) async throws {
      #expect(try await host.job(job)?.state == "held", "\(job)")
      let why = try await host.why(job)
      let standing = why.findings.first { $0.topic == .standing }
      #expect(standing?.isBlocking == true && standing?.text.hasPrefix("held: ") == true, "\(job)")
      let call = try await host.call("why", job)
      #expect(call.output.contains("does not run") && call.output.contains("held"))
      try await expectLostOnce(job, host)
    }

    private func expectLostOnce(_ job: String, _ host: HostProcess) async throws {
      let lost = try await host.runs(job).filter { $0.outcome == "lost" }
      #expect(lost.count == 1, "\(job)")
      #expect(lost.first?.text?.contains("its host ended") == true, "\(job)")
    }

    /// Every slot of the period, downtime included, has one end; so have all bundles and runs.
    private func expectAccounted(_ folder: HostFolder, from: Timestamp?, to: Timestamp?)
      async throws
    {
      let from = try #require(from) + .milliseconds(-50)
      let to = try #require(to) + .milliseconds(-50)
      let records = try await HostRecords(folder)
      let slots = try await records.slots("idle", from: from, to: to)
      #expect(slots.open == 0)
      #expect(slots.total == ((to - from).wholeNanoseconds + 50_000_000) / 100_000_000, "\(slots)")
      #expect(try await records.openSlots() == [])
      #expect(try await records.openRuns() == [])
      let bundles = try await records.bundles()
      // What landed becomes final a few seconds later.
      #expect(!bundles.isEmpty && bundles.allSatisfy { $0.ended != nil || $0.state == "landed" })
      let money = try await records.recorded("money").map(\.key)
      #expect(Set(money).count == money.count && money.count == 2)
      let events = try await records.events()
      #expect(events.count { $0 == "HOST_STARTED" } == 2)
      await records.close()
    }

    @Test func aStopEndsRunsAndWorkersAndClosesTheBooks() async throws {
      let folder = try HostFolder(plugins: "Idle", "Misbehaving", "GridRebalancer")
      try folder.write(Self.table)
      let host = try await HostProcess(folder)
      let status = try await host.until("a run is in flight") {
        $0.job("money")?.state == "running"
      }
      let workers = status.workers.compactMap(\.pid)
      #expect(try await host.terminate() == .exited(0))
      #expect(!workers.contains(where: isRunning))
      #expect(access(folder.socket, F_OK) != 0)
      let records = try await HostRecords(folder)
      #expect(try await records.openSlots() == [])
      #expect(try await records.openRuns().map { "\($0)" } == [])
      #expect(try await records.events().last == "HOST_STOPPED")
      await records.close()
    }

    // MARK: Two hosts

    static let small = HostFolder.table("  idle: { plugin: Idle, every: 100ms }")

    @Test func twoHostsOnOneStore() async throws {
      let folder = try HostFolder(plugins: "Idle")
      try folder.write(Self.small)
      let host = try await HostProcess(folder)
      let call = try await CommandCall.run(
        ["run", folder.table, "--socket", folder.file("other.sock")], in: folder)
      #expect(call.exit == .failure)
      #expect(call.errors.contains("is in use by process \(host.child.pid)"), "\(call.errors)")
      #expect(try await host.job("idle")?.failed == 0)
      #expect(try await host.terminate() == .exited(0))
    }

    @Test func twoHostsOnOneSocket() async throws {
      let folder = try HostFolder(plugins: "Idle")
      try folder.write(Self.small)
      try folder.write(Self.small.replacing("store.db", with: "other.db"), to: "other.yaml")
      let host = try await HostProcess(folder)
      let call = try await CommandCall.run(["run", folder.file("other.yaml")], in: folder)
      #expect(call.exit == .failure)
      #expect(call.errors.contains("another host answers on \(folder.socket)"), "\(call.errors)")
      let ran = try await host.job("idle")?.ran ?? 0
      try await host.until("the first host goes on") { ($0.job("idle")?.ran ?? 0) > ran }
      #expect(try await host.terminate() == .exited(0))
    }

    // MARK: Cold starts

    @Test func aColdStartOnABadTableRunsTheLastGoodOneAndSaysSo() async throws {
      let folder = try HostFolder(plugins: "Idle")
      try folder.write(Self.small)
      #expect(try await HostProcess(folder).terminate() == .exited(0))

      try folder.write(Self.small + "\n  broken: { plugin")
      let broken = try await HostProcess(folder)
      #expect(try await broken.status().degradation?.contains("error: ") == true)
      #expect(try await broken.terminate() == .exited(0))

      try folder.write(Self.small.replacing("every:", with: "evry:"))
      let host = try await HostProcess(folder)
      let status = try await host.until("it runs") { ($0.job("idle")?.ran ?? 0) > 0 }
      #expect(status.generation == 1)
      #expect(status.degradation?.contains("unknown key 'evry'") == true)
      #expect(host.log.contains("the last good table runs instead, generation 1"))
      #expect(try await host.call("status").output.contains("runs by the last good table"))
      #expect(try await host.call("reload", "--wait").exit == .badTable)

      try folder.write(Self.small)
      try await host.until("the table on disk is in force again") { $0.degradation == nil }
      #expect(try await host.call("reload", "--wait").exit == .success)
      #expect(try await host.status().generation == 1)
      #expect(try await host.terminate() == .exited(0))
    }

    @Test func aColdStartWithoutATableFindsTheStoreInItsUsualPlace() async throws {
      let folder = try HostFolder(plugins: "Idle")
      try folder.write(Self.small.replacing("storage: { database: store.db }", with: ""))
      #expect(try await HostProcess(folder).terminate() == .exited(0))
      unlink(folder.table)
      let host = try await HostProcess(folder)
      try await host.until("it runs") { ($0.job("idle")?.ran ?? 0) > 0 }
      #expect(try await host.status().degradation?.contains("cannot be read") == true)
      #expect(try await host.terminate() == .exited(0))
    }

    @Test func aColdStartWithoutATableFindsTheStoreWhereItWas() async throws {
      let folder = try HostFolder(plugins: "Idle")
      try folder.write(Self.small.replacing("store.db", with: "elsewhere/records.db"))
      #expect(try await HostProcess(folder).terminate() == .exited(0))
      unlink(folder.table)
      let host = try await HostProcess(folder)
      try await host.until("it runs") { ($0.job("idle")?.ran ?? 0) > 0 }
      #expect(try await host.status().degradation?.contains("cannot be read") == true)
      #expect(try await host.terminate() == .exited(0))
    }

    @Test func aColdStartWithNothingToRunSaysWhatIsWrong() async throws {
      let folder = try HostFolder(plugins: "Idle")
      let missing = try await CommandCall.run(["run", folder.table], in: folder)
      #expect(missing.exit == .badTable)
      #expect(missing.errors.contains(folder.table))
      try folder.write(Self.small.replacing("every:", with: "evry:"))
      let bad = try await CommandCall.run(["run", folder.table], in: folder)
      #expect(bad.exit == .badTable)
      #expect(bad.errors.contains("\(folder.table):10:"))
      #expect(bad.errors.contains("did you mean 'every'?"))
      #expect(bad.errors.contains("no earlier table was ever in force"))
    }

    @Test func aHangupReadsTheTableAtOnce() async throws {
      let folder = try HostFolder(plugins: "Idle")
      let slow = Self.small.replacing("settle: 20ms", with: "settle: 60s")
      try folder.write(slow)
      let host = try await HostProcess(folder)
      try folder.write(slow.replacing("every: 100ms", with: "every: 150ms"))
      host.child.signal(SIGHUP)
      let event = try await host.event("CONFIG_APPLIED")
      #expect(event.fields["generation"] == "2")
      #expect(try await host.terminate() == .exited(0))
    }
  }
}

extension Duration {
  var wholeNanoseconds: Int64 {
    components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
  }
}
