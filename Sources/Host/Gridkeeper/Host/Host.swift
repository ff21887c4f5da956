import Bundles
import Isolation
import JobTable
import PluginAPI
import Scheduler
import Storage
import Supervisor
import Telemetry

/// The running host: the table in force, and how another one comes into force.
actor Host {
  let options: HostOptions
  let parts: HostParts
  let examiner: TableExaminer
  let backlog: Backlog
  let started: Timestamp
  private(set) var force: TableInForce
  private(set) var lastReload: ReloadReport?
  /// Why the host runs by an older table than the one on disk, if it does.
  private(set) var degradation: String?
  private var lastTurn: Task<Void, Never>?

  init(options: HostOptions, parts: HostParts, examiner: TableExaminer, force: TableInForce) {
    self.options = options
    self.parts = parts
    self.examiner = examiner
    backlog = Backlog(store: parts.store, log: parts.log)
    self.force = force
    started = options.time.wall
  }

  /// Says that the host started on the last good table because the one on disk cannot be used.
  func degrade(_ reason: String) { degradation = reason }

  // MARK: Turns

  /// Does `work` when everything is done that was asked for before it. What changes the table or the
  /// workers takes turns: each sees what the one before it left, and nothing in between.
  func inTurn<Result: Sendable>(_ work: @escaping @Sendable () async -> Result) async -> Result {
    let before = lastTurn
    // Outlives the caller on purpose: a change that was begun is finished although nobody waits.
    let task = Task {
      await before?.value
      return await work()
    }
    lastTurn = Task { _ = await task.value }
    return await task.value
  }

  // MARK: Reload

  /// Reads the table and puts it into force, or changes nothing and says why.
  func reload() async -> ReloadReport { await inTurn { await self.readAndApply() } }

  /// Puts into force what a watcher saw, unless the file says something else by now; then the
  /// watcher comes again.
  func reload(seen content: TableFile.Content) async -> ReloadReport {
    await inTurn {
      let now = try? await self.readTable()
      guard now?.digest == content.digest else { return await self.report(.unchanged, []) }
      return await self.apply(content)
    }
  }

  /// The table on disk cannot be read; the one in force stays.
  func noteUnreadable(_ reason: String) {
    let problem = Diagnostic(.error, file: options.table.table, message: reason)
    conclude(report(.rejected, [problem]))
  }

  func readAndApply() async -> ReloadReport {
    do throws(TableFile.Failure) {
      return await apply(try await readTable())
    } catch {
      let problem = Diagnostic(.error, file: options.table.table, message: error.description)
      return conclude(report(.rejected, [problem]))
    }
  }

  func readTable() async throws(TableFile.Failure) -> TableFile.Content {
    let path = options.table.table
    return try await WorkQueue(name: "table").run { () throws(TableFile.Failure) in
      try TableFile.read(path)
    }
  }

  /// Puts a table into force that was read in this turn.
  func apply(_ content: TableFile.Content) async -> ReloadReport {
    defer { FreeMemory.giveBack() }
    guard content.digest != force.digest else {
      degradation = nil
      return conclude(report(.unchanged, []))
    }
    do throws(TableRejection) {
      let candidate = try await examiner.examine(content.bytes, after: force)
      return await commit(candidate, content.bytes)
    } catch {
      return conclude(report(.rejected, error.diagnostics))
    }
  }

  private func commit(_ candidate: TableCandidate, _ bytes: [UInt8]) async -> ReloadReport {
    let diff = TableDiff(from: force.table, to: candidate.table, catalog: candidate.catalog)
    let generation = force.generation + 1
    let record = GenerationRecord(
      candidate, number: generation, bytes, options, diff: diff.text)
    var warnings = candidate.warnings
    do throws(StoreError) { try await parts.store.appendGeneration(record) } catch {
      guard error.isPassing else { return await refuse(candidate, error) }
      await backlog.keep(.generation(record), because: error)
      warnings.append(unstored(generation, error))
    }
    let gone = Set(force.table.jobs.keys).subtracting(candidate.table.jobs.keys)
    force = TableInForce(
      table: candidate.table, catalog: candidate.catalog, generation: generation,
      digest: candidate.digest, since: options.time.wall)
    await parts.enforce(candidate, generation: generation)
    for plugin in candidate.stage.replaced {
      parts.events.emit(
        "PLUGIN_UPGRADED",
        ["plugin": plugin.name, "to": "\(plugin.version) (\(plugin.digest.prefix(12)))"])
    }
    parts.forget(gone, keeping: Set(candidate.table.jobs.keys))
    degradation = nil
    var report = report(.applied, warnings)
    report.diff = diff.text
    return conclude(report)
  }

  private func refuse(_ candidate: TableCandidate, _ error: StoreError) async -> ReloadReport {
    await parts.supervisor.discard(candidate.stage)
    let problem = Diagnostic(
      .error, file: options.table.table, message: "the table could not be stored: \(error)")
    return conclude(report(.rejected, [problem]))
  }

  /// An operator must be able to change the table, to stop a job or to tighten a limit, on a day on
  /// which the disk is full: no money moves unrecorded anyway, because such runs wait for their record.
  private func unstored(_ generation: Int64, _ error: StoreError) -> Diagnostic {
    Diagnostic(
      .warning, file: options.table.table,
      message: "generation \(generation) is in force but not stored: \(error.message); it is tried "
        + "again every second, and until then jobs that move money do not run")
  }

  private func report(_ result: ReloadReport.Result, _ diagnostics: [Diagnostic]) -> ReloadReport {
    ReloadReport(
      result: result, generation: force.generation, time: options.time.wall, diff: "",
      diagnostics: diagnostics)
  }

  @discardableResult private func conclude(_ report: ReloadReport) -> ReloadReport {
    lastReload = report
    parts.metrics.add(.init("config_reloads_total", ["result": report.result.rawValue]))
    parts.metrics.set(.init("config_generation"), Double(report.generation))
    parts.metrics.set(.init("config_last_reload_ok"), report.result == .rejected ? 0 : 1)
    guard report.result != .unchanged else { return report }
    let name = report.result == .applied ? "CONFIG_APPLIED" : "CONFIG_REJECTED"
    let isBare = report.diff.isEmpty || report.diagnostics.isEmpty
    let detail = report.diff + (isBare ? "" : "\n") + report.diagnostics.rendered()
    parts.events.emit(name, ["generation": "\(report.generation)", "detail": detail])
    let level: LogLevel = report.result == .applied ? .info : .error
    parts.log.write(
      level, "job table \(report.result.rawValue)",
      ["generation": "\(report.generation)", "detail": detail])
    return report
  }
}

