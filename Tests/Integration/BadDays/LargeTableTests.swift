import PluginAPI
import Storage
import Testing

@testable import Gridkeeper

extension WithHosts {
  /// A table of 100,000 lines.
  @Suite struct LargeTableTests {
    private static func table(_ interval: String, last: String = "") -> String {
      let jobs = (0..<20_000).map { number in
        """
          job-\(number):
            plugin: Idle
            every: \(number == 777 ? interval : "1h")
            timeout: 5s
            parameters: { states: 0 }
        """
      }
      return HostFolder.table(
        "  idle: { plugin: Idle, every: 100ms }\n" + jobs.joined(separator: "\n") + last)
    }

    @Test func aHundredThousandLinesAreLoadedReloadedAndRejectedWhileJobsRun() async throws {
      let folder = try HostFolder(plugins: "Idle")
      try folder.write(Self.table("1h"))
      let host = try await HostProcess(folder)
      let before = try await host.until("it runs") { ($0.job("idle")?.ran ?? 0) >= 3 }
      #expect(before.jobs.count == 20_001)
      let worker = before.worker("Idle")?.pid

      try folder.write(Self.table("2h"))
      let applied = try await host.event("CONFIG_APPLIED", limit: .seconds(120))
      #expect(applied.fields["detail"]?.contains("every: 1h -> 2h") == true)
      #expect(applied.fields["detail"]?.contains("jobs: 1 changed, 20000 unchanged") == true)

      let last = try await host.lastEvent()
      try folder.write(Self.table("2h", last: "\n  bad: { plugin: Idle, evry: 1s }"))
      let rejected = try await host.event("CONFIG_REJECTED", limit: .seconds(120), after: last)
      #expect(rejected.fields["detail"]?.contains("did you mean 'every'?") == true)
      #expect(rejected.fields["detail"]?.contains("\(folder.table):100011:") == true)

      let after = try await host.until("it runs on") {
        ($0.job("idle")?.ran ?? 0) >= (before.job("idle")?.ran ?? 0) + 5
      }
      #expect(after.generation == 2 && after.worker("Idle")?.pid == worker)
      #expect(after.job("idle")?.failed == 0)
      #expect(try await host.call("status").exit == .success)
      #expect(try await host.terminate() == .exited(0))
      try await expectAccounted(folder, from: before, to: after)
    }

    /// A busy machine may be late for a slot, but every one has an end.
    private func expectAccounted(
      _ folder: HostFolder, from before: HostAnswer, to after: HostAnswer
    ) async throws {
      let from = try #require(before.job("idle")?.next) + .milliseconds(-50)
      let to = try #require(after.job("idle")?.next) + .milliseconds(-50)
      let records = try await HostRecords(folder)
      let slots = try await records.slots("idle", from: from, to: to)
      await records.close()
      #expect(slots.total == ((to - from).wholeNanoseconds + 50_000_000) / 100_000_000, "\(slots)")
    }
  }
}
