import FoundationEssentials
import Glibc
import PluginAPI
import Scheduler
import Storage
import Testing

@testable import Gridkeeper

extension WithHosts {
  /// A bad plugin never takes another job down.
  @Suite struct BadPluginTests {
    /// What a job does, and how its run must end.
    struct Deed: Sendable {
      let kind: String
      let outcome: String
      let words: String
    }

    static let deeds = [
      Deed(kind: "trap", outcome: "lost", words: "died of signal"),
      Deed(kind: "throw", outcome: "failed", words: "the job threw this"),
      Deed(kind: "hang", outcome: "timed_out", words: ""),
      Deed(kind: "spin", outcome: "timed_out", words: ""),
      Deed(kind: "allocate", outcome: "lost", words: "died of signal"),
      Deed(kind: "close-channel", outcome: "lost", words: "it closed its channel"),
      Deed(kind: "garble-channel", outcome: "lost", words: "it broke the protocol"),
      Deed(kind: "print", outcome: "done", words: "10000"),
      Deed(kind: "ignore-cancel", outcome: "timed_out", words: ""),
      Deed(kind: "fork", outcome: "done", words: ""),
      Deed(kind: "exit", outcome: "lost", words: "ended its process with code 3"),
    ]

    static let table = HostFolder.table(
      deeds.map { deed in
        let time = ["trap", "allocate"].contains(deed.kind) ? "20s" : "300ms"
        return "  \(deed.kind): { plugin: Misbehaving, job: \(deed.kind), timeout: \(time), "
          + "on_lost: skip, parameters: {\(deed.kind == "ignore-cancel" ? " time: 1h " : "")} }"
      }.joined(separator: "\n") + "\n  idle: { plugin: Idle, every: 100ms }",
      host: "  worker_memory: 128MiB")

    @Test func whateverAJobDoesOthersRunOnAndItsWorkerComesBack() async throws {
      let folder = try HostFolder(plugins: "Idle", "Misbehaving")
      try folder.write(Self.table)
      let host = try await HostProcess(folder)
      let before = try await host.status()
      for deed in Self.deeds {
        let ran = try await host.job("idle")?.ran ?? 0
        try await host.act("trigger", deed.kind)
        let answer = try await host.until("the end of \(deed.kind)") { answer in
          answer.job(deed.kind)?.lastOutcome != nil
        }
        let job = answer.job(deed.kind)
        #expect(job?.lastOutcome == deed.outcome, "\(deed.kind): \(job?.lastDetail ?? "")")
        #expect(job?.lastDetail?.contains(deed.words) ?? deed.words.isEmpty, "\(deed.kind)")
        try await host.until("idle goes on beside \(deed.kind)") { answer in
          (answer.job("idle")?.ran ?? 0) >= ran + 3
        }
        // Forgets the death, so that the next one is not a crash loop.
        try await host.act("resume", deed.kind)
        try await host.until("the worker is back after \(deed.kind)") { answer in
          answer.worker("Misbehaving")?.state == "ready"
        }
      }
      let after = try await host.status()
      #expect(after.job("idle")?.failed == 0)
      #expect(after.worker("Idle")?.pid == before.worker("Idle")?.pid)
      #expect(after.worker("Misbehaving")?.pid != before.worker("Misbehaving")?.pid)
      #expect(host.isAlive)
      #expect(try await host.terminate() == .exited(0))
    }

    @Test func aCrashLoopTripsTheBreakerAndResumeEndsIt() async throws {
      let folder = try HostFolder(plugins: "Idle", "Misbehaving")
      try folder.write(
        HostFolder.table(
          """
            idle: { plugin: Idle, every: 100ms }
            exit: { plugin: Misbehaving, job: exit, every: 100ms, on_lost: skip, failure_budget: 0 }
          """))
      let host = try await HostProcess(folder)
      let tripped = try await host.event("WORKER_STATE") { $0.fields["state"] == "tripped" }
      let why = try await host.call("why", "exit")
      #expect(why.exit == .success)
      #expect(why.output.contains("does not run"))
      #expect(why.output.contains("breaker"), "\(why.output)")
      #expect(why.output.contains("ended its process with code 3"))
      #expect(try await host.why("idle").isBlocked == false)
      let status = try await host.status()
      #expect(status.job("exit")?.state == "worker_down")
      #expect(status.job("idle")?.failed == 0)

      #expect(try await host.call("resume", "exit").exit == .success)
      try await host.event("WORKER_STATE", after: tripped.sequence) {
        $0.fields["state"] == "ready" && $0.fields["plugin"] == "Misbehaving"
      }
      #expect(try await host.terminate() == .exited(0))
    }

    @Test func slotsThatWaitForAPluginWhichTheTableDropsAreSkipped() async throws {
      let folder = try HostFolder(plugins: "Idle", "Misbehaving")
      let kept = HostFolder.table("  idle: { plugin: Idle, every: 100ms }")
      try folder.write(
        kept + """

            exit: { plugin: Misbehaving, job: exit, every: 50ms, on_lost: skip, failure_budget: 0,
                    misfire: latest }
          """)
      let host = try await HostProcess(folder)
      try await host.event("WORKER_STATE") { $0.fields["state"] == "backoff" }
      try await host.until("a slot waits") { $0.job("exit")?.superseded ?? 0 > 0 }
      try folder.write(kept)
      try await host.event("CONFIG_APPLIED")
      #expect(try await host.terminate() == .exited(0))
      let records = try await HostRecords(folder)
      #expect(try await records.slots("exit").counts["failed"] == nil)
      #expect(try await records.slots("exit").counts["skipped_removed"] ?? 0 > 0)
      #expect(try await records.openSlots() == [])
      await records.close()
    }

