import Glibc
import Isolation
@_spi(Host) import PluginAPI
import Testing
import Wire

@testable import Supervisor

extension WithProcesses {
  @Suite struct ServingTests {
    @Test func aQuestionIsServedWithWhatTheJobMayDo() async {
      let host = TestHost()
      await host.host(.bad("ask"))
      #expect(await host.run("ask", id: 5)?.doneText == "sent")
      let calls = await host.desk.calls
      #expect(calls.map(\.0) == [.signal("rebuild")])
      // Declared: trade and signal. Granted: signal.
      #expect(calls.map(\.1) == [RunContext(run: 5, job: "ask", capabilities: [.signal])])
      await host.stop()
    }

    @Test func aRefusalReachesTheJob() async {
      let host = TestHost()
      await host.desk.set { _ in .refused(Refusal(.capabilityMissing, "signal")) }
      await host.host(.bad("ask"))
      #expect(await host.run("ask") == .failed("CAPABILITY_MISSING: signal"))
      await host.stop()
    }

    @Test func tellingsComeBeforeTheEndOfTheirRun() async {
      let host = TestHost()
      await host.host(.bad("tell", ["times": "3"]))
      #expect(await host.run("tell")?.doneText == "told")
      let tellings = await host.desk.tellings
      #expect(
        tellings.map(\.1)
          == (0..<3).map { .log(.info, "telling \($0)", fields: ["of": "3"]) })
      await host.stop()
    }

    @Test func stateAndBoardGoThroughTheHost() async {
      let host = TestHost()
      await host.desk.set { call in if case .loadState = call { .json("4") } else { .ok } }
      await host.host(
        StagedJob(name: "keeper", plugin: "Idle", parameters: ["states": "2", "boards": "1"]))
      #expect(await host.run("keeper")?.doneText == "")
      #expect(
        await host.desk.calls.map(\.0) == [
          .loadState(key: "count"), .storeState(key: "count", json: "4"),
          .loadState(key: "count"), .storeState(key: "count", json: "5"),
          .publish(key: "number", json: "0"),
        ])
      await host.stop()
    }

    @Test func aFullQueueRefusesNewRunsAsBusy() async {
      let host = TestHost { $0.openRunLimit = 10 }
      await host.host(.bad("hang"), .bystander)
      await host.supervisor.start((UInt64(1)...12).map { TestHost.order("hang", $0) })
      #expect(await host.desk.end(of: 11).rejection?.reason == .busy)
      #expect(await host.desk.end(of: 12).rejection?.reason == .busy)
      #expect(await host.run("bystander", id: 13)?.doneText == "")
      await host.supervisor.kill(1)
      let lost = await host.desk.endings(1...10).compactMap { $0.end?.verdict.loss?.reason }
      #expect(lost == [.overdue] + Array(repeating: .workerKilled, count: 9))
      await host.stop()
    }

    @Test func aWorkerThatDoesNotReadGetsNoMoreThanItsQueueHolds() async {
      let host = TestHost { $0.queueLimit = 64 << 10 }
      await host.host(.bad("echo"))
      let pid = await host.status("Misbehaving")?.pid ?? 0
      #expect(pid > 0)
      guard pid > 0 else { return }
      kill(pid, SIGSTOP)
      let ids = UInt64(1)...40_000
      for start in stride(from: ids.lowerBound, through: ids.upperBound, by: 500) {
        await host.supervisor.start((start..<start + 500).map { TestHost.order("echo", $0) })
      }
      kill(pid, SIGCONT)
      let fates = await host.desk.endings(ids)
      let refused = fates.filter { $0.rejection?.reason == .busy }.count
      let done = fates.filter { $0.end?.verdict.doneText != nil }.count
      #expect(refused > 0 && done > 0 && refused + done == 40_000)
      await host.stop()
    }
  }
}
