import Glibc
import Isolation
@_spi(Host) import PluginAPI
import Telemetry
import Testing
import Wire

@testable import Supervisor

/// Tests that start real processes, one at a time.
@Suite(.serialized, .timeLimit(.minutes(2))) struct WithProcesses {}

/// A host with nothing but a supervisor and real workers, that notes what it is told.
final class TestHost: Sendable {
  let loop: EventLoop
  let desk: Desk
  let supervisor: Supervisor
  let lines = Guarded<[String]>([])

  /// Where `swift build` put the executable and the plugins.
  static let products: String = {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    let path = String(decoding: buffer[..<max(0, count)], as: UTF8.self)
    return String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
  }()

  init(
    plugins: String = products, launcher: (any WorkerLauncher)? = nil,
    change: (inout SupervisorSettings) -> Void = { _ in }
  ) {
    var settings = SupervisorSettings(pluginDirectory: plugins)
    settings.executable = Self.products + "/gridkeeper"
    settings.restart.firstPause = .milliseconds(10)
    change(&settings)
    loop = EventLoop(name: "test-host")
    desk = Desk(loop: loop)
    let log = Log { [lines] level, text, fields in
      lines.withLock { $0.append("\(level.rawValue): \(text) \(fields)") }
    }
    supervisor = Supervisor(
      loop: loop, time: SystemTime(), settings: settings, delegate: desk, log: log,
      metrics: Metrics(), launcher: launcher)
  }

  /// Puts jobs into force, or returns what is wrong with them.
  @discardableResult func host(_ jobs: StagedJob...) async -> [JobProblem] {
    let result = await supervisor.stage(jobs)
    if result.problems.isEmpty {
      await supervisor.commit(result.stage)
    } else {
      await supervisor.discard(result.stage)
    }
    return result.problems
  }

  /// Starts a run and waits for its end.
  func run(_ job: String, id: UInt64 = .random(in: 1...(.max))) async -> RunVerdict? {
    await supervisor.start([Self.order(job, id)])
    return await desk.end(of: id).end?.verdict
  }

  static func order(_ job: String, _ id: UInt64) -> WorkerRun {
    WorkerRun(
      id: id, job: job, plannedAt: Timestamp(seconds: 1), cause: .cadence, attempt: 1, seed: 7)
  }

  func status(_ plugin: String) async -> WorkerStatus? {
    await supervisor.statuses().first { $0.plugin == plugin }
  }

  func stop() async {
    await supervisor.shutDown()
    loop.stop()
  }
}

/// What became of a run.
struct Fate: Sendable {
  var end: RunEnd?
  var rejection: RejectedRun?
}

/// Notes everything the supervisor says, and lets tests wait for it.
actor Desk: SupervisorDelegate {
  nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
  private(set) var fates: [UInt64: Fate] = [:]
  private(set) var ended: [UInt64: Int] = [:]
  private(set) var tellings: [(String, Telling)] = []
  private(set) var statuses: [WorkerStatus] = []
  private(set) var calls: [(ServiceCall, RunContext)] = []
  private var waiters:
    [(check: @Sendable (isolated Desk) -> Bool, continuation: CheckedContinuation<Void, Never>)] =
      []
  var reply: @Sendable (ServiceCall) -> ServiceReply = { _ in .ok }

  init(loop: EventLoop) { self.loop = loop }

  func set(reply: @escaping @Sendable (ServiceCall) -> ServiceReply) { self.reply = reply }

  func end(of run: UInt64) async -> Fate {
    await wait { $0.fates[run] != nil }
    return fates[run] ?? Fate()
  }

  func endings(_ runs: ClosedRange<UInt64>) async -> [Fate] {
    await wait { $0.fates.count >= runs.count }
    for run in runs { await wait { $0.fates[run] != nil } }
    return runs.compactMap { fates[$0] }
  }

  func state(_ state: WorkerStatus.State, of plugin: String, times: Int = 1) async -> WorkerStatus?
  {
    let isIt: @Sendable (WorkerStatus) -> Bool = { $0.plugin == plugin && $0.state == state }
    await wait { $0.statuses.filter(isIt).count >= times }
    return statuses.filter(isIt).last
  }

  /// Opens a link on the loop's thread, as supervisors do, and greets the worker.
  func open(
    _ link: any WorkerLink, greeting library: String,
    events: @escaping @Sendable (LinkEvent) -> Void
  ) {
    link.open(events)
    var writer = ByteWriter()
    let hello = HostHello(
      plugin: "Idle", library: library, pin: nil, memory: 512 << 20, files: 64)
    try? HostMessage.hello(hello).write(to: &writer)
    link.send(writer.take())
  }

  private func wait(until check: @escaping @Sendable (isolated Desk) -> Bool) async {
    guard !check(self) else { return }
    await withCheckedContinuation { waiters.append((check, $0)) }
  }

  private func changed() {
    let ready = waiters.filter { $0.check(self) }
    waiters.removeAll { $0.check(self) }
    for waiter in ready { waiter.continuation.resume() }
  }

  nonisolated func runsEnded(_ ends: [RunEnd]) {
    assumeIsolated { desk in
      for end in ends {
        desk.fates[end.run] = Fate(end: end)
        desk.ended[end.run, default: 0] += 1
      }
      desk.changed()
    }
  }

  nonisolated func runsRejected(_ runs: [RejectedRun]) {
    assumeIsolated { desk in
      for run in runs {
        desk.fates[run.run] = Fate(rejection: run)
        desk.ended[run.run, default: 0] += 1
      }
      desk.changed()
    }
  }

  nonisolated func workerChanged(_ status: WorkerStatus) {
    assumeIsolated { desk in
      desk.statuses.append(status)
      desk.changed()
    }
  }

  nonisolated func told(_ telling: Telling, by context: RunContext) {
    assumeIsolated { $0.tellings.append((context.job, telling)) }
  }

  func serve(_ call: ServiceCall, for context: RunContext) async -> ServiceReply {
    calls.append((call, context))
    return reply(call)
  }
}

extension RunVerdict {
  /// The text of a run that did its work.
  var doneText: String? { if case .finished(.done(let text)) = self { text } else { nil } }
  /// Why it was lost.
  var loss: LostRun? { if case .lost(let loss) = self { loss } else { nil } }
}

extension StagedJob {
  /// A job of the plugin that misbehaves.
  static func bad(_ kind: JobKind, _ parameters: [String: String] = [:]) -> StagedJob {
    StagedJob(
      name: kind.description, plugin: "Misbehaving", kind: kind, parameters: parameters,
      grants: [.signal])
  }

  /// A job of another plugin, which nothing that the bad one does may disturb.
  static let bystander = StagedJob(name: "bystander", plugin: "Idle")
}