extension GenerationRecord {
  /// The record of a table that comes into force.
  init(
    _ candidate: TableCandidate, number: Int64, _ bytes: [UInt8], _ options: HostOptions,
    diff: String
  ) {
    self.init(
      number: number, digest: String(candidate.digest, radix: 16),
      table: String(decoding: bytes, as: UTF8.self), created: options.time.wall,
      source: options.table.table)
    self.diff = diff
    isGood = true
    outcome = "in force"
  }
}

extension HostParts {
  /// Swaps workers' jobs and the schedule as one change, between two ticks of the loop.
  func enforce(_ candidate: TableCandidate, generation: Int64) async {
    let schedule = ScheduleTable(
      jobs: candidate.table.jobs, groups: candidate.table.groups, generation: Int(generation))
    await supervisor.swap(candidate.stage) {
      scheduler.assumeIsolated { $0.apply(schedule) }
    }
    var limits = BundleLimits(candidate.table)
    limits.generation = generation
    await bundles.setLimits(limits)
    hostLog.setLevel(candidate.table.telemetry.level)
  }
}

extension HostParts {
  /// Lets go of what is kept about jobs that the table no longer has.
  fileprivate func forget(_ gone: Set<String>, keeping jobs: Set<String>) {
    budget.keep(jobs)
    for job in gone { metrics.remove(labelled: "job", job) }
  }
}

extension Supervisor {
  /// Commits a stage and calls `body` in the same step of the loop.
  fileprivate func swap(_ stage: Stage, _ body: @Sendable () -> Void) {
    commit(stage)
    body()
  }
}
