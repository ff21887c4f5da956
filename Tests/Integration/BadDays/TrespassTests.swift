import Glibc
import PluginAPI
import Storage
import Testing

@testable import Gridkeeper

extension WithHosts {
  /// What a plugin must not do to the machine, to its host and to other jobs.
  @Suite struct TrespassTests {
    private static func table(_ jobs: String...) -> String {
      HostFolder.table(
        jobs.map { "  \($0): { plugin: Misbehaving, job: \($0), grant: [signal], timeout: 50s }" }
          .joined(separator: "\n"))
    }

    private func run(_ job: String, _ host: HostProcess) async throws -> String {
      try await host.act("trigger", job)
      let runs = try await host.untilRuns(of: job, "it ended", limit: .seconds(60)) {
        $0.first?.outcome != nil
      }
      return runs.first?.text ?? ""
    }

    @Test func nothingThatAWorkerStartsLeavesItsGroup() async throws {
      let folder = try HostFolder(plugins: "Misbehaving")
      try folder.write(Self.table("escape"))
      let host = try await HostProcess(folder)
      let text = try await run("escape", host)
      #expect(text.contains("spawn \(EPERM)"), "\(text)")
      #expect(!text.contains("ended with 0"), "\(text)")
      #expect(try await host.terminate() == .exited(0))
    }

    /// The superuser may read everything, so the host runs as somebody else where that can be done.
    @Test func aWorkerCannotReadItsHostsEnvironment() async throws {
      let folder = try HostFolder(plugins: "Misbehaving")
      try folder.write(Self.table("peek"))
      var words = [HostFolder.executable, "run", folder.table]
      if geteuid() == 0 {
        chown(folder.path, 65_534, 65_534)
        words =
          ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] + words
      }
      let child = try ChildProcess(
        words[0], Array(words.dropFirst()),
        environment: folder.environment.merging(["SECRET_KEY": "hidden"]) { $1 })
      let host = try await HostProcess(folder, child)
      // Clients of another user are turned away, so the job says it through the store.
      let client = geteuid() == 0 ? Array(words.prefix(4)) : []
      let call = client + [HostFolder.executable, "trigger", "peek"]
      let trigger = try await CommandCall.run(
        call[0], Array(call.dropFirst()), environment: folder.environment)
      #expect(trigger.code == 0, "\(trigger.errors)")
      #expect(try await host.terminate() == .exited(0))
      let records = try await HostRecords(folder)
      #expect(try await records.runs("peek").map(\.text) == ["errno \(EACCES)"])
      await records.close()
    }

    @Test func oneJobCannotTakeTheRoomOfOthers() async throws {
      let folder = try HostFolder(plugins: "Misbehaving")
      try folder.write(Self.table("hoard"))
      let host = try await HostProcess(folder)
      let text = try await run("hoard", host)
      #expect(
        text.contains("hoard has published 64 keys, which is all that one job may"), "\(text)")
      #expect(
        text.contains("the state of hoard has 1000 keys, which is all that one job may"), "\(text)")
      #expect(
        text.contains("hoard sends signals too often; 10 a second and 100 at once"), "\(text)")
      #expect(try await host.terminate() == .exited(0))
    }
  }
}
