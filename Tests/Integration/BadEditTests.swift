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

    /// A few lines that would become a billion.
    static let bomb =
      "version: 1\na0: &a0 [x, x]\n"
      + (1...30).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1)]\n" }.joined() + "jobs: *a30\n"

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
      Edit(name: "alias bomb", message: "error: ", text: bomb),
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
      for change in Self.changes {
        if change.how == "made unreadable", geteuid() == 0 { continue }
        let last = try await host.lastEvent()
        try change.make(folder)
        guard let generation = change.generation else {
          let before = try await host.status().generation
          try await host.event("CONFIG_REJECTED", after: last)
          #expect(try await host.call("reload", "--wait").exit == .badTable, "\(change.how)")
          #expect(try await host.status().generation == before, "\(change.how)")
          continue
        }
        let event = try await host.event("CONFIG_APPLIED", after: last)
        #expect(event.fields["generation"] == "\(generation)", "\(change.how)")
      }
      #expect(try await host.status().jobs.allSatisfy { $0.failed == 0 })
      #expect(host.isAlive)
      #expect(try await host.terminate() == .exited(0))
    }

    /// Something that happens to the table's file.
    struct Change: Sendable {
      let how: String
      /// The generation that comes of it; `nil` when it must be rejected.
      let generation: Int?
      let make: @Sendable (HostFolder) throws -> Void
    }

    private static func version(_ number: Int) -> String {
      table.replacing("every: 200ms", with: "every: \(200 + number)ms")
    }

    static let changes = [
      Change(how: "deleted", generation: nil) { unlink($0.table) },
      Change(how: "written anew", generation: 2) { try $0.write(version(1)) },
      Change(how: "renamed over", generation: 3) {
        try $0.replace($0.table, with: Array(version(2).utf8))
      },
      Change(how: "a directory in its place", generation: nil) {
        unlink($0.table)
        mkdir($0.table, 0o755)
      },
      Change(how: "a link in its place", generation: 4) { folder in
        rmdir(folder.table)
        for (name, number) in [("one", 3), ("two", 4)] {
          mkdir(folder.file(name), 0o755)
          try folder.write(version(number), to: "\(name)/jobs.yaml")
        }
        symlink("one", folder.file("data"))
        symlink("data/jobs.yaml", folder.table)
      },
      Change(how: "the link swapped, as configuration maps do", generation: 5) {
        symlink("two", $0.file("data.new"))
        rename($0.file("data.new"), $0.file("data"))
      },
      Change(how: "the first half saved", generation: nil) {
        try $0.write(String(version(5).dropLast(5)), to: "two/jobs.yaml")
      },
      Change(how: "the second half saved", generation: 6) {
        try $0.write(version(5), to: "two/jobs.yaml")
      },
      Change(how: "not UTF-8", generation: nil) {
        try $0.replace($0.file("two/jobs.yaml"), with: [0x6A, 0xFF, 0xFE, 0x0A])
      },
      Change(how: "made unreadable", generation: nil) { chmod($0.file("two/jobs.yaml"), 0) },
    ]
  }
}

/// Whether two times lie on the same grid, as well as a wall clock that is being slewed can tell.
func isSameGrid(_ left: Timestamp?, _ right: Timestamp?, every step: Int64) -> Bool {
  guard let left, let right else { return false }
  let distance = (left.nanoseconds - right.nanoseconds).magnitude % UInt64(step)
  return min(distance, UInt64(step) - distance) < UInt64(step) / 10
}
