import Glibc
import Isolation
@_spi(Host) import PluginAPI
import Testing

@testable import Supervisor

/// Whatever a plugin does, it ends the runs of its own worker and nothing else.
extension WithProcesses {
  @Suite struct MisbehaviourTests {
    /// Hosts a job beside a bystander, runs it beside a run that waits for ever, and checks that only
    /// the bad plugin's worker suffered.
    func suffer(
      _ job: StagedJob, change: (inout SupervisorSettings) -> Void = { _ in },
      _ check: (RunVerdict?, RunVerdict?, TestHost) async -> Void
    ) async {
      let host = TestHost(change: change)
      #expect(await host.host(job, .bad("hang"), .bad("echo"), .bystander) == [])
      let before = await host.status("Idle")?.pid
      await host.supervisor.start([TestHost.order("hang", 1), TestHost.order(job.name, 2)])
      let bad = await host.desk.end(of: 2).end?.verdict
      let neighbour = await host.desk.end(of: 1).end?.verdict
      await check(bad, neighbour, host)
      #expect(await host.status("Idle")?.pid == before)
      #expect(await host.run("bystander", id: 3)?.doneText == "")
      #expect(await host.run("echo", id: 4)?.doneText == "hello echo 1 cadence")
      #expect(await host.desk.ended.values.allSatisfy { $0 == 1 })
      await host.stop()
    }

    @Test func aTrapIsReportedWithSignalAndBacktrace() async {
      await suffer(.bad("trap")) { bad, neighbour, host in
        #expect(bad?.loss?.reason == .crashed)
        #expect([SIGILL, SIGTRAP].contains(bad?.loss?.signal))
        #expect(bad?.loss?.backtrace?.contains("Index out of range") == true)
        #expect(bad?.loss?.backtrace?.contains("Trap.run") == true)
        #expect(neighbour?.loss?.reason == .crashed)
        #expect(await host.status("Misbehaving")?.lastError?.backtrace != nil)
      }
    }

    @Test func anExitIsReportedWithItsCode() async {
      await suffer(.bad("exit")) { bad, _, _ in
        #expect(bad?.loss?.reason == .exited)
        #expect(bad?.loss?.message == "the worker of Misbehaving ended its process with code 3")
      }
    }

    @Test(arguments: ["close-channel", "garble-channel"] as [JobKind])
    func aBrokenChannelEndsTheWorker(kind: JobKind) async {
      await suffer(.bad(kind)) { bad, neighbour, _ in
        let why = kind == "close-channel" ? "it closed its channel" : "it broke the protocol"
        #expect(bad?.loss?.reason == .workerKilled)
        #expect(bad?.loss?.message.contains(why) == true)
        #expect(neighbour?.loss?.reason == .workerKilled)
      }
    }

    @Test func memoryIsLimited() async {
      await suffer(.bad("allocate"), change: { $0.workerMemory = 128 << 20 }) { bad, _, _ in
        #expect(bad?.loss?.reason == .crashed)
      }
    }

    @Test func aFailedRunIsNoCrash() async {
      let host = TestHost()
      await host.host(.bad("throw"), .bad("echo"))
      #expect(await host.run("throw") == .failed("the job threw this"))
      #expect(await host.status("Misbehaving")?.restarts == 0)
      await host.stop()
    }

    @Test(arguments: ["hang", "spin"] as [JobKind])
    func anOverdueRunIsKilledAndItsNeighboursAreToldWhy(kind: JobKind) async {
      let host = TestHost()
      await host.host(.bad(kind), .bad("slow", ["time": "1h"]), .bad("echo"), .bystander)
      await host.supervisor.start([TestHost.order("slow", 1), TestHost.order(kind.description, 2)])
      await host.supervisor.cancel(2)
      await host.supervisor.kill(2)
      let overdue = await host.desk.end(of: 2).end?.verdict.loss
      let neighbour = await host.desk.end(of: 1).end?.verdict.loss
      #expect(overdue?.reason == .overdue)
      #expect(neighbour?.reason == .workerKilled)
      #expect(neighbour?.message.contains("run 2 did not end in time") == true)
      #expect(await host.run("echo", id: 3)?.doneText != nil)
      #expect(await host.status("Misbehaving")?.state == .ready)
      await host.stop()
    }

