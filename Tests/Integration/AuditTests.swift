import Glibc
import PluginAPI
import Testing

@testable import Gridkeeper

extension WithHosts {
  /// Whoever looks later sees what operators did, and who they were.
  @Suite struct AuditTests {
    @Test func everyActionIsWrittenDownWithItsAuthorAndItsEffect() async throws {
      let folder = try HostFolder(plugins: "Idle")
      try folder.write(HostFolder.table("  idle:\n    plugin: Idle\n    every: 1h"))
      let host = try await HostProcess(folder)
      #expect(try await host.call("audit").output == "nobody asked for anything yet")
      for words in [
        ["pause", "idle", "--note", "lunch"], ["resume", "idle"], ["trigger", "idle"],
        ["disable", "idle"], ["enable", "idle"], ["plan"], ["reload"], ["kill", "--note", "drill"],
        ["clear"],
      ] {
        let call = try await CommandCall.run(words, in: folder)
        #expect(call.exit == .success, "\(words): \(call.errors)")
      }
      #expect(try await host.call("pause", "idel").exit == .refused)
      host.child.signal(SIGUSR1)
      try await host.until("the signal halts trading") { $0.trading == "HALTED" }

      let rows = try await host.until(entries: 11)
      let steps = rows.reversed().map { "\($0.action) \($0.job) \($0.before) -> \($0.after)" }
      #expect(
        steps == [
          "pause idle idle -> paused", "resume idle paused -> idle",
          "trigger idle idle -> \(rows[8].after)",
          "disable idle \(rows[7].before) -> disabled", "enable idle disabled -> idle",
          "plan  generation 3 -> generation 3", "reload  generation 3 -> generation 3",
          "kill  ACTIVE -> HALTED", "clear  HALTED -> ACTIVE", "pause idel  -> ",
          "kill  ACTIVE -> HALTED",
        ])
      #expect(rows[10].detail == "lunch: idle is paused")
      #expect(rows[1].detail.hasPrefix("refused: there is no job 'idel'"))
      #expect(rows[0].who == "signal SIGUSR1")
      for row in rows.dropFirst() {
        #expect(row.who.contains("(uid \(geteuid()), process "), "\(row)")
      }
      let shown = try await host.call("audit", "--count", "3").output
      #expect(shown.contains("ACTION") && shown.contains("signal SIGUSR1"), "\(shown)")
      #expect(try await host.terminate() == .exited(0))

      let again = try await HostProcess(folder)
      #expect(try await again.until(entries: 11).count == 11)
      #expect(try await again.terminate() == .exited(0))
    }
  }
}

extension HostProcess {
  fileprivate func until(entries count: Int) async throws -> [AuditRow] {
    try await within(.seconds(30), "\(count) entries", context: { self.log }) {
      while true {
        let rows: [AuditRow] = try await self.ask("audit", ControlDesk.Words(limit: 100))
        if rows.count >= count { return rows }
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }
}
