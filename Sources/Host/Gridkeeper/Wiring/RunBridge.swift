import Isolation
@_spi(Host) import PluginAPI
import Scheduler
import Supervisor

/// Carries runs from the scheduler to the workers and their ends back.
///
/// Both live on the same event loop, so nothing here changes threads.
final class RunBridge: RunDispatcher, SupervisorDelegate {
  private struct Ends: Sendable {
    var scheduler: SchedulerLoop?
    var supervisor: Supervisor?
  }

  private let runs: OpenRuns
  private let desk: ServiceDesk
  private let observer: (any RunObserver)?
  private let ends = Guarded(Ends())

  init(runs: OpenRuns, desk: ServiceDesk, observer: (any RunObserver)? = nil) {
    self.runs = runs
    self.desk = desk
    self.observer = observer
  }

  /// Closes the circle; before this nothing is carried.
  func connect(_ scheduler: SchedulerLoop, _ supervisor: Supervisor) {
    ends.withLock { $0 = Ends(scheduler: scheduler, supervisor: supervisor) }
  }

  // Closures, because a key path costs more than all the rest of the call.
  private var scheduler: SchedulerLoop? { ends.withLock { $0.scheduler } }
  private var supervisor: Supervisor? { ends.withLock { $0.supervisor } }

  // MARK: From the scheduler

  func start(_ orders: [RunOrder]) {
    runs.begin(orders)
    let started = orders.map { order in
      WorkerRun(
        id: order.id.rawValue, job: order.job, jobNumber: order.jobNumber,
        plannedAt: order.plannedAt, cause: order.cause, attempt: order.attempt,
        seed: order.slot.seed, endMayWait: order.endMayWait)
    }
    supervisor?.assumeIsolated { $0.start(started) }
  }

  func cancel(_ run: RunID, because reason: CancelReason) {
    supervisor?.assumeIsolated { $0.cancel(run.rawValue) }
  }

  func kill(_ run: RunID) {
    supervisor?.assumeIsolated { $0.kill(run.rawValue) }
  }

  // MARK: From the workers

  func runsEnded(_ ended: [RunEnd]) {
    let orders = runs.end(ended.lazy.map(\.run))
    observer?.runsEnded(ended, of: orders)
    report(
      ended.map { end in
        RunReport(
          id: RunID(end.run), outcome: Scheduler.RunOutcome(end.verdict),
          timings: RunTimings(
            received: end.received?.nanoseconds, started: end.started?.nanoseconds,
            ended: end.ended.nanoseconds))
      })
  }

  func runsRejected(_ rejected: [RejectedRun]) {
    runs.end(rejected.lazy.map(\.run))
    report(
      rejected.filter { $0.reason == .busy }.map { run in
        RunReport(id: RunID(run.run), outcome: .failed("not started: \(run.message)"))
      })
    let refused = rejected.filter { $0.reason != .busy }.map { run in
      RefusedRun(id: RunID(run.run), why: "\(run.reason.rawValue): \(run.message)")
    }
    scheduler?.assumeIsolated { $0.notStarted(refused) }
  }

  private func report(_ reports: [RunReport]) {
    scheduler?.assumeIsolated { $0.completed(reports) }
  }

  func workerChanged(_ status: WorkerStatus) {
    desk.note(status)
    scheduler?.assumeIsolated { scheduler in
      switch status.state {
      case .ready, .starting: scheduler.workerAvailable(status.plugin)
      // No job in force needs it; slots that wait for it end with the table that dropped it.
      case .stopped: break
      case .backoff:
        scheduler.workerUnavailable(status.plugin, because: status.reason)
      case .tripped:
        scheduler.workerUnavailable(
          status.plugin, because: "its breaker tripped, 'resume' starts it again; \(status.reason)")
      }
    }
  }

  func told(_ telling: Telling, by context: RunContext) { desk.take(telling, from: context) }

  func serve(_ call: ServiceCall, for context: RunContext) async -> ServiceReply {
    await desk.serve(call, for: context)
  }
}

extension WorkerStatus {
  /// Why it is not there.
  fileprivate var reason: String { lastError?.message ?? state.rawValue }
}

extension Scheduler.RunOutcome {
  /// How the scheduler names what a worker reported.
  init(_ verdict: RunVerdict) {
    switch verdict {
    case .finished(.done(let text)): self = .done(text)
    case .finished(.nothingToDo(let text)): self = .nothingToDo(text)
    case .finished(.retry(let pause)): self = .retry(after: pause)
    case .failed(let text): self = .failed(text)
    case .cancelled(let text): self = .cancelled(text)
    case .lost(let lost) where lost.reason == .overdue: self = .timedOut
    case .lost(let lost):
      self = .lost([lost.message, lost.backtrace].compactMap(\.self).joined(separator: "\n"))
    }
  }
}
