import Isolation
@_spi(Host) import PluginAPI
import Telemetry
import Wire

extension Supervisor {
  // MARK: Coming up

  /// Starts the worker of `plugin` unless it is up or coming up.
  func bringUp(_ plugin: HostedPlugin) {
    guard !isShutDown, plugin.current == nil, plugin.state != .starting else { return }
    plugin.restartAt = .never
    change(plugin, to: .starting)
    // Not a child of anything: several callers may wait for the same worker.
    Task { await comeUp(plugin) }
  }

  private func comeUp(_ plugin: HostedPlugin) async {
    let stamp = folder.stamp(of: plugin.name)
    do throws(GreetingFailure) {
      let worker = try await greet(plugin, pin: plugin.pin)
      plugin.stamp = stamp
      try await checkChange(worker)
      adopt(worker)
    } catch {
      failed(plugin, error)
    }
  }

  /// A library that changed while its worker was down is an upgrade like any other: it must fit the
  /// jobs in force before it gets any run.
  private func checkChange(_ worker: Worker) async throws(GreetingFailure) {
    let plugin = worker.plugin
    guard let before = plugin.accepted, worker.description?.digest != before.digest,
      !jobs(of: plugin.name).isEmpty
    else { return }
    do throws(PluginProblem) {
      let report = try await check(worker, after: before)
      log.info(
        "a worker came back with another library",
        ["plugin": plugin.name, "from": report.from, "to": report.to])
    } catch {
      plugin.refusedStamp = plugin.stamp
      let problem = PluginProblem(
        plugin: plugin.name, "its library changed and does not fit: \(error.message)",
        backtrace: error.backtrace)
      throw GreetingFailure(problem: problem, isFinal: worker.life.killReason == .unwanted)
    }
  }

  /// Starts a process and waits for its greeting.
  func greet(_ plugin: HostedPlugin, pin: String?) async throws(GreetingFailure) -> Worker {
    let worker: Worker
    do throws(PluginProblem) {
      try checkLimit(plugin)
      launches += 1
      defer { launched() }
      let link = try await launcher.launch(plugin: plugin.name)
      worker = open(link, for: plugin)
    } catch {
      throw GreetingFailure(problem: error, isFinal: false)
    }
    metrics.add(Metrics.Key("worker_starts_total", ["plugin": plugin.name]))
    let greeting = await withCheckedContinuation { continuation in
      worker.greeting = continuation
      worker.send(
        .hello(
          HostHello(
            plugin: plugin.name, library: folder.library(of: plugin.name), pin: pin,
            memory: settings.workerMemory, files: settings.workerFiles)))
      if isShutDown { perform(worker.life.kill(.unwanted), on: worker) }
      rearm()
    }
    worker.description = try greeting.get()
    return worker
  }

  private func launched() {
    launches -= 1
    announceDeparture()
  }

  private func announceDeparture() {
    let waiting = departures
    departures = []
    for continuation in waiting { continuation.resume() }
  }

  private func checkLimit(_ plugin: HostedPlugin) throws(PluginProblem) {
    guard !isShutDown else { throw PluginProblem(plugin: plugin.name, "the host stops") }
    let busy = Set(workers.values.map(\.plugin.name)).subtracting([plugin.name])
    guard busy.count >= settings.workers else { return }
    throw PluginProblem(
      plugin: plugin.name, "all \(settings.workers) workers are in use; raise host.workers")
  }

  private func open(_ link: any WorkerLink, for plugin: HostedPlugin) -> Worker {
    let serial = nextSerial()
    let worker = Worker(
      serial: serial, plugin: plugin, link: link,
      life: WorkerLife(startedAt: time.monotonic, settings: settings))
    workers[serial] = worker
    link.open { [weak self] event in self?.assumeIsolated { $0.receive(event, from: serial) } }
    return worker
  }

  /// Makes a worker that has greeted the one that takes runs.
  func adopt(_ worker: Worker) {
    let plugin = worker.plugin
    guard worker.life.state == .ready, !isShutDown else {
      return failed(
        plugin,
        GreetingFailure(
          problem: PluginProblem(plugin: plugin.name, "its worker died early"), isFinal: false))
    }
    // An upgrade and a restart may have started one each.
    if let other = plugin.current { retire(other) }
    plugin.current = worker
    plugin.accepted = worker.description
    prepareMissing(on: worker)
    change(plugin, to: .ready)
    startHeld(plugin)
    if let description = worker.description { resume(plugin, .success(description)) }
    retireIfIdle(plugin)
  }

