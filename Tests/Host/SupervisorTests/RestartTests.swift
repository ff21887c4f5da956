import Glibc
import Isolation
@_spi(Host) import PluginAPI
import Testing

@testable import Supervisor

extension WithProcesses {
  @Suite struct RestartTests {
    @Test func aCrashLoopTripsTheBreakerUntilSomeoneResumes() async {
      let host = TestHost { $0.restart.limit = 3 }
      await host.host(.bad("exit"), .bad("echo"), .bystander)
      for id in UInt64(1)...3 {
        _ = await host.desk.state(.ready, of: "Misbehaving", times: Int(id))
        _ = await host.run("exit", id: id)
      }
      let tripped = await host.desk.state(.tripped, of: "Misbehaving")
      #expect(tripped?.lastError?.message == "its worker ended its process with code 3")
      await host.supervisor.start([TestHost.order("echo", 10)])
      #expect(await host.desk.end(of: 10).rejection?.reason == .tripped)
      #expect(await host.run("bystander", id: 11)?.doneText == "")

      await host.supervisor.resume("Misbehaving")
      #expect(await host.run("echo", id: 12)?.doneText != nil)
      await host.stop()
    }

    @Test func aChangedTableResumesATrippedWorker() async {
      let host = TestHost { $0.restart.limit = 1 }
      await host.host(.bad("exit"), .bad("echo"))
      _ = await host.run("exit", id: 1)
      _ = await host.desk.state(.tripped, of: "Misbehaving")
      #expect(await host.host(.bad("exit"), .bad("echo", ["text": "new"])) == [])
      #expect(await host.run("echo", id: 2)?.doneText == "new echo 1 cadence")
      await host.stop()
    }

    @Test func aKilledWorkerIsReplacedWithAllItsJobs() async throws {
      let host = TestHost()
      await host.host(.bad("hang"), .bad("echo", ["text": "still"]))
      let pid = try #require(await host.status("Misbehaving")?.pid)
      await host.supervisor.start([TestHost.order("hang", 1)])
      Glibc.kill(pid, SIGKILL)
      let loss = await host.desk.end(of: 1).end?.verdict.loss
      #expect(loss?.signal == SIGKILL)
      _ = await host.desk.state(.ready, of: "Misbehaving", times: 2)
      #expect(await host.run("echo", id: 2)?.doneText == "still echo 1 cadence")
      #expect(await host.status("Misbehaving")?.restarts == 1)
      await host.stop()
    }

    @Test func aWorkerAndWhatItStartedDieWithTheirHost() async throws {
      let host = TestHost()
      await host.host(.bad("fork"), .bad("hang"))
      let text = try #require(await host.run("fork", id: 1)?.doneText)
      let child = try #require(pid_t(text))
      await host.supervisor.start([TestHost.order("hang", 2)])
      let pid = try #require(await host.status("Misbehaving")?.pid)
      // What the kernel sends when the host is gone.
      Glibc.kill(pid, SIGTERM)
      #expect(await host.desk.end(of: 2).end?.verdict.loss?.signal == SIGKILL)
      while Glibc.kill(child, 0) == 0, !MisbehaviourTests.isZombie(child) { await Task.yield() }
      await host.stop()
    }

    @Test func aWorkerDiesWithTheThreadThatStartedIt() async throws {
      let loop = EventLoop(name: "test")
      let (events, sink) = AsyncStream.makeStream(of: LinkEvent.self)
      var launcher: ProcessLauncher? = ProcessLauncher(
        loop: loop, time: SystemTime(), executable: TestHost.products + "/gridkeeper")
      let link = try #require(try await launcher?.launch(plugin: "Idle"))
      await Desk(loop: loop).open(link, greeting: TestHost.products + "/libIdle.so") {
        sink.yield($0)
      }
      let greeted = await events.first { if case .messages = $0 { true } else { false } }
      #expect(greeted != nil)
      launcher = nil
      let last = await events.first { if case .exited = $0 { true } else { false } }
      guard case .exited(let exit)? = last else { return }
      #expect(exit.signal == SIGKILL || exit.signal == SIGTERM)
      loop.stop()
    }

    @Test func manyDeathsLeaveNothingBehind() async {
      let host = TestHost {
        $0.restart.limit = 1_000
        $0.restart.firstPause = .microseconds(10)
        $0.restart.longestPause = .microseconds(10)
      }
      await host.host(.bad("hang"), .bad("echo"), .bystander)
      _ = await host.run("echo", id: 1)
      let before = Self.descriptors()
      for id in UInt64(2)...30 {
        _ = await host.desk.state(.ready, of: "Misbehaving", times: Int(id) - 1)
        await host.supervisor.start([TestHost.order("hang", id)])
        await host.supervisor.kill(id)
        #expect(await host.desk.end(of: id).end?.verdict.loss?.reason == .overdue)
      }
      #expect(await host.run("echo", id: 100)?.doneText != nil)
      #expect(await host.supervisor.processCount == 2)
      #expect(Self.descriptors() == before)
      #expect(await host.supervisor.openRunCount == 0)
      await host.stop()
      #expect(Self.descriptors() == 0)
    }

    /// Descriptors of processes, of which only the supervisor has any.
    static func descriptors() -> Int {
      (0..<Int32(1_024)).filter { descriptor in
        var target = [UInt8](repeating: 0, count: 64)
        let count = readlink("/proc/self/fd/\(descriptor)", &target, target.count)
        return String(decoding: target[..<max(0, count)], as: UTF8.self).contains("pidfd")
      }.count
    }
  }
}

extension Supervisor {
  var processCount: Int { workers.count }
  var openRunCount: Int { runs.count }
}
