import FoundationEssentials
import Glibc
import JobTable
import PluginAPI
import Testing

@testable import Gridkeeper

extension WithHosts {
  /// A bad edit never takes a running host down.
  @Suite struct BadEditTests {
    /// An edit that must be rejected.
    struct Edit: Sendable {
      let name: String
      /// What the rejection says.
      let message: String
      let text: String
      /// Where it points; 0 when it means the whole file.
      var line = 0
    }

    static let table = HostFolder.table(
      """
        idle: { plugin: Idle, every: 100ms }
        echo:
          plugin: Misbehaving
          job: echo
          every: 200ms
          parameters: { times: 2 }
      """)

    static func edit(_ name: String, _ old: String, _ new: String, line: Int, _ message: String)
      -> Edit
    {
      Edit(name: name, message: message, text: table.replacing(old, with: new), line: line)
    }

    static let edits = [
      Edit(name: "empty", message: "empty", text: ""),
      edit("malformed", "every: 100ms }", "every: 100ms ", line: 0, "error: "),
      Edit(name: "truncated", message: "error: ", text: String(table.dropLast(20))),
      edit("unknown key", "every: 100ms", "evry: 100ms", line: 10, "did you mean 'every'?"),
      edit("wrong unit", "100ms", "100 parsecs", line: 10, "100 parsecs"),
      edit("out of range", "times: 2", "times: 99", line: 15, "times"),
      edit("wrong parameter", "times: 2", "tmes: 2", line: 15, "did you mean 'times'?"),
      edit("missing plugin", "plugin: Idle", "plugin: Idel", line: 10, "did you mean 'Idle'?"),
      edit("duplicate job", "  echo:", "  idle:", line: 11, "idle"),
      edit("duplicate key", "every: 100ms", "every: 100ms, every: 1s", line: 10, "every"),
      edit("unset variable", "100ms", "${NOT_SET}", line: 10, "NOT_SET"),
      edit("wrong version", "version: 1", "version: 7", line: 1, "7"),
    ]

    @Test func everyBadEditIsRejectedWithItsPlaceAndDisturbsNobody() async throws {
      let folder = try HostFolder(plugins: "Idle", "Misbehaving")
      try folder.write(Self.table)
      let host = try await HostProcess(folder)
      let before = try await host.until("both run") { answer in
        answer.jobs.allSatisfy { $0.ran >= 2 }
      }
      for edit in Self.edits {
        let last = try await host.lastEvent()
        try folder.write(edit.text)
        let event = try await host.event("CONFIG_REJECTED", after: last)
        #expect(event.fields["detail"]?.contains(edit.message) == true, "\(edit.name)")
        try await expectRejection(edit, host)
      }
      try await expectUndisturbed(host, since: before)

      try folder.write(Self.table.replacing("times: 2", with: "times: 3"))
      let applied = try await host.event("CONFIG_APPLIED")
      #expect(applied.fields["generation"] == "2")
      let call = try await host.call("reload", "--wait")
      #expect(call.exit == .success)
      try await host.until("the edit is in force") { answer in
        answer.generation == 2
          && answer.job("echo")?.lastDetail?.hasPrefix("hellohellohello") == true
      }
      try await expectUndisturbed(host, since: before)
      #expect(try await host.terminate() == .exited(0))
    }

    private func expectRejection(_ edit: Edit, _ host: HostProcess) async throws {
      let call = try await host.call("reload", "--wait")
      #expect(call.exit == .badTable, "\(edit.name)")
      #expect(call.errors.contains(edit.message), "\(edit.name)")
      let place = edit.line > 0 ? ":\(edit.line):" : ""
      #expect(call.errors.contains("\(host.folder.table)\(place)"), "\(edit.name): \(call.errors)")
      let status = try await host.status()
      #expect(status.generation == 1)
      #expect(status.lastReload?.result == .rejected, "\(edit.name)")
      let worst = status.lastReload?.diagnostics.first { $0.severity == .error }
      #expect(edit.line == 0 || worst?.line == edit.line, "\(edit.name)")
    }

