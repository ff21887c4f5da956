package import Isolation
@_spi(Host) import PluginAPI
package import Wire

/// The inside of a worker: messages of the host in, messages to the host out.
///
/// It knows nothing of processes and descriptors, so that the same loop runs in a worker process,
/// in tests and in the Lab. Messages are handed over by one thread at a time; runs may end on any.
package final class WorkerLoop: Sendable {
  /// Loads the plugin that the host's greeting names.
  package typealias Load = @Sendable (HostHello) throws(LoadFailure) -> LoadedPlugin

  let time: any TimeSource
  private let executor: any TaskExecutor
  private let load: Load
  private let outputReady: @Sendable () -> Void
  private let state = Guarded<State>(State())

  private struct State {
    var plugin: LoadedPlugin?
    var jobs: [UInt32: PreparedJob] = [:]
    var runs = NumberMap<RunningRun>()
    var calls: [UInt64: OpenCall] = [:]
    var lastCall: UInt64 = 0
    var outbox = Outbox()
    /// When the newest orders came.
    var lastOrders = MonotonicInstant(nanoseconds: 0)
    var isStopped = false
  }

  /// How long the end of a short run waits for others while orders keep coming. Every message wakes
  /// the host, which costs more than the run itself.
  package static let endPatience: Duration = .milliseconds(5)

  /// Makes a loop.
  ///
  /// `executor` runs the code of runs, `load` opens the plugin, and `outputReady` is called, on any
  /// thread, when `takeOutput` has something to give.
  package init(
    time: any TimeSource, executor: any TaskExecutor, load: @escaping Load,
    outputReady: @escaping @Sendable () -> Void
  ) {
    self.time = time
    self.executor = executor
    self.load = load
    self.outputReady = outputReady
  }

  /// Whether the host asked the worker to exit, or there is no plugin to run.
  package var isStopped: Bool { state.withLock { $0.isStopped } }

  /// All frames, once one of them must be sent now.
  package func takeOutput() -> [UInt8] {
    state.withLock { state in
      guard
        state.outbox.due <= Outbox.atOnce || state.isStopped || state.outbox.due <= time.monotonic
      else { return [] }
      return state.outbox.take()
    }
  }

  /// When `takeOutput` will have something to give; `never` when nothing waits.
  package var outputDue: MonotonicInstant { state.withLock { $0.outbox.due } }

  /// Takes a message of the host.
  ///
  /// - Throws: `WireError.outOfOrder` when it makes no sense now; the worker is of no use then.
  package func receive(_ message: HostMessage) throws(WireError) {
    if case .hello(let hello) = message { return try greet(hello) }
    guard state.withLock({ $0.plugin != nil }) else { throw .outOfOrder("it must be the greeting") }
    switch message {
    case .hello: break
    case .prepare(let jobs): prepare(jobs)
    case .release(let handles):
      state.withLock { state in for handle in handles { state.jobs[handle] = nil } }
    case .start(let orders): start(orders)
    case .cancel(let runs): cancel(runs)
    case .reply(let reply): answer(reply)
    case .ping(let number): emit { $0.add(.pong(number)) }
    case .stop: state.withLock { $0.isStopped = true }
    }
  }

  // MARK: Greeting

  private func greet(_ hello: HostHello) throws(WireError) {
    guard state.withLock({ $0.plugin == nil }) else { throw .outOfOrder("a second greeting") }
    do throws(LoadFailure) {
      try checkWire(hello)
      let plugin = try load(hello)
      let answer = WorkerHello(
        contract: PluginManifest.contractVersion, plugin: plugin.name, version: plugin.version,
        digest: plugin.digest, jobs: plugin.jobs.map(JobDescription.init))
      state.withLock { $0.plugin = plugin }
      emit { $0.add(.hello(answer)) }
    } catch {
      state.withLock { $0.isStopped = true }
      emit { $0.add(.refused(error)) }
    }
  }

  private func checkWire(_ hello: HostHello) throws(LoadFailure) {
    guard hello.wire != Wire.version else { return }
    throw LoadFailure(
      .wireMismatch,
      "the host writes frames of version \(hello.wire), this worker reads \(Wire.version); "
        + "start both from the same executable")
  }

  // MARK: Jobs

  private func prepare(_ request: PrepareJobs) {
    let plugin = state.withLock { $0.plugin }
    var refused: [RefusedJob] = []
    for order in request.jobs {
      do throws(ParameterProblems) {
        let job = try make(order, from: plugin?.jobs ?? [])
        state.withLock { $0.jobs[order.handle] = PreparedJob(name: order.name, prototype: job) }
      } catch {
        refused.append(RefusedJob(handle: order.handle, problems: error.problems))
      }
    }
    emit { [refused] in $0.add(.prepared(PreparedJobs(id: request.id, refused: refused))) }
  }

  private func make(_ order: PrepareJob, from jobs: [JobDescriptor])
    throws(ParameterProblems) -> any Job
  {
    let found = order.kind.map { kind in jobs.first { $0.kind == kind } }
    guard let job = found ?? (jobs.count == 1 ? jobs.first : nil) else {
      let kinds = jobs.map(\.kind.description).joined(separator: ", ")
      let message = order.kind.map { "the plugin has no job kind \($0)" } ?? "a job kind is missing"
      throw ParameterProblems([ParameterProblem(message: "\(message); it offers \(kinds)")])
    }
    return try job.make(order.parameters)
  }

  // MARK: Runs

  private func start(_ orders: [StartRun]) {
    let now = time.monotonic
    let (starts, isBusy) = state.withLock { state in
      let isBusy = now < state.lastOrders + Self.endPatience
      state.lastOrders = now
      let starts = orders.map { order -> (StartRun, PreparedJob?) in
        let job = state.jobs[order.handle]
        if job != nil { state.runs[order.run] = RunningRun(task: nil, isCancelled: false) }
        return (order, job)
      }
      return (starts, isBusy)
    }
    var tasks: [(UInt64, Task<Void, Never>)] = []
    tasks.reserveCapacity(starts.count)
    for (order, job) in starts {
      guard let job else {
        end(order.run, .failed("the job is not prepared"), received: now, started: now)
        continue
      }
      let patience = isBusy && order.endMayWait ? Self.endPatience : .zero
      tasks.append((order.run, begin(order, job, received: now, patience)))
    }
    keep(tasks)
  }

  private func begin(
    _ order: StartRun, _ job: PreparedJob, received: MonotonicInstant, _ patience: Duration
  ) -> Task<Void, Never> {
    // Not a child of anything: a run lives until it returns or the host kills the process.
    Task(executorPreference: executor) {
      let started = self.time.monotonic
      let run = Run(
        id: "\(order.run)", job: job.name, plannedAt: order.plannedAt, cause: order.cause,
        attempt: Int(order.attempt), seed: order.seed,
        services: RunBridge(loop: self, run: order.run))
      let result = await Self.result(of: job.prototype, run)
      self.end(order.run, result, received: received, started: started, patience)
    }
  }

  private static func result(of job: any Job, _ run: Run) async -> RunResult {
    do {
      switch try await job.run(run) {
      case .done(let text): return .done(text)
      case .nothingToDo(let reason): return .nothingToDo(reason)
      case .retry(let pause): return .retry(pause)
      @unknown default: return .failed("the outcome is unknown to this host; upgrade the host")
      }
    } catch {
      let text = "\(error)"
      return Task.isCancelled ? .cancelled(text) : .failed(text)
    }
  }

  private func keep(_ tasks: [(UInt64, Task<Void, Never>)]) {
    let cancelled = state.withLock { state in
      tasks.filter { run, task in
        guard let running = state.runs[run] else { return false }
        if running.isCancelled { return true }
        state.runs[run] = RunningRun(task: task, isCancelled: false)
        return false
      }
    }
    for (_, task) in cancelled { task.cancel() }
  }

  /// Only short runs wait after their end: a later slot of the job must not come meanwhile.
  private func end(
    _ run: UInt64, _ result: RunResult, received: MonotonicInstant, started: MonotonicInstant,
    _ patience: Duration = .zero
  ) {
    let now = time.monotonic
    let record = EndedRun(
      run: run, result: result, received: received, started: started, ended: now)
    let due = now < received + patience ? now + patience : Outbox.atOnce
    emit(closing: run) { $0.add(record, due: due) }
  }

  private func cancel(_ runs: [UInt64]) {
    let tasks = state.withLock { state in
      runs.compactMap { run -> Task<Void, Never>? in
        state.runs.update(run) { $0.isCancelled = true }
        return state.runs[run]?.task
      }
    }
    for task in tasks { task.cancel() }
  }

  // MARK: Questions

  /// Questions that runs may have open at the same time, all together.
  static let openCallLimit = 1_000

  /// Sends a question and waits for the answer.
  ///
  /// A cancelled run stops waiting for a bundle's fate, which may take long; all other answers come
  /// soon, and a run that cleans up after its cancellation needs them.
  func ask(_ content: ServiceCall, for run: UInt64) async throws -> ServiceReply {
    let call = try open(content, for: run)
    guard case .outcome = content else { return try await wait(for: call) }
    return try await withTaskCancellationHandler {
      try await wait(for: call)
    } onCancel: {
      resume(call, .failure(CancellationError()))
    }
  }

  private func open(_ content: ServiceCall, for run: UInt64) throws -> UInt64 {
    let call = state.withLock { state -> UInt64? in
      guard state.calls.count < Self.openCallLimit else { return nil }
      state.lastCall += 1
      state.calls[state.lastCall] = .sent
      return state.lastCall
    }
    guard let call else { throw ServiceError("too many questions are open at the same time") }
    let request = RunRequest(run: run, call: call, content: content)
    if !emit({ $0.add(.request(request)) }) {
      state.withLock { $0.calls[call] = nil }
      throw ServiceError("the question is too long to travel")
    }
    return call
  }

  private func wait(for call: UInt64) async throws -> ServiceReply {
    try await withCheckedThrowingContinuation { continuation in
      let answered = state.withLock { state -> Result<ServiceReply, any Error>? in
        guard case .answered(let result) = state.calls[call] else {
          state.calls[call] = .waiting(continuation)
          return nil
        }
        state.calls[call] = nil
        return result
      }
      if let answered { continuation.resume(with: answered) }
    }
  }

  private func answer(_ reply: RunReply) { resume(reply.call, .success(reply.content)) }

  private func resume(_ call: UInt64, _ result: Result<ServiceReply, any Error>) {
    let waiting = state.withLock { state -> CheckedContinuation<ServiceReply, any Error>? in
      switch state.calls[call] {
      case .sent:
        state.calls[call] = .answered(result)
        return nil
      case .waiting(let continuation):
        state.calls[call] = nil
        return continuation
      case .answered, nil: return nil
      }
    }
    waiting?.resume(with: result)
  }

  func tell(_ telling: Telling, for run: UInt64) { emit { $0.add(telling, from: run) } }

  // MARK: Output

  /// Adds to the outbox, and tells whoever sends when something is due earlier than before.
  @discardableResult private func emit<Result>(
    closing run: UInt64? = nil, _ add: (inout Outbox) -> Result
  ) -> Result {
    let (isEarlier, result) = state.withLock { state in
      if let run { state.runs.remove(run) }
      let before = state.outbox.due
      let result = add(&state.outbox)
      return (state.outbox.due < before, result)
    }
    if isEarlier { outputReady() }
    return result
  }
}

/// A job ready to be run any number of times.
private final class PreparedJob: Sendable {
  let name: String
  let prototype: any Job

  init(name: String, prototype: any Job) {
    self.name = name
    self.prototype = prototype
  }
}

private struct RunningRun {
  var task: Task<Void, Never>?
  var isCancelled: Bool
}

private enum OpenCall {
  /// The answer is not here, and nobody waits yet.
  case sent
  case waiting(CheckedContinuation<ServiceReply, any Error>)
  /// The answer came before anybody waited.
  case answered(Result<ServiceReply, any Error>)
}

/// A run's way to the host.
private struct RunBridge: RunServices {
  let loop: WorkerLoop
  let run: UInt64

  func call(_ call: ServiceCall) async throws -> ServiceReply { try await loop.ask(call, for: run) }
  func tell(_ telling: Telling) { loop.tell(telling, for: run) }
  var now: Timestamp { loop.time.wall }
}

extension JobDescription {
  init(_ descriptor: JobDescriptor) {
    self.init(
      kind: descriptor.kind, summary: descriptor.summary, capabilities: descriptor.capabilities,
      parameters: descriptor.parameters)
  }
}
