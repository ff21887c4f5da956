import Glibc
import Isolation
@_spi(Host) import PluginAPI
import Testing

@testable import Supervisor

extension WithProcesses {
  @Suite struct UpgradeTests {
    let folder: String

    init() {
      var template = Array("/tmp/gridkeeper-plugins-XXXXXX".utf8CString)
      folder = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
      install("Misbehaving")
    }

    /// Puts a library into the folder as a deployment does: by renaming, with a new identity.
    func install(_ plugin: String, appending text: String = "") {
      let target = "\(folder)/lib\(plugin).so"
      let code = system(
        "cp \(TestHost.products)/lib\(plugin).so \(target).new && printf '\(text)' >> \(target).new"
          + " && mv \(target).new \(target)")
      precondition(code == 0, "cannot install")
    }

    @Test func anUpgradeUnderLoadLosesNoRun() async throws {
      let host = TestHost(plugins: folder)
      await host.host(.bad("slow", ["time": "20ms"]), .bad("echo"))
      let old = await host.status("Misbehaving")
      let ids = UInt64(1)...400
      #expect(await host.supervisor.changedPlugins() == [])
      install("Misbehaving", appending: "another build")
      #expect(await host.supervisor.changedPlugins() == ["Misbehaving"])
      await host.supervisor.start(Self.load(1...100))
      async let upgrade = host.supervisor.upgrade("Misbehaving")
      for start in stride(from: UInt64(101), to: 301, by: 10) {
        await host.supervisor.start(Self.load(start...start + 9))
        _ = await host.desk.end(of: start)
      }
      let report = try await upgrade
      #expect(report.from != report.to && report.gained.isEmpty)
      await host.supervisor.start(Self.load(301...400))
      let fates = await host.desk.endings(ids)
      #expect(fates.allSatisfy { $0.end?.verdict.doneText != nil })
      #expect(Set(fates.compactMap { $0.end?.pid }).count == 2)
      let new = await host.status("Misbehaving")
      #expect(new?.pid != old?.pid && new?.digest != old?.digest)
      #expect(await host.supervisor.changedPlugins() == [])
      await host.stop()
    }

    static func load(_ ids: ClosedRange<UInt64>) -> [WorkerRun] {
      ids.map { TestHost.order($0 % 2 == 0 ? "slow" : "echo", $0) }
    }

    @Test func aBrokenBuildLeavesTheOldWorkerAlone() async throws {
      let host = TestHost(plugins: folder)
      await host.host(.bad("echo"))
      let old = await host.status("Misbehaving")
      system("echo broken > \(folder)/libMisbehaving.so.new")
      rename("\(folder)/libMisbehaving.so.new", "\(folder)/libMisbehaving.so")
      await #expect(throws: PluginProblem.self) {
        try await host.supervisor.upgrade("Misbehaving")
      }
      let now = await host.status("Misbehaving")
      #expect(now?.pid == old?.pid && now?.state == .ready)
      #expect(now?.lastError?.message.contains("cannot open") == true)
      #expect(await host.run("echo")?.doneText != nil)
      #expect(await host.supervisor.changedPlugins() == [])
      await host.stop()
    }

    @Test func aDeadWorkerComesBackWithTheLibraryThatIsThere() async throws {
      let host = TestHost(plugins: folder)
      await host.host(.bad("echo"), .bad("exit"))
      install("Misbehaving", appending: "another build")
      let old = await host.status("Misbehaving")?.digest
      _ = await host.run("exit", id: 1)
      #expect(await host.run("echo", id: 2)?.doneText != nil)
      #expect(await host.status("Misbehaving")?.digest != old)
      await host.stop()
    }

    @Test func aRemovedJobStopsItsWorkerAfterItsRuns() async {
      let host = TestHost(plugins: folder)
      await host.host(.bad("slow", ["time": "50ms"]))
      await host.supervisor.start([TestHost.order("slow", 1)])
      #expect(await host.host() == [])
      #expect(await host.desk.end(of: 1).end?.verdict.doneText == "slept")
      await host.supervisor.start([TestHost.order("slow", 2)])
      #expect(await host.desk.end(of: 2).rejection?.reason == .unknownJob)
      #expect(await host.desk.state(.stopped, of: "Misbehaving") != nil)
      await host.stop()
    }

    @Test func unchangedJobsKeepTheirWorkerAndTheirRuns() async {
      let host = TestHost(plugins: folder)
      await host.host(.bad("slow", ["time": "50ms"]), .bad("echo"))
      let pid = await host.status("Misbehaving")?.pid
      await host.supervisor.start([TestHost.order("slow", 1)])
      #expect(await host.host(.bad("slow", ["time": "50ms"]), .bad("echo", ["text": "x"])) == [])
      #expect(await host.run("echo", id: 2)?.doneText == "x echo 1 cadence")
      #expect(await host.desk.end(of: 1).end?.verdict.doneText == "slept")
      #expect(await host.status("Misbehaving")?.pid == pid)
      await host.stop()
    }
  }
}
