import Isolation
@_spi(Host) import PluginAPI
import Testing
import Wire

@testable import Worker

private struct Greeter: Job {
  static let kind: JobKind = "greeter"
  static let summary = "Greets."
  @Parameter("Whom") var name: String = "world"
  @Parameter("How often", in: 1...3) var times: Int = 1

  func run(_ run: Run) async throws -> Outcome {
    run.log.info("greeting")
    return .done(Array(repeating: "hello \(name)", count: times).joined(separator: ", "))
  }
}

private struct Keeper: Job {
  static let kind: JobKind = "keeper"
  static let summary = "Asks the host."

  func run(_ run: Run) async throws -> Outcome {
    let old: Int? = try await run.state.value("count")
    _ = try await run.bundles.outcome(of: BundleReceipt(id: "1"))
    return .done("\(old ?? -1)")
  }
}

private struct Silent: Job {
  static let kind: JobKind = "silent"
  static let summary = "Says nothing."

  func run(_ run: Run) async throws -> Outcome { .done("") }
}

/// A worker loop in this process: messages in, messages out, on a thread of the test's own.
private final class Bench: Sendable {
  let runs: RunLoop
  let loop: WorkerLoop
  let time = ManualTime()

  init(jobs: [any Job.Type] = [Greeter.self, Keeper.self]) {
    let manifest = PluginManifest(name: "Test", version: "1.0.0", jobs: jobs)
    let runs = RunLoop {}
    self.runs = runs
    loop = WorkerLoop(
      time: time, executor: runs,
      load: { _ in LoadedPlugin(manifest: manifest, digest: "00") }, outputReady: {})
  }

  /// Hands messages over, runs what can run, and returns what came out.
  func exchange(_ messages: HostMessage...) throws -> [WorkerMessage] {
    for message in messages { try loop.receive(message) }
    while runs.drain(as: 0) == .busy {}
    var decoder = FrameDecoder()
    decoder.append(loop.takeOutput())
    var answers: [WorkerMessage] = []
    while let frame = try decoder.next() { answers.append(try WorkerMessage(frame)) }
    return answers
  }

  static let hello = HostMessage.hello(
    HostHello(plugin: "Test", library: "", pin: nil, memory: 0, files: 0))

  static func prepare(_ kind: JobKind?, _ parameters: [String: String] = [:]) -> HostMessage {
    .prepare(
      PrepareJobs(
        id: 1, jobs: [PrepareJob(handle: 1, name: "job", kind: kind, parameters: parameters)]))
  }

  static func start(_ runs: UInt64...) -> HostMessage {
    .start(
      runs.map {
        StartRun(
          run: $0, handle: 1, plannedAt: Timestamp(seconds: 0), cause: .manual, attempt: 1, seed: 1)
      })
  }

  /// Orders a run whose end may wait; returns the runs whose ends came out.
  func patient(_ run: UInt64) throws -> [UInt64] {
    let order = StartRun(
      run: run, handle: 1, plannedAt: Timestamp(seconds: 0), cause: .cadence, attempt: 1, seed: 1,
      endMayWait: true)
    return try exchange(.start([order])).flatMap { message -> [UInt64] in
      if case .ended(let runs) = message { runs.map(\.run) } else { [] }
    }
  }

  static func ended(_ run: UInt64, _ result: RunResult) -> EndedRun {
    let now = ManualTime().monotonic
    return EndedRun(run: run, result: result, received: now, started: now, ended: now)
  }
}