    @Test func aSpinningRunDoesNotHoldUpItsNeighbours() async {
      let host = TestHost()
      await host.host(.bad("spin"), .bad("echo"))
      await host.supervisor.start([TestHost.order("spin", 1), TestHost.order("echo", 2)])
      #expect(await host.desk.end(of: 2).end?.verdict.doneText != nil)
      #expect(await host.run("echo", id: 3)?.doneText != nil)
      #expect(await host.host(.bad("spin"), .bad("echo", ["text": "new"])) == [])
      #expect(await host.run("echo", id: 4)?.doneText == "new echo 1 cadence")
      await host.supervisor.kill(1)
      #expect(await host.desk.end(of: 1).end?.verdict.loss?.reason == .overdue)
      await host.stop()
    }

    @Test func aSilentWorkerIsKilled() async throws {
      let host = TestHost {
        $0.pingInterval = .milliseconds(20)
        $0.pingTimeout = .milliseconds(100)
      }
      await host.host(.bad("hang"), .bad("echo"))
      await host.supervisor.start([TestHost.order("hang", 1)])
      let pid = try #require(await host.status("Misbehaving")?.pid)
      Glibc.kill(pid, SIGSTOP)
      let loss = await host.desk.end(of: 1).end?.verdict.loss
      #expect(loss?.message.contains("it did not answer for 0.1 seconds") == true)
      #expect(await host.run("echo", id: 2)?.doneText != nil)
      await host.stop()
    }

    @Test func whatAPluginStartedDoesNotOutliveIt() async throws {
      let host = TestHost()
      await host.host(.bad("fork"), .bad("hang"), .bad("echo"))
      let text = try #require(await host.run("fork", id: 1)?.doneText)
      let child = try #require(pid_t(text))
      #expect(kill(child, 0) == 0)
      await host.supervisor.start([TestHost.order("hang", 2)])
      await host.supervisor.kill(2)
      _ = await host.desk.end(of: 2)
      while kill(child, 0) == 0, !Self.isZombie(child) { await Task.yield() }
      await host.stop()
    }

    static func isZombie(_ pid: pid_t) -> Bool {
      guard let file = fopen("/proc/\(pid)/stat", "r") else { return true }
      defer { fclose(file) }
      var bytes = [UInt8](repeating: 0, count: 256)
      let count = fread(&bytes, 1, bytes.count, file)
      return String(decoding: bytes[..<count], as: UTF8.self).contains(") Z ")
    }

    @Test func aFloodOfOutputDisturbsNothingAndIsBounded() async {
      let host = TestHost()
      await host.host(.bad("print"), .bad("echo"), .bystander)
      #expect(await host.run("print", id: 1)?.doneText == "10000")
      #expect(await host.run("echo", id: 2)?.doneText != nil)
      let lines = host.lines.withLock { $0.filter { $0.contains("plugin that talks too much") } }
      #expect(!lines.isEmpty && lines.count < 1_000)
      #expect(lines.allSatisfy { $0.contains("\"plugin\": \"Misbehaving\"") })
      await host.stop()
    }

    @Test func cancellationIsCooperativeAndTheVerdictSaysSo() async {
      let host = TestHost()
      await host.host(.bad("slow", ["time": "1h"]), .bad("ignore-cancel"))
      await host.supervisor.start([TestHost.order("slow", 1), TestHost.order("ignore-cancel", 2)])
      await host.supervisor.cancel(1)
      await host.supervisor.cancel(2)
      #expect(await host.desk.end(of: 1).end?.verdict == .cancelled("CancellationError()"))
      #expect(await host.desk.end(of: 2).end?.verdict.doneText == "cancelled and finished")
      await host.stop()
    }

    @Test func aWorkerInheritsNothingFromTheHost() async throws {
      setenv("GRIDKEEPER_SECRET", "of the host", 1)
      let host = TestHost()
      await host.host(.bad("crowd"))
      let text = try #require(await host.run("crowd")?.doneText)
      #expect(!text.contains("GRIDKEEPER_SECRET") && text.contains("SWIFT_BACKTRACE"))
      // Standard streams, the channel, and the one that wakes the worker.
      #expect(text.hasPrefix("5 descriptors"))
      await host.stop()
    }
  }
}