    /// The jobs run on, in the same workers and on the same grid, and no run failed.
    private func expectUndisturbed(_ host: HostProcess, since before: HostAnswer) async throws {
      let ran = before.job("idle")?.ran ?? 0
      let now = try await host.until("idle goes on") {
        $0.job("idle").map { $0.ran > ran } ?? false
      }
      for plugin in ["Idle", "Misbehaving"] {
        #expect(now.worker(plugin)?.pid == before.worker(plugin)?.pid)
        #expect(now.worker(plugin)?.restarts == 0)
      }
      for job in now.jobs { #expect(job.failed == 0) }
      #expect(isSameGrid(now.job("idle")?.next, before.job("idle")?.next, every: 100_000_000))
      #expect(isSameGrid(now.job("echo")?.next, before.job("echo")?.next, every: 200_000_000))
    }

    /// The table's file comes and goes in every way that editors and deployments know.
    @Test func theTableMayBeDeletedRenamedSwappedAndSavedInHalves() async throws {
      let folder = try HostFolder(plugins: "Idle", "Misbehaving")
      try folder.write(Self.table)
      let host = try await HostProcess(folder)
      var generation: Int64 = 1

      func expectRejected(_ how: String, _ change: () throws -> Void) async throws {
        let last = try await host.lastEvent()
        try change()
        try await host.event("CONFIG_REJECTED", after: last)
        #expect(try await host.call("reload", "--wait").exit == .badTable, "\(how)")
        #expect(try await host.status().generation == generation, "\(how)")
      }
      func expectApplied(_ how: String, _ change: () throws -> Void) async throws {
        let last = try await host.lastEvent()
        try change()
        generation += 1
        let event = try await host.event("CONFIG_APPLIED", after: last)
        #expect(event.fields["generation"] == "\(generation)", "\(how)")
      }
      func version(_ number: Int) -> String {
        Self.table.replacing("every: 200ms", with: "every: \(200 + number)ms")
      }

      try await expectRejected("deleted") { unlink(folder.table) }
      try await expectApplied("written anew") { try folder.write(version(1)) }
      try await expectApplied("renamed over") {
        try folder.replace(folder.table, with: Array(version(2).utf8))
      }
      try await expectRejected("a directory in its place") {
        unlink(folder.table)
        mkdir(folder.table, 0o755)
      }
      try await expectApplied("a link in its place") {
        rmdir(folder.table)
        mkdir(folder.file("one"), 0o755)
        mkdir(folder.file("two"), 0o755)
        try folder.write(version(3), to: "one/jobs.yaml")
        try folder.write(version(4), to: "two/jobs.yaml")
        symlink("one", folder.file("data"))
        symlink("data/jobs.yaml", folder.table)
      }
      try await expectApplied("the link swapped, as configuration maps do") {
        symlink("two", folder.file("data.new"))
        rename(folder.file("data.new"), folder.file("data"))
      }
      let halves = version(5)
      try await expectRejected("the first half saved") {
        try folder.write(String(halves.dropLast(5)), to: "two/jobs.yaml")
      }
      try await expectApplied("the second half saved") {
        try folder.write(halves, to: "two/jobs.yaml")
      }
      if geteuid() != 0 {
        try await expectRejected("unreadable") { chmod(folder.file("two/jobs.yaml"), 0) }
      }
      #expect(try await host.status().jobs.allSatisfy { $0.failed == 0 })
      #expect(host.isAlive)
      #expect(try await host.terminate() == .exited(0))
    }
  }
}

/// Whether two times lie on the same grid, as well as a wall clock that is being slewed can tell.
func isSameGrid(_ left: Timestamp?, _ right: Timestamp?, every step: Int64) -> Bool {
  guard let left, let right else { return false }
  let distance = (left.nanoseconds - right.nanoseconds).magnitude % UInt64(step)
  return min(distance, UInt64(step) - distance) < UInt64(step) / 10
}
