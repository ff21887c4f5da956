import Glibc
import PluginAPI
import Storage
import Testing

@testable import Gridkeeper

extension WithHosts {
  /// Host or worker stand still for a while, as under a debugger or on a laptop that sleeps.
  @Suite struct SuspendTests {
    static let table = HostFolder.table(
      """
        skip: { plugin: Idle, every: 100ms, misfire: skip }
        latest: { plugin: Idle, every: 100ms, misfire: latest }
        several: { plugin: Idle, every: 100ms, misfire: { all: 4 } }
        money: { plugin: Misbehaving, job: echo, every: 100ms, grant: [trade] }
      """)

    @Test func aHostThatStoodStillAccountsForEverySlotOnce() async throws {
      let folder = try HostFolder(plugins: "Idle", "Misbehaving")
      try folder.write(Self.table)
      let host = try await HostProcess(folder)
      let before = try await host.until("all run") { $0.jobs.allSatisfy { $0.ran >= 3 } }
      host.child.signal(SIGSTOP)
      // Nothing happens while the host stands still, so there is nothing to wait for but time.
      try await Task.sleep(for: .seconds(2))
      host.child.signal(SIGCONT)
      let after = try await host.until("all run on") { answer in
        answer.jobs.allSatisfy { job in job.ran >= (before.job(job.name)?.ran ?? 0) + 10 }
      }
      #expect(after.jobs.allSatisfy { $0.failed == 0 })
      #expect(after.workers.map(\.pid) == before.workers.map(\.pid))
      #expect(try await host.terminate() == .exited(0))

      let records = try await HostRecords(folder)
      for job in ["skip", "latest", "several", "money"] {
        let from = try #require(before.job(job)?.next) + .milliseconds(-50)
        let to = try #require(after.job(job)?.next) + .milliseconds(-50)
        let slots = try await records.slots(job, from: from, to: to)
        let planned = ((to - from).wholeNanoseconds + 50_000_000) / 100_000_000
        #expect(slots.open == 0 && slots.total == planned, "\(job): \(slots), not \(planned)")
        let isMadeUp = ["latest", "several"].contains(job)
        let missed = slots.counts[job == "latest" ? "superseded" : "skipped_misfire"] ?? 0
        #expect(missed >= (isMadeUp ? 10 : 15), "\(job): \(slots)")
      }
      #expect(try await records.openSlots() == [])
      await records.close()
    }

    @Test func aWorkerThatStandsStillDelaysNobodyElseAndIsReplaced() async throws {
      let folder = try HostFolder(plugins: "Idle", "Misbehaving")
      try folder.write(
        HostFolder.table(
          """
            idle: { plugin: Idle, every: 100ms }
            echo: { plugin: Misbehaving, job: echo, every: 100ms, timeout: 500ms, on_lost: skip }
          """))
      let host = try await HostProcess(folder)
      let before = try await host.until("both run") { $0.jobs.allSatisfy { $0.ran >= 3 } }
      let worker = try #require(before.worker("Misbehaving")?.pid)
      Glibc.kill(worker, SIGSTOP)
      let failed = try await host.until("its run is given up") {
        ($0.job("echo")?.failed ?? 0) > 0
      }
      #expect(failed.job("echo")?.lastOutcome == "timed_out")
      let after = try await host.until("it runs again in another process") {
        ($0.job("echo")?.ran ?? 0) >= (failed.job("echo")?.ran ?? 0) + 5
      }
      #expect(after.worker("Misbehaving")?.pid != worker && !isRunning(worker))
      #expect(after.job("idle")?.failed == 0 && after.job("echo")?.failed == 1)
      #expect(after.worker("Idle")?.pid == before.worker("Idle")?.pid)
      #expect(try await host.terminate() == .exited(0))

      let records = try await HostRecords(folder)
      let from = try #require(before.job("idle")?.next) + .milliseconds(-50)
      let to = try #require(after.job("idle")?.next) + .milliseconds(-50)
      let slots = try await records.slots("idle", from: from, to: to)
      #expect(slots.total == ((to - from).wholeNanoseconds + 50_000_000) / 100_000_000, "\(slots)")
      #expect(slots.counts["skipped_worker_down"] == nil, "\(slots)")
      await records.close()
    }

    @Test func aWorkerThatWokeInTimeGoesOn() async throws {
      let folder = try HostFolder(plugins: "Misbehaving")
      try folder.write(
        HostFolder.table("  echo: { plugin: Misbehaving, job: echo, every: 100ms, timeout: 1m }"))
      let host = try await HostProcess(folder)
      let before = try await host.until("it runs") { ($0.job("echo")?.ran ?? 0) >= 3 }
      let worker = try #require(before.worker("Misbehaving")?.pid)
      Glibc.kill(worker, SIGSTOP)
      try await host.until("slots come meanwhile") { ($0.job("echo")?.skipped ?? 0) >= 5 }
      Glibc.kill(worker, SIGCONT)
      let after = try await host.until("it goes on") {
        ($0.job("echo")?.ran ?? 0) >= (before.job("echo")?.ran ?? 0) + 5
      }
      #expect(after.worker("Misbehaving")?.pid == worker && after.job("echo")?.failed == 0)
      #expect(try await host.terminate() == .exited(0))
    }
  }
}