@Suite struct WorkerLoopTests {
  @Test func aRunFromGreetingToResult() throws {
    let bench = Bench()
    guard case .hello(let hello) = try bench.exchange(Bench.hello).first else {
      Issue.record("no greeting")
      return
    }
    #expect(hello.jobs.map(\.kind) == ["greeter", "keeper"])
    #expect(hello.jobs[0].parameters.map(\.name) == ["name", "times"])
    #expect(
      try bench.exchange(Bench.prepare("greeter", ["times": "2"]))
        == [.prepared(PreparedJobs(id: 1, refused: []))])
    #expect(
      try bench.exchange(Bench.start(7, 8)) == [
        .told(
          ToldBatch(
            items: [7, 8].map { .init(run: $0, content: .log(.info, "greeting", fields: [:])) },
            dropped: 0)),
        .ended([7, 8].map { Bench.ended($0, .done("hello world, hello world")) }),
      ])
  }

  @Test(
    arguments: [
      ("greeter", ["times": "9"], "times", "out of range, expected 1 to 3"),
      ("greeter", ["tmies": "1"], "tmies", "unknown parameter"),
      ("absent", [:], nil, "the plugin has no job kind absent; it offers greeter, keeper"),
      (nil, [:], nil, "a job kind is missing; it offers greeter, keeper"),
    ] as [(JobKind?, [String: String], String?, String)])
  func aJobThatCannotBeMadeIsRefusedWithAReason(
    kind: JobKind?, parameters: [String: String], parameter: String?, message: String
  ) throws {
    let bench = Bench()
    _ = try bench.exchange(Bench.hello)
    let problem = ParameterProblem(parameter: parameter, message: message)
    #expect(
      try bench.exchange(Bench.prepare(kind, parameters)) == [
        .prepared(PreparedJobs(id: 1, refused: [RefusedJob(handle: 1, problems: [problem])]))
      ])
    #expect(
      try bench.exchange(Bench.start(3))
        == [.ended([Bench.ended(3, .failed("the job is not prepared"))])])
  }

  @Test func endsWaitForCompanyOnlyWhileOrdersKeepComing() throws {
    let bench = Bench(jobs: [Silent.self])
    _ = try bench.exchange(Bench.hello, Bench.prepare("silent"))
    #expect(try bench.patient(1) == [1], "nobody is about to come")
    bench.time.advance(by: .milliseconds(1))
    #expect(try bench.patient(2) == [])
    #expect(bench.loop.outputDue == bench.time.monotonic + WorkerLoop.endPatience)
    bench.time.advance(by: .milliseconds(4))
    #expect(try bench.patient(3) == [])
    bench.time.advance(by: .milliseconds(1))
    #expect(try bench.patient(4) == [2, 3, 4], "the oldest has waited for long enough")
    #expect(bench.loop.outputDue == .never)
    bench.time.advance(by: WorkerLoop.endPatience)
    #expect(try bench.patient(5) == [5])
  }

  @Test func whatIsUrgentTakesWaitingEndsAlong() throws {
    let bench = Bench(jobs: [Silent.self])
    _ = try bench.exchange(Bench.hello, Bench.prepare("silent"))
    _ = try bench.patient(1)
    #expect(try bench.patient(2) == [])
    let ends = [2, 3].map { Bench.ended($0, .done("")) }
    #expect(try bench.exchange(Bench.start(3)) == [.ended(ends)])
    #expect(try bench.patient(4) == [])
    let last = WorkerMessage.ended([Bench.ended(4, .done(""))])
    #expect(try bench.exchange(.ping(1)) == [last, .pong(1)])
    #expect(try bench.patient(5) == [])
    #expect(try bench.exchange(.stop) == [.ended([Bench.ended(5, .done(""))])])
  }

  @Test func questionsWaitForTheirAnswers() throws {
    let bench = Bench()
    _ = try bench.exchange(Bench.hello, Bench.prepare("keeper"))
    #expect(
      try bench.exchange(Bench.start(5))
        == [.request(RunRequest(run: 5, call: 1, content: .loadState(key: "count")))])
    #expect(
      try bench.exchange(.reply(RunReply(call: 1, content: .json("41"))))
        == [.request(RunRequest(run: 5, call: 2, content: .outcome("1")))])
    #expect(
      try bench.exchange(.reply(RunReply(call: 2, content: .outcome(.expired))))
        == [.ended([Bench.ended(5, .done("41"))])])
  }

  @Test func aCancelledRunStopsWaitingForABundle() throws {
    let bench = Bench()
    _ = try bench.exchange(Bench.hello, Bench.prepare("keeper"), Bench.start(5))
    _ = try bench.exchange(.reply(RunReply(call: 1, content: .json(nil))))
    #expect(
      try bench.exchange(.cancel([5, 99]))
        == [.ended([Bench.ended(5, .cancelled("CancellationError()"))])])
    #expect(try bench.exchange(.reply(RunReply(call: 2, content: .outcome(.expired)))) == [])
  }

  @Test func aRefusedQuestionFailsTheRun() throws {
    let bench = Bench()
    _ = try bench.exchange(Bench.hello, Bench.prepare("keeper"), Bench.start(5))
    let refusal = Refusal(.runClosed, "over")
    #expect(
      try bench.exchange(.reply(RunReply(call: 1, content: .refused(refusal))))
        == [.ended([Bench.ended(5, .failed("RUN_CLOSED: over"))])])
  }

  @Test func whatMakesNoSenseIsAnError() throws {
    let bench = Bench()
    #expect(throws: WireError.outOfOrder("it must be the greeting")) {
      try bench.exchange(.ping(1))
    }
    _ = try bench.exchange(Bench.hello)
    #expect(throws: WireError.outOfOrder("a second greeting")) { try bench.exchange(Bench.hello) }
    #expect(try bench.exchange(.ping(4)) == [.pong(4)])
  }

  @Test func tellingsAreBounded() throws {
    var outbox = Outbox()
    for _ in 0..<Outbox.tellingLimit + 5 {
      outbox.add(.metric(name: "m", value: 1, kind: .gauge), from: 1)
    }
    var decoder = FrameDecoder()
    decoder.append(outbox.take())
    guard let frame = try decoder.next(), case .told(let batch) = try WorkerMessage(frame) else {
      Issue.record("no tellings")
      return
    }
    #expect(batch.items.count == Outbox.tellingLimit)
    #expect(batch.dropped == 5)
  }
}
