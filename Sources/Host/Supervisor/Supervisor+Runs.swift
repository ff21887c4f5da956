import Isolation
@_spi(Host) import PluginAPI
import Telemetry
import Wire

extension Supervisor {
  /// Sends runs to their workers in one batch each. O(1) a run.
  ///
  /// A run whose worker is just being started waits for it. A run that cannot be started now goes
  /// back to the delegate as rejected before the call returns.
  package func start(_ orders: [WorkerRun]) {
    var touched: [Worker] = []
    var rejected: [RejectedRun] = []
    for order in orders {
      guard let seat = seat(order) else {
        rejected.append(reject(order, .unknownJob, "no job of this name is in force"))
        continue
      }
      if let worker = seat.plugin.current, worker.life.state == .ready {
        guard hasRoom(worker) else {
          rejected.append(reject(order, .busy, "\(worker.openRuns) runs are open"))
          continue
        }
        if worker.starts.isEmpty { touched.append(worker) }
        add(order, seat.handle, to: worker)
      } else if let problem = hold(order, seat.plugin) {
        rejected.append(problem)
      }
    }
    for worker in touched { flush(worker) }
    if !rejected.isEmpty { delegate?.runsRejected(rejected) }
  }

  /// Asks a run to end; it may still end in any way.
  package func cancel(_ run: UInt64) {
    guard let open = runs[run] else { return unhold(run) }
    open.worker.send(.cancel([run]))
  }

  /// Ends a run that did not end in time by killing its worker. The run ends as lost, and so do the
  /// other runs of that worker; a new worker is started at once.
  package func kill(_ run: UInt64) {
    guard let open = runs[run] else { return unhold(run) }
    perform(open.worker.life.kill(.overdueRun(run)), on: open.worker)
    rearm()
  }

  private func seat(_ order: WorkerRun) -> Seat? {
    guard let number = order.jobNumber.map({ Int($0) }) else { return seat(of: order.job) }
    if number < seats.count, let seat = seats[number] { return seat }
    guard let seat = seat(of: order.job) else { return nil }
    if number >= seats.count {
      seats.append(contentsOf: repeatElement(nil, count: max(jobs.count, number + 1) - seats.count))
    }
    seats[number] = seat
    return seat
  }

  private func seat(of name: String) -> Seat? {
    guard let job = jobs[name], let plugin = plugins[job.job.plugin] else { return nil }
    return Seat(plugin: plugin, handle: job.handle)
  }

  /// Has open runs keep the jobs that they were started with, before others come into force.
  func pinOpenRuns() {
    for (number, open) in runs.all where open.job == nil {
      runs.update(number) { $0.job = jobs[open.name] }
    }
  }

  /// What an open run may do on chain.
  private func capabilities(of open: OpenRun) -> Set<Capability> {
    guard let job = (open.job ?? jobs[open.name])?.job else { return [] }
    return open.worker.declared(by: job).intersection(job.grants)
  }

  private func hasRoom(_ worker: Worker) -> Bool {
    worker.openRuns < settings.openRunLimit
      && worker.link.queued + worker.starts.count * 40 < settings.queueLimit
  }

  private func add(_ order: WorkerRun, _ handle: UInt32, to worker: Worker) {
    precondition(runs[order.id] == nil, "run \(order.id) was started twice")
    runs[order.id] = OpenRun(worker: worker, name: order.job)
    worker.openRuns += 1
    worker.starts.append(
      StartRun(
        run: order.id, handle: handle, plannedAt: order.plannedAt, cause: order.cause,
        attempt: UInt32(clamping: order.attempt), seed: order.seed,
        endMayWait: order.endMayWait))
  }

  private func flush(_ worker: Worker) {
    worker.send(.start(worker.starts))
    worker.starts.removeAll(keepingCapacity: true)
  }

  private func hold(_ order: WorkerRun, _ plugin: HostedPlugin) -> RejectedRun? {
    let last = plugin.lastError.map { "; \($0.message)" } ?? ""
    switch plugin.state {
    case .starting where plugin.held.count < HostedPlugin.heldLimit,
      .ready where plugin.held.count < HostedPlugin.heldLimit:
      // Also when the worker has just closed its channel: the next one comes within milliseconds.
      plugin.held.append(order)
      return nil
    case .tripped: return reject(order, .tripped, "the worker is down until resumed" + last)
    case .starting, .ready: return reject(order, .busy, "the worker is being started")
    case .stopped, .backoff:
      return reject(order, .notReady, "the worker is being restarted" + last)
    }
  }

  private func unhold(_ run: UInt64) {
    for plugin in plugins.values {
      guard let place = plugin.held.firstIndex(where: { $0.id == run }) else { continue }
      let order = plugin.held.remove(at: place)
      delegate?.runsRejected([reject(order, .notReady, "it was cancelled before it started")])
    }
  }