  /// Has the worker keep ready all jobs in force that it does not have; it does so before any run
  /// that is sent afterwards.
  func prepareMissing(on worker: Worker) {
    let missing = jobs(of: worker.plugin.name).filter { !worker.prepared.contains($0.handle) }
    guard !missing.isEmpty else { return }
    let name = worker.plugin.name
    send(missing, to: worker) { [weak self, unowned worker] problems in
      // The jobs of a worker that died are made again by the next one.
      guard !problems.isEmpty, worker.life.state == .ready else { return }
      let all = problems.map(\.description).joined(separator: "; ")
      self?.log.error("jobs cannot be made", ["plugin": name, "why": all])
    }
  }

  private func failed(_ plugin: HostedPlugin, _ failure: GreetingFailure) {
    plugin.lastError = failure.problem
    log.error("a worker did not come up", ["plugin": plugin.name, "why": failure.problem.message])
    // An upgrade may have brought another one up in the meantime, which stays.
    if let description = plugin.current?.description {
      return resume(plugin, .success(description))
    }
    resume(plugin, .failure(failure.problem))
    if failure.isFinal {
      plugin.restartAt = .never
      settle(plugin, .trip)
    } else {
      settle(plugin, plugin.crashes.died(at: time.monotonic, random: &random))
    }
  }

  private func resume(
    _ plugin: HostedPlugin, _ result: Result<PluginDescription, PluginProblem>
  ) {
    let waiters = plugin.waiters
    plugin.waiters = []
    for waiter in waiters { waiter.resume(returning: result) }
  }

  // MARK: Going down

  /// Decides what becomes of a plugin that has no worker.
  private func settle(_ plugin: HostedPlugin, _ decision: CrashHistory.Decision) {
    plugin.current = nil
    guard !isShutDown, used.contains(plugin.name) else {
      reject(held: plugin, .notReady, "the worker did not come up")
      return change(plugin, to: .stopped)
    }
    switch decision {
    case .trip:
      metrics.add(Metrics.Key("worker_trips_total", ["plugin": plugin.name]))
      log.error("a worker tripped its breaker and stays down", ["plugin": plugin.name])
      change(plugin, to: .tripped)
      reject(held: plugin, .tripped, plugin.lastError?.message ?? "the worker died too often")
    case .restart(.zero):
      change(plugin, to: .backoff)
      plugin.restarts += 1
      bringUp(plugin)
    case .restart(let pause):
      plugin.restartAt = time.monotonic + pause
      change(plugin, to: .backoff)
      reject(held: plugin, .notReady, plugin.lastError?.message ?? "the worker is down")
      rearm()
    }
  }

  /// Turns a plugin away from a worker that is dead or as good as dead.
  private func detach(_ worker: Worker, isFault: Bool) {
    guard !worker.isDetached else { return }
    worker.isDetached = true
    let plugin = worker.plugin
    guard plugin.current === worker else { return }
    plugin.older.append(worker)
    let now = time.monotonic
    settle(
      plugin, isFault ? plugin.crashes.died(at: now, random: &random) : .restart(after: .zero))
  }

  func perform(_ actions: [WorkerLife.Action], on worker: Worker) {
    for action in actions {
      switch action {
      case .ping(let number): worker.send(.ping(number))
      case .stop: worker.send(.stop)
      case .kill(let reason):
        if reason != .unwanted {
          note(worker, "its worker was killed: \(reason)", backtrace: nil)
        }
        worker.link.kill()
        detach(worker, isFault: reason.isFault)
      }
    }
  }

  private func note(_ worker: Worker, _ message: String, backtrace: String?) {
    let plugin = worker.plugin
    plugin.lastError = PluginProblem(plugin: plugin.name, message, backtrace: backtrace)
    var fields = ["plugin": plugin.name, "pid": "\(worker.link.pid)", "why": message]
    fields["backtrace"] = backtrace
    log.error("a worker failed", fields)
  }

