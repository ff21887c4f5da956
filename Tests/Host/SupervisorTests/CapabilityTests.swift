import Isolation
@_spi(Host) import PluginAPI
import Testing
import Wire

@testable import Supervisor

/// The supervisor over workers that are no processes.
@Suite(.timeLimit(.minutes(1))) struct CapabilityTests {
  static func job(grants: Set<Capability>) -> StagedJob {
    StagedJob(name: "job", plugin: "Any", grants: grants)
  }

  @Test func anUpgradeThatWantsMoreIsRefusedUntilTheTableGrantsIt() async throws {
    let script = ScriptedLauncher(capabilities: [[.trade], [.trade, .swap], [.trade, .swap]])
    let host = TestHost(launcher: script)
    await host.host(Self.job(grants: [.trade]))
    await #expect(
      throws: PluginProblem(
        plugin: "Any", "job job would gain swap; grant it in the job table first")
    ) { try await host.supervisor.upgrade("Any") }
    #expect(await host.status("Any")?.version == "1")

    await host.host(Self.job(grants: [.trade, .swap]))
    let report = try await host.supervisor.upgrade("Any")
    #expect(report.gained == ["job": [.swap]] && report.lost.isEmpty)
    #expect(await host.status("Any")?.version == "3")
    await host.stop()
  }

  @Test func aLibraryThatChangedWhileItsWorkerWasDownIsAnUpgradeToo() async throws {
    let script = ScriptedLauncher(capabilities: [[.trade], [.trade, .swap], [.trade]])
    let host = TestHost(launcher: script)
    await host.host(Self.job(grants: [.trade]))
    let link = try #require(script.links.withLock { $0.first })
    await host.supervisor.start([TestHost.order("job", 1)])
    await host.desk.die(link)
    #expect(await host.desk.end(of: 1).end?.verdict.loss != nil)
    let down = await host.desk.state(.tripped, of: "Any")
    #expect(
      down?.lastError?.message
        == "its library changed and does not fit: job job would gain swap; grant it in the job "
        + "table first")
    await host.supervisor.start([TestHost.order("job", 2)])
    #expect(await host.desk.end(of: 2).rejection?.reason == .tripped)
    await host.supervisor.resume("Any")
    #expect(await host.desk.state(.ready, of: "Any", times: 2)?.version == "3")
    await host.stop()
  }

  @Test func aRunThatIsOverCanAskForNothing() async throws {
    let script = ScriptedLauncher(capabilities: [[.trade]])
    let host = TestHost(launcher: script)
    await host.host(Self.job(grants: [.trade, .swap]))
    let link = try #require(script.links.withLock { $0.first })
    await host.supervisor.start([TestHost.order("job", 7)])
    await host.desk.hear(link, .request(RunRequest(run: 7, call: 1, content: .market)))
    let time = MonotonicInstant(nanoseconds: 1)
    let end = EndedRun(run: 7, result: .done(""), received: time, started: time, ended: time)
    await host.desk.hear(link, .ended([end]))
    #expect(await host.desk.end(of: 7).end?.verdict.doneText == "")
    await host.desk.hear(link, .request(RunRequest(run: 7, call: 2, content: .market)))
    let refusal = ServiceReply.refused(Refusal(.runClosed, "run 7 is over"))
    #expect(link.received.contains(.reply(RunReply(call: 2, content: refusal))))
    #expect(await host.desk.calls.map(\.1.capabilities) == [[.trade]])
    await host.stop()
  }

  @Test func aRunKeepsWhatItWasGrantedWhenItStarted() async throws {
    let script = ScriptedLauncher(capabilities: [[.trade]])
    let host = TestHost(launcher: script)
    await host.host(Self.job(grants: [.trade]))
    let link = try #require(script.links.withLock { $0.first })
    await host.supervisor.start([TestHost.order("job", 7)])
    await host.host(Self.job(grants: []))
    await host.supervisor.start([TestHost.order("job", 8)])
    for run in UInt64(7)...8 {
      await host.desk.hear(link, .request(RunRequest(run: run, call: run, content: .market)))
    }
    _ = await host.run("none")
    #expect(await host.desk.calls.map(\.1.capabilities) == [[.trade], []])
    await host.stop()
  }

  @Test func theNumberOfAJobMeansAnotherOneInAnotherTable() async throws {
    let script = ScriptedLauncher(capabilities: [[]])
    let host = TestHost(launcher: script)
    await host.host(StagedJob(name: "old", plugin: "Any"), StagedJob(name: "both", plugin: "Any"))
    let link = try #require(script.links.withLock { $0.first })
    await host.supervisor.start([Self.order("old", 1, 5), Self.order("both", 2, 6)])
    await host.supervisor.start([Self.order("old", 3, 5)])
    await host.host(StagedJob(name: "new", plugin: "Any"), StagedJob(name: "both", plugin: "Any"))
    await host.supervisor.start([Self.order("new", 4, 5), Self.order("both", 5, 6)])
    let handles = link.received.flatMap { message -> [UInt32] in
      if case .start(let runs) = message { runs.map(\.handle) } else { [] }
    }
    #expect(handles.count == 5 && handles[0] == handles[2] && handles[1] == handles[4])
    #expect(Set(handles).count == 3)
    await host.stop()
  }

  private static func order(_ job: String, _ run: UInt64, _ number: UInt32) -> WorkerRun {
    var order = TestHost.order(job, run)
    order.jobNumber = number
    return order
  }

  @Test func endingARunThatIsNotOpenEndsTheWorker() async throws {
    let script = ScriptedLauncher(capabilities: [[], []])
    let host = TestHost(launcher: script)
    await host.host(Self.job(grants: []))
    let link = try #require(script.links.withLock { $0.first })
    await host.supervisor.start([TestHost.order("job", 1)])
    let time = MonotonicInstant(nanoseconds: 1)
    let end = EndedRun(run: 99, result: .done(""), received: time, started: time, ended: time)
    await host.desk.hear(link, .ended([end]))
    #expect(
      await host.desk.end(of: 1).end?.verdict.loss?.message
        == "the worker of Any was killed: it broke the protocol: it ended run 99, which it has not")
    _ = await host.desk.state(.ready, of: "Any", times: 2)
    await host.stop()
  }

  @Test func parametersThatAreTooLongAreAProblemOfTheirJob() async {
    let host = TestHost(launcher: ScriptedLauncher(capabilities: [[]]))
    let long = String(repeating: "x", count: Wire.longestFrame)
    let problems = await host.host(
      StagedJob(name: "long", plugin: "Any", parameters: ["text": long]))
    #expect(problems.map(\.job) == ["long"])
    await host.stop()
  }
}

extension Desk {
  /// Has a scripted worker say something, on the loop's thread as real ones do.
  func hear(_ link: ScriptedLink, _ message: WorkerMessage) { link.say(message) }

  /// Has a scripted worker die.
  func die(_ link: ScriptedLink) { link.kill() }
}