  /// Starts what waited for the worker of `plugin`, which has just come up.
  func startHeld(_ plugin: HostedPlugin) {
    let orders = plugin.held
    plugin.held = []
    if !orders.isEmpty { start(orders) }
  }

  func reject(held plugin: HostedPlugin, _ reason: RejectedRun.Reason, _ message: String) {
    let rejected = plugin.held.map { reject($0, reason, message) }
    plugin.held = []
    if !rejected.isEmpty { delegate?.runsRejected(rejected) }
  }

  private func reject(_ order: WorkerRun, _ reason: RejectedRun.Reason, _ message: String)
    -> RejectedRun
  {
    metrics.add(Metrics.Key("worker_runs_rejected_total", ["reason": reason.rawValue]))
    return RejectedRun(run: order.id, job: order.job, reason: reason, message: message)
  }

  // MARK: What workers say of runs

  func ended(_ records: [EndedRun], on worker: Worker) {
    var ends: [RunEnd] = []
    ends.reserveCapacity(records.count)
    var stranger: UInt64?
    for record in records {
      guard let open = runs[record.run], open.worker === worker else {
        stranger = record.run
        continue
      }
      runs.remove(record.run)
      worker.openRuns -= 1
      ends.append(
        RunEnd(
          run: record.run, job: open.name, verdict: RunVerdict(record.result),
          pid: worker.link.pid, received: record.received, started: record.started,
          ended: record.ended))
    }
    if !ends.isEmpty { delegate?.runsEnded(ends) }
    if let stranger {
      perform(worker.life.kill(.misspoke("it ended run \(stranger), which it has not")), on: worker)
    } else if worker.life.state == .draining {
      perform(worker.life.idle(at: time.monotonic, openRuns: worker.openRuns), on: worker)
    }
  }

  /// Ends everything that a dead worker left open.
  func lose(_ worker: Worker, exit: WorkerExit) {
    guard worker.openRuns > 0 else { return }
    let now = time.monotonic
    let lost = runs.all.filter { $0.value.worker === worker }
    var ends: [RunEnd] = []
    for (run, open) in lost.sorted(by: { $0.number < $1.number }) {
      runs.remove(run)
      let loss = LostRun(run: run, plugin: worker.plugin.name, killed: worker.life.killReason, exit)
      ends.append(
        RunEnd(
          run: run, job: open.name, verdict: .lost(loss), pid: worker.link.pid, ended: now))
    }
    worker.openRuns = 0
    delegate?.runsEnded(ends)
  }

  func serve(_ request: RunRequest, on worker: Worker) {
    guard let open = runs[request.run], open.worker === worker else {
      return answer(.refused(Refusal(.runClosed, "run \(request.run) is over")), request, worker)
    }
    guard worker.openCalls < settings.openCallLimit, let delegate else {
      return answer(.failed("the host has too many open questions"), request, worker)
    }
    worker.openCalls += 1
    let context = RunContext(run: request.run, job: open.name, capabilities: capabilities(of: open))
    let serial = worker.serial
    // Not a child of anything: the run may be lost while the host still serves it.
    Task {
      let reply = await delegate.serve(request.content, for: context)
      guard let worker = workers[serial] else { return }
      worker.openCalls -= 1
      answer(reply, request, worker)
    }
  }

  private func answer(_ reply: ServiceReply, _ request: RunRequest, _ worker: Worker) {
    if !worker.send(.reply(RunReply(call: request.call, content: reply))) {
      let failure = ServiceReply.failed("the answer is too long to travel")
      worker.send(.reply(RunReply(call: request.call, content: failure)))
    }
    guard worker.link.queued > 2 * Wire.longestFrame else { return }
    perform(worker.life.kill(.deaf), on: worker)
  }

  func told(_ batch: ToldBatch, on worker: Worker) {
    if batch.dropped > 0 {
      metrics.add(
        Metrics.Key("worker_tellings_dropped_total", ["plugin": worker.plugin.name]),
        Double(batch.dropped))
    }
    for item in batch.items {
      guard let open = runs[item.run], open.worker === worker else { continue }
      let context = RunContext(run: item.run, job: open.name, capabilities: capabilities(of: open))
      delegate?.told(item.content, by: context)
    }
  }
}

extension RunVerdict {
  init(_ result: RunResult) {
    switch result {
    case .done(let text): self = .finished(.done(text))
    case .nothingToDo(let reason): self = .finished(.nothingToDo(reason))
    case .retry(let pause): self = .finished(.retry(after: pause))
    case .failed(let text): self = .failed(text)
    case .cancelled(let text): self = .cancelled(text)
    }
  }
}