    @Test func tooManyFailuresPutAJobInQuarantineUntilSomeoneResumesIt() async throws {
      let folder = try HostFolder(plugins: "Idle", "Misbehaving")
      try folder.write(
        HostFolder.table(
          """
            idle: { plugin: Idle, every: 100ms }
            throw: { plugin: Misbehaving, job: throw, every: 50ms, failure_budget: 3 }
          """))
      let host = try await HostProcess(folder)
      let answer = try await host.until("quarantine") { $0.job("throw")?.state == "quarantined" }
      #expect(answer.job("throw")?.failed == 3)
      let why = try await host.call("why", "throw")
      #expect(why.output.contains("quarantined") && why.output.contains("the job threw this"))
      #expect(try await host.call("resume", "throw").exit == .success)
      try await host.until("it fails again") { ($0.job("throw")?.failed ?? 0) >= 6 }
      #expect(try await host.job("idle")?.failed == 0)
      #expect(try await host.terminate() == .exited(0))
    }

    // MARK: Libraries that cannot be used

    /// Compiles a library of C that stands for a plugin somebody else built.
    private func build(_ name: String, _ source: String, in folder: HostFolder) async throws {
      try folder.write(source, to: "\(name).c")
      let call = try await CommandCall.run(
        "/usr/bin/env",
        ["cc", "-shared", "-fPIC", "-o", folder.library(name), folder.file("\(name).c")],
        environment: folder.environment)
      #expect(call.code == 0, "\(call.errors)")
    }

    @Test func aLibraryThatCannotBeUsedIsRefusedWithTheReason() async throws {
      let folder = try HostFolder(plugins: "Idle")
      let good = HostFolder.table("  idle: { plugin: Idle, every: 100ms }\n  bad: { plugin: Idle }")
      try folder.write(good)
      let host = try await HostProcess(folder)
      try folder.write("just text", to: "plugins/libText.so")
      try await build("Plain", "int other(void) { return 1; }", in: folder)
      try await build("Other", "void *other_plugin_v2(void) { return 0; }", in: folder)
      try await build(
        "Trapping", "__attribute__((constructor)) void start(void) { __builtin_trap(); }",
        in: folder)
      let reasons = [
        "Text": "cannot open", "Plain": "exports no function plain_plugin_v1",
        "Other": "speaks contract 2, this host speaks 1", "Trapping": "while loading",
      ]
      for (plugin, reason) in reasons.sorted(by: { $0.key < $1.key }) {
        let last = try await host.lastEvent()
        try folder.write(
          good.replacing("bad: { plugin: Idle }", with: "bad: { plugin: \(plugin) }"))
        let event = try await host.event("CONFIG_REJECTED", after: last)
        #expect(event.fields["detail"]?.contains(reason) == true, "\(plugin)")
        for words in [["check", folder.table], ["reload", "--wait"]] {
          let call = try await CommandCall.run(words, in: folder)
          #expect(call.exit == .badTable, "\(words) \(plugin)")
          #expect(call.errors.contains(reason), "\(words) \(plugin): \(call.errors)")
          #expect(call.errors.contains("\(folder.table):11:"), "\(words) \(plugin): \(call.errors)")
        }
      }
      #expect(try await host.job("idle")?.failed == 0)
      #expect(try await host.terminate() == .exited(0))
    }

    @Test func aBrokenLibraryDoesNotKeepItsJobFromBeingSwitchedOff() async throws {
      let folder = try HostFolder(plugins: "Idle")
      let table = HostFolder.table(
        """
          idle: { plugin: Idle, every: 100ms }
          bad: { plugin: Text, every: 100ms }
        """)
      try folder.write("just text", to: "plugins/libText.so")
      try folder.write(table)
      let refused = try await CommandCall.run(["check", folder.table], in: folder)
      #expect(refused.exit == .badTable)
      let off = table.replacing("Text, every", with: "Text, enabled: false, every")
      try folder.write(off)
      let passed = try await CommandCall.run(["check", folder.table], in: folder)
      #expect(passed.exit == .success, "\(passed.errors)")
      #expect(passed.errors.contains("warning: plugin 'Text' cannot be used"))
      let gone = off.replacing("Text, enabled", with: "Gone, enabled")
      try folder.write(gone)
      let host = try await HostProcess(folder)
      #expect(try await host.status().jobs.map(\.name) == ["bad", "idle"])
      #expect(try await host.terminate() == .exited(0))
    }

    @Test func aPinThatDoesNotMatchIsRefused() async throws {
      let folder = try HostFolder(plugins: "Idle")
      let zeros = String(repeating: "0", count: 64)
      try folder.write(
        HostFolder.table(
          "  idle: { plugin: Idle, every: 100ms }", host: "  pins: { Idle: \"sha256:\(zeros)\" }"))
      let call = try await CommandCall.run(["check", folder.table], in: folder)
      #expect(call.exit == .badTable)
      #expect(call.errors.contains("but the job table pins \(zeros)"), "\(call.errors)")
    }
  }
}