  private func exited(_ worker: Worker, _ exit: WorkerExit) {
    let wasExpected = worker.life.state == .stopping || worker.life.state == .killed
    worker.life.exited(code: exit.code)
    let killReason = worker.life.killReason
    workers[worker.serial] = nil
    if !wasExpected {
      let what = killReason.map { "ended: \($0)" } ?? exit.whatHappened
      note(worker, "its worker \(what)", backtrace: exit.lastOutput)
      metrics.add(Metrics.Key("worker_deaths_total", ["plugin": worker.plugin.name]))
    }
    fail(greetingOf: worker, exit, killReason)
    let preparations = worker.preparations.values
    worker.preparations = [:]
    for answer in preparations { answer(nil) }
    lose(worker, exit: exit)
    detach(worker, isFault: !wasExpected)
    worker.plugin.older.removeAll { $0 === worker }
    announceDeparture()
    rearm()
  }

  private func fail(greetingOf worker: Worker, _ exit: WorkerExit, _ reason: KillReason?) {
    let message =
      reason.map { "its worker was killed while loading it: \($0)" }
      ?? "its worker \(exit.whatHappened) while loading it"
    let problem = PluginProblem(
      plugin: worker.plugin.name, message,
      backtrace: exit.lastOutput.isEmpty ? nil : exit.lastOutput)
    answer(greetingOf: worker, .failure(GreetingFailure(problem: problem, isFinal: false)))
  }

  private func answer(
    greetingOf worker: Worker, _ result: Result<PluginDescription, GreetingFailure>
  ) {
    let greeting = worker.greeting
    worker.greeting = nil
    greeting?.resume(returning: result)
  }

  /// Stops the worker of a plugin that nothing needs.
  func retireIfIdle(_ plugin: HostedPlugin) {
    guard plugin.visitors == 0, !used.contains(plugin.name) else { return }
    plugin.restartAt = .never
    if let worker = plugin.current {
      retire(worker)
      plugin.current = nil
    }
    if plugin.state != .starting { change(plugin, to: .stopped) }
  }

  /// Lets a worker finish its runs and go.
  func retire(_ worker: Worker) {
    worker.isDetached = true
    worker.plugin.older.append(worker)
    perform(worker.life.drain(at: time.monotonic, openRuns: worker.openRuns), on: worker)
    rearm()
  }

  // MARK: Events

  private func receive(_ event: LinkEvent, from serial: Int) {
    guard let worker = workers[serial] else { return }
    switch event {
    case .messages(let messages): for message in messages { receive(message, from: worker) }
    case .misspoke(let error): perform(worker.life.kill(.misspoke("\(error)")), on: worker)
    case .hungUp:
      worker.life.hungUp(at: time.monotonic)
      rearm()
    case .printed(let lines, let dropped): printed(lines, dropped, by: worker.plugin.name)
    case .exited(let exit): exited(worker, exit)
    }
  }

  private func receive(_ message: WorkerMessage, from worker: Worker) {
    guard worker.life.state != .killed else {
      // Runs that ended before the kill took effect did end; nothing else counts any more.
      if case .ended(let runs) = message { ended(runs, on: worker) }
      return
    }
    switch message {
    case .hello(let hello): greeted(hello, by: worker)
    case .refused(let failure):
      let problem = PluginProblem(plugin: worker.plugin.name, failure.message)
      answer(greetingOf: worker, .failure(GreetingFailure(problem: problem, isFinal: true)))
      perform(worker.life.kill(.unwanted), on: worker)
    case .prepared(let answer):
      worker.preparations.removeValue(forKey: answer.id)?(answer)
    case .ended(let runs): ended(runs, on: worker)
    case .request(let request): serve(request, on: worker)
    case .told(let batch): told(batch, on: worker)
    case .pong(let number): worker.life.ponged(number)
    }
  }

  private func greeted(_ hello: WorkerHello, by worker: Worker) {
    guard worker.life.state == .starting, hello.wire == Wire.version else {
      return perform(worker.life.kill(.misspoke("an unexpected greeting")), on: worker)
    }
    worker.life.greeted(at: time.monotonic)
    answer(greetingOf: worker, .success(PluginDescription(hello)))
    rearm()
  }

  private func printed(_ lines: [String], _ dropped: Int, by plugin: String) {
    for line in lines where !line.isEmpty { log.info(line, ["plugin": plugin]) }
    guard dropped > 0 else { return }
    metrics.add(Metrics.Key("worker_output_dropped_total", ["plugin": plugin]), Double(dropped))
  }
}
