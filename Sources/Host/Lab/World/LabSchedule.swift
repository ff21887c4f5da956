import Isolation
import JobTable
@_spi(Host) import PluginAPI
import Scheduler

/// Drives the scheduler's core on virtual time and runs the jobs in this process.
actor LabSchedule {
  private var core: SchedulerCore
  private let time: VirtualTime
  private let jobs: [String: LabPlugins.Ready]
  private let accounts: SlotAccounts
  private var desk: LabDesk?
  private var open: [RunID: OpenRun] = [:]
  private var spare = SchedulerActions()
  private var wake = MonotonicInstant(nanoseconds: .max)
  private var idle: [CheckedContinuation<Void, Never>] = []

  /// How long runs may take to end when the time is over.
  private static let patience = Duration.seconds(120)

  private struct OpenRun {
    let services: LabRunServices
    var task: Task<Void, Never>?
  }

  init(time: VirtualTime, seed: UInt64, jobs: [String: LabPlugins.Ready], accounts: SlotAccounts) {
    self.time = time
    self.jobs = jobs
    self.accounts = accounts
    core = SchedulerCore(seed: seed, now: SchedulerNow(time))
  }

  /// Puts the table into force, lives until `end`, and returns when no run is under way.
  func run(_ table: ScheduleTable, on desk: LabDesk, until end: MonotonicInstant) async throws {
    self.desk = desk
    react { core, now in core.apply(table, now) }
    while let next = nextWake(before: end) {
      try await VirtualTime.pause(until: next)
      react { core, now in core.due(now) }
    }
    try await VirtualTime.pause(until: end)
    wake = MonotonicInstant(nanoseconds: .min)
    await letRunsEnd()
    core.flush()
    act()
  }

  /// When something is due next; `nil` when nothing is before `end`.
  private func nextWake(before end: MonotonicInstant) -> MonotonicInstant? {
    wake = min(core.nextDeadline, end)
    return wake < end ? wake : nil
  }

  /// Waits for the runs that are under way, but not for ever.
  private func letRunsEnd() async {
    guard !open.isEmpty else { return }
    let grace = Task {
      try await VirtualTime.pause(for: Self.patience)
      for run in self.open.keys.sorted() { self.abandon(run) }
    }
    await withCheckedContinuation { idle.append($0) }
    grace.cancel()
  }

  /// Something was signalled.
  func signal(_ name: String) { react { core, now in core.signal(name, now) } }

  /// The market had a trade.
  func traded() { core.traded(SchedulerNow(time)) }

  // MARK: Reacting

  private func react(_ body: (inout SchedulerCore, SchedulerNow) -> Void) {
    body(&core, SchedulerNow(time))
    act()
    guard core.nextDeadline < wake else { return }
    // Something wants to be handled before the loop wakes.
    let earlier = core.nextDeadline
    Task {
      try await VirtualTime.pause(until: earlier)
      self.react { core, now in core.due(now) }
    }
  }

  private func act() {
    var isMore = true
    while isMore {
      let actions = core.takeActions(reusing: spare)
      spare = SchedulerActions()
      for entry in actions.entries { accounts.add(entry) }
      // What is written down here is as durable as the Lab itself.
      if !actions.record.isEmpty {
        core.recorded(actions.record.map(\.id), SchedulerNow(time))
      }
      for order in actions.start { start(order) }
      for cancellation in actions.cancel { open[cancellation.run]?.task?.cancel() }
      for run in actions.kill { abandon(run) }
      isMore = !actions.record.isEmpty
      spare = actions
    }
  }

  // MARK: Runs

  private func start(_ order: RunOrder) {
    guard let desk, let job = jobs[order.job] else { return }
    let services = LabRunServices(order: order, job: job, desk: desk)
    let run = Run(
      id: order.id.description, job: order.job, plannedAt: order.plannedAt, cause: order.cause,
      attempt: order.attempt, seed: order.slot.seed, services: services)
    open[order.id] = OpenRun(services: services)
    // Not a child: a run ends by itself or is given up, whoever waits for it.
    open[order.id]?.task = Task {
      CrashNote.set(job.blame)
      let outcome = await Self.outcome(of: job.prototype, run)
      CrashNote.set(nil)
      self.end(order.id, outcome)
    }
  }

  private static func outcome(of job: any Job, _ run: Run) async -> RunOutcome {
    do {
      switch try await job.run(run) {
      case .done(let text): return .done(text)
      case .nothingToDo(let reason): return .nothingToDo(reason)
      case .retry(let pause): return .retry(after: pause)
      @unknown default: return .failed("the outcome is unknown to this host; upgrade the host")
      }
    } catch {
      return Task.isCancelled ? .cancelled("\(error)") : .failed("\(error)")
    }
  }

  private func end(_ run: RunID, _ outcome: RunOutcome) {
    guard let ended = open.removeValue(forKey: run) else { return }
    ended.services.close()
    react { core, now in core.completed([RunReport(id: run, outcome: outcome)], now) }
    guard open.isEmpty else { return }
    for waiter in idle { waiter.resume() }
    idle = []
  }

  /// A run that does not end when it is cancelled would be killed with its worker; here it is cut
  /// off from everything and forgotten.
  private func abandon(_ run: RunID) { end(run, .lost("did not end when it was cancelled")) }
}
