import Bundles
import Exchange
import Isolation
import JobTable
import Market
package import PluginAPI
import Scheduler
import Telemetry

/// One run of the Lab: the jobs of a table on the built-in exchange and on virtual time.
///
/// The process must live on `VirtualTime`.
package struct LabRun: Sendable {
  /// How often the courses of the report are sampled, at most.
  private static let samples = 20_000
  /// How long bundles and fills may take to end when the time is over.
  private static let patience = 300

  private let setup: LabSetup
  private let plugins: LabPlugins
  private let world: LabWorld
  private let schedule: LabSchedule
  private let slots = SlotAccounts()

  /// How far a run has come.
  package struct Progress: Sendable {
    /// The share of virtual time that has passed.
    package var share: Double
    package var fills: Int
    package var rebuilds: Int
  }

  /// Makes all parts; nothing runs yet.
  ///
  /// - Throws: `ParameterProblems` when a job does not take its parameters.
  package init(_ setup: LabSetup, _ plugins: LabPlugins) throws(ParameterProblems) {
    self.setup = setup
    self.plugins = plugins
    let bell = LabBell()
    world = LabWorld(setup) { bell.ring() }
    var jobs: [String: LabPlugins.Ready] = [:]
    for entry in setup.table.jobs.values where entry.isEnabled {
      jobs[entry.name] = try plugins.ready(entry)
    }
    schedule = LabSchedule(time: world.time, seed: setup.seed, jobs: jobs, accounts: slots)
    bell.connect(schedule)
  }

  // MARK: Running

  /// Runs from start to end and reports.
  ///
  /// - Parameter progress: Is called some thousand times on the way.
  /// - Returns: What the run found.
  /// - Throws: Any error of a service at the start.
  package func run(progress: @escaping @Sendable (Progress) -> Void = { _ in }) async throws
    -> LabReport
  {
    let audit = await world.exchange.audit()
    let end = world.time.monotonic + setup.length
    let desk = LabDesk(world) { [schedule] name in await schedule.signal(name) }
    let clock = Task { try await world.passTime() }
    try await world.open()
    let sampler = Task { try await sample(progress) }
    try await schedule.run(try table(), on: desk, until: end)
    sampler.cancel()
    try await settleDown()
    clock.cancel()
    await world.sample()
    return await report(audit)
  }

  private func table() throws -> ScheduleTable {
    var table = ScheduleTable(jobs: setup.table.jobs, groups: setup.table.groups, generation: 1)
    for zone in Set(setup.table.jobs.values.compactMap { $0.cadence.cron?.zone }) {
      table.zones[zone] = try ZoneFiles().load(zone)
    }
    return table
  }

  private func sample(_ progress: @Sendable (Progress) -> Void) async throws {
    let step = max(.seconds(1), setup.length / Self.samples)
    while true {
      await world.sample()
      let (fills, rebuilds) = world.recorder.counts
      progress(
        Progress(
          share: (world.time.wall - setup.start) / setup.length, fills: fills, rebuilds: rebuilds))
      try await VirtualTime.pause(for: step)
    }
  }

  /// Lets bundles come to their ends and fills be processed.
  private func settleDown() async throws {
    for _ in 0..<Self.patience {
      guard await !world.isQuiet else { return }
      try await VirtualTime.pause(for: .seconds(1))
    }
  }

  // MARK: Report

  private func report(_ audit: ExchangeAudit) async -> LabReport {
    let notes = world.recorder.collected
    let state = await world.exchange.truth()
    let ledger = await world.market.ledger
    var trading = notes.trading
    trading.sample = notes.fills.elements
    trading.unexplained = notes.puzzles.values.reduce(0, +)
    let invariants = [
      Invariants.conserved(audit, await world.exchange.audit()),
      Invariants.identity(notes.sampler.first, notes.sampler.last, ledger),
      Invariants.booked(state, ledger),
      slots.invariant(until: setup.start + setup.length),
      Invariants.ended(
        accepted: notes.accepted, notes.bundles, await world.service.underWay()),
      Invariants.placed(state, notes.reasons), Invariants.explained(trading),
    ]
    return LabReport(
      setup: facts(state), money: notes.sampler.money(ledger), trading: trading,
      grid: notes.sampler.complete(notes.grid), jobs: slots.facts, refusals: notes.refusals,
      bundles: notes.bundles, invariants: invariants, warnings: notes.warnings,
      series: notes.sampler.series)
  }

  private func facts(_ state: VenueState) -> SetupFacts {
    SetupFacts(
      scenario: setup.scenario.name, summary: setup.scenario.summary, seed: setup.seed,
      seconds: setup.length.inSeconds, start: setup.start.seconds,
      tableDigest: String(setup.tableDigest, radix: 16), plugins: plugins.digests,
      replay: setup.replay?.name, slots: state.slot)
  }
}

/// Tells the schedule of trades.
private final class LabBell: Sendable {
  private let schedule = Guarded<LabSchedule?>(nil)

  func connect(_ schedule: LabSchedule) { self.schedule.withLock { $0 = schedule } }

  func ring() {
    guard let schedule = schedule.withLock(\.self) else { return }
    Task { await schedule.traded() }
  }
}
