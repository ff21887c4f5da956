import Isolation
import JobTable
import PluginAPI
import Telemetry

/// Drives the scheduler's core: one thread, one alarm.
///
/// The actor lives on its event loop's thread; whoever is there already calls it with
/// `assumeIsolated` and pays for no switch.
package actor SchedulerLoop {
  private let surroundings: Surroundings
  private var core: SchedulerCore
  private var book = LedgerBook()
  private var meter: SchedulerMeter
  private var clock: ClockWatch
  private var spare = SchedulerActions()
  private var isRunning = false
  /// Why records cannot be written, while they cannot.
  package private(set) var ledgerTrouble: String?
  private var drainWaiters: [CheckedContinuation<Void, Never>] = []

  private static let tickAlarm = "scheduler.tick"
  private static let houseAlarm = "scheduler.house"
  private static let streakAlarm = "scheduler.streaks"
  /// Streaks that are written down at a time, so that due slots are not held up.
  private static let flushBatch = 256

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe surroundings.loop.asUnownedSerialExecutor()
  }

  /// A scheduler without jobs that does nothing until `start`.
  package init(
    _ surroundings: Surroundings, settings: SchedulerSettings = SchedulerSettings(),
    seed: UInt64 = 1
  ) {
    let now = SchedulerNow(surroundings.time)
    self.surroundings = surroundings
    core = SchedulerCore(settings: settings, seed: seed, now: now)
    meter = SchedulerMeter(surroundings.metrics)
    clock = ClockWatch(now)
  }

  // MARK: Life

  /// Remembers what the store knows; call it once, before the first `apply`.
  package func restore(_ memory: SchedulerMemory) { core.restore(memory) }

  /// Begins to plan, to write down and to watch.
  package func start() {
    guard !isRunning else { return }
    isRunning = true
    tick()
    keepHouse()
  }

  /// Plans nothing more and returns when everything so far is written down. Runs under way are not
  /// ended, but their ends are no longer seen.
  package func stop() async {
    isRunning = false
    surroundings.loop.clearAlarm(Self.tickAlarm)
    surroundings.loop.clearAlarm(Self.houseAlarm)
    surroundings.loop.clearAlarm(Self.streakAlarm)
    core.flush()
    act()
    guard book.isWriting else { return }
    await withCheckedContinuation { drainWaiters.append($0) }
  }

  /// Handles what is due. The loop's alarm calls it; with virtual time its owner does.
  package func tick() {
    guard isRunning else { return }
    react { core, now in core.due(now) }
  }

  /// Flushes streaks and metrics and looks for overdue jobs. Called every second by the alarm; with
  /// virtual time by its owner.
  package func keepHouse() {
    guard isRunning else { return }
    book.isBlocked = false
    writeStreaks()
    let now = SchedulerNow(surroundings.time)
    meter.flush(core, book, now)
    for job in meter.newlyOverdue(core, now) {
      surroundings.log.error("a slot of the job is overdue", ["job": job])
    }
    guard !surroundings.isDriven else { return }
    surroundings.loop.setAlarm(Self.houseAlarm, at: now.monotonic + .seconds(1)) { [weak self] in
      self?.assumeIsolated { $0.keepHouse() }
    }
  }

  /// Writes down streaks, a batch at a time.
  private func writeStreaks() {
    guard isRunning else { return }
    let now = SchedulerNow(surroundings.time)
    let isMore = core.flush(now, atMost: surroundings.isDriven ? .max : Self.flushBatch)
    act()
    guard isMore else { return }
    let next = now.monotonic + .milliseconds(10)
    surroundings.loop.setAlarm(Self.streakAlarm, at: next) { [weak self] in
      self?.assumeIsolated { $0.writeStreaks() }
    }
  }

  // MARK: Events

  /// Puts a table into force. Zones that the table does not bring are read from the machine.
  package func apply(_ table: ScheduleTable) {
    let table = zoned(table)
    react { core, now in core.apply(table, now) }
  }

  /// What putting a table into force would do to when jobs start.
  package func plan(_ table: ScheduleTable) -> [PlannedChange] {
    core.plan(zoned(table), SchedulerNow(surroundings.time))
  }

  /// Runs ended.
  package func completed(_ reports: [RunReport]) {
    react { core, now in core.completed(reports, now) }
  }

  /// Runs were not started.
  package func notStarted(_ runs: [RefusedRun]) {
    react { core, now in core.notStarted(runs, now) }
  }

  /// Something was signalled, by its name without `signal.`.
  package func signal(_ name: String) { react { core, now in core.signal(name, now) } }

  /// The market had a trade. Cheap; call it for each.
  package func traded() { core.traded(SchedulerNow(surroundings.time)) }

  /// Runs a job now, outside its cadence; it obeys overlap, standing and groups unless forced.
  package func trigger(_ job: String, isForced: Bool = false) throws(SchedulerError) -> SlotID {
    try react { core, now throws(SchedulerError) in
      try core.trigger(job, isForced: isForced, now)
    }
  }

  /// Starts no runs of the job until `resume`.
  package func pause(_ job: String, note: String) throws(SchedulerError) {
    try react { core, now throws(SchedulerError) in try core.pause(job, note: note, now) }
  }

  /// Ends a pause, a quarantine or a hold.
  package func resume(_ job: String) throws(SchedulerError) {
    try react { core, now throws(SchedulerError) in try core.resume(job, now) }
  }

  /// Asks a run to end, and kills it when it does not.
  package func cancel(_ run: RunID) throws(SchedulerError) {
    try react { core, now throws(SchedulerError) in try core.cancel(run, now) }
  }

  /// Starts no more runs until `release`.
  package func halt(reason: String) { react { core, now in core.halt(reason: reason, now) } }

  /// Ends a halt.
  package func release() { react { core, now in core.release(now) } }

  /// A plugin's worker cannot take runs.
  package func workerUnavailable(_ plugin: String, because reason: String) {
    react { core, now in core.workerUnavailable(plugin, because: reason, now) }
  }

  /// A plugin's worker can take runs again.
  package func workerAvailable(_ plugin: String) {
    react { core, now in core.workerAvailable(plugin, now) }
  }

  // MARK: Questions

  /// Why a job has not run or will not run; `nil` when there is none of that name.
  package func why(_ job: String) -> WhyReport? { core.why(job, SchedulerNow(surroundings.time)) }

  /// How every job stands, by name.
  package func status() -> [JobStatus] { core.status(SchedulerNow(surroundings.time)) }

  /// How one job stands; `nil` when there is none of that name.
  package func status(of job: String) -> JobStatus? {
    core.status(of: job, SchedulerNow(surroundings.time))
  }

  /// How many runs have not ended.
  package var runCount: Int { core.runCount }

  /// Why no runs start, or `nil` when they do.
  package var haltReason: String? { core.haltReason }

  // MARK: Reacting

  private func react<Result, Failure: Error>(
    _ body: (inout SchedulerCore, SchedulerNow) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let now = SchedulerNow(surroundings.time)
    if let step = clock.step(now) {
      surroundings.log.warning("the wall clock stepped", ["by": "\(step.inSeconds) s"])
      meter.countStep()
      core.wallClockStepped(now)
    }
    defer { act() }
    return try body(&core, now)
  }

  /// Does what the core wants done, and sets the alarm.
  private func act() {
    let actions = core.takeActions(reusing: spare)
    spare = SchedulerActions()
    meter.count(actions)
    for notice in actions.notices { log(notice) }
    book.add(actions.entries)
    refuse(book.add(actions.record))
    if !actions.start.isEmpty { surroundings.dispatcher.start(actions.start) }
    for one in actions.cancel { surroundings.dispatcher.cancel(one.run, because: one.reason) }
    for run in actions.kill { surroundings.dispatcher.kill(run) }
    spare = actions
    write()
    arm()
  }

  private func arm() {
    guard isRunning, !surroundings.isDriven else { return }
    surroundings.loop.setAlarm(Self.tickAlarm, at: core.nextDeadline) { [weak self] in
      self?.assumeIsolated { $0.tick() }
    }
  }

  private func log(_ notice: SchedulerNotice) {
    surroundings.log.write(
      notice.level, notice.message, ["job": notice.job, "detail": notice.detail])
  }

  private func zoned(_ table: ScheduleTable) -> ScheduleTable {
    var table = table
    let names = Set(table.jobs.values.compactMap { $0.cadence.cron?.zone })
    for name in names where table.zones[name] == nil {
      do throws(TimeZoneError) {
        table.zones[name] = try surroundings.zones.load(name)
      } catch {
        surroundings.log.error("time zone not read", ["zone": name, "error": "\(error)"])
      }
    }
    return table
  }

  // MARK: Writing down

  /// Starts the next call to the ledger, if none is under way.
  private func write() {
    guard let batch = book.take() else { return finishDraining() }
    // Not a child of anybody: what was accepted is written down whoever goes away.
    Task { await self.write(batch) }
  }

  private func write(_ batch: LedgerBook.Batch) async {
    let runs = batch.planned.map(\.id)
    var isWritten = true
    do {
      if runs.isEmpty {
        try await surroundings.ledger.append(batch.entries)
      } else {
        try await surroundings.ledger.record(
          batch.entries + batch.planned.map(LedgerEntry.planned))
      }
    } catch {
      isWritten = false
      noteLedgerFailure(error)
    }
    if isWritten { noteLedgerSuccess() }
    book.finish(batch, isWritten: isWritten)
    react { core, now in
      if isWritten { core.recorded(runs, now) } else { core.notRecorded(runs, now) }
    }
  }

  /// Says once that the ledger fails, however often it is tried.
  private func noteLedgerFailure(_ error: any Error) {
    meter.countLedgerFailure()
    defer { ledgerTrouble = "\(error)" }
    guard ledgerTrouble == nil else { return }
    surroundings.log.error(
      "records cannot be written; jobs that move money do not run",
      ["error": "\(error)"])
  }

  private func noteLedgerSuccess() {
    guard ledgerTrouble != nil else { return }
    ledgerTrouble = nil
    surroundings.log.info("records are written again")
  }

  /// Runs for which there was no room do not start.
  private func refuse(_ runs: [RunID]) {
    guard !runs.isEmpty else { return }
    core.notRecorded(runs, SchedulerNow(surroundings.time))
    act()
  }

  private func finishDraining() {
    guard !book.isWriting else { return }
    let waiters = drainWaiters
    drainWaiters = []
    for waiter in waiters { waiter.resume() }
  }
}
