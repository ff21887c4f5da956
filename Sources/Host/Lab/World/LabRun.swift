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
  private static let samples: Int64 = 20_000

  private let setup: LabSetup
  private let plugins: LabPlugins
  private let time: VirtualTime
  private let recorder: LabRecorder
  private let exchange: SimulatedExchange
  private let market: MarketService
  private let bundles: BundleService
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
    time = VirtualTime(start: setup.start)
    recorder = LabRecorder(start: setup.start, lots: setup.exchange.lots)
    exchange = SimulatedExchange(setup.exchange, time: time, replay: setup.replay?.course)
    let bell = LabBell()
    market = Self.market(setup, LabFeed(exchange: exchange, recorder: recorder), bell)
    bundles = Self.bundles(setup, exchange, market, time, recorder)
    schedule = LabSchedule(
      time: time, seed: setup.seed, jobs: try Self.jobs(setup, plugins), accounts: slots)
    bell.connect(schedule)
  }

  private static func jobs(_ setup: LabSetup, _ plugins: LabPlugins) throws(ParameterProblems)
    -> [String: LabPlugins.Ready]
  {
    var jobs: [String: LabPlugins.Ready] = [:]
    for entry in setup.table.jobs.values where entry.isEnabled {
      jobs[entry.name] = try plugins.ready(entry)
    }
    return jobs
  }

  private static func market(_ setup: LabSetup, _ feed: LabFeed, _ bell: LabBell)
    -> MarketService
  {
    var hooks = MarketHooks()
    hooks.onTrade = { _ in bell.ring() }
    let pivot = Pivot(setup.pivot, start: setup.start)
    return MarketService(
      feed: feed, memory: MarketMemory(pivot: pivot), metrics: Metrics(), hooks: hooks)
  }

  private static func bundles(
    _ setup: LabSetup, _ exchange: SimulatedExchange, _ market: MarketService, _ time: VirtualTime,
    _ recorder: LabRecorder
  ) -> BundleService {
    BundleService(
      BundleServiceParts(
        venue: exchange, journal: LabJournal(recorder: recorder), killSwitch: NoKillSwitch(),
        time: time, metrics: Metrics(), pivot: { await market.pivot() },
        onEvent: { name, fields in recorder.bundleEvent(name, fields) }),
      limits: setup.limits)
  }

  // MARK: Running

  /// Runs from start to end.
  ///
  /// - Parameter progress: Is called a few hundred times on the way.
  /// - Throws: Any error of a service at the start.
  package func run(progress: @escaping @Sendable (Progress) -> Void = { _ in }) async throws
    -> LabReport
  {
    let audit = await exchange.audit()
    let end = time.monotonic + setup.length
    let clock = Task { try await exchange.run(pause: { try await VirtualTime.pause(for: $0) }) }
    try await bundles.reconcile()
    let sampler = Task { try await sample(progress) }
    let desk = LabDesk(
      time: time, exchange: exchange, market: market, bundles: bundles, recorder: recorder,
      signal: { [schedule] name in await schedule.signal(name) })
    try await schedule.run(try table(), on: desk, until: end)
    sampler.cancel()
    clock.cancel()
    await sampleOnce()
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
    let step = max(.seconds(1), setup.length / Int(Self.samples))
    while true {
      await sampleOnce()
      let (fills, rebuilds) = recorder.counts
      progress(
        Progress(
          share: (time.wall - setup.start) / setup.length, fills: fills, rebuilds: rebuilds))
      try await VirtualTime.pause(for: step)
    }
  }

  private func sampleOnce() async {
    let state = await exchange.truth()
    let snapshot = try? await market.snapshot()
    recorder.sample(state, pivot: snapshot?.pivot, channel: snapshot?.channel)
  }

  // MARK: Report

  private func report(_ audit: ExchangeAudit) async -> LabReport {
    let notes = recorder.collected
    let state = await exchange.truth()
    var trading = notes.trading
    trading.sample = notes.fills.elements
    trading.unexplained = notes.puzzles.values.reduce(0, +)
    return LabReport(
      setup: facts(state), money: notes.sampler.money, trading: trading,
      grid: notes.sampler.complete(notes.grid), jobs: slots.facts, refusals: notes.refusals,
      bundles: notes.bundles, invariants: await invariants(audit, trading),
      warnings: notes.warnings, series: notes.sampler.series)
  }

  private func facts(_ state: VenueState) -> SetupFacts {
    SetupFacts(
      scenario: setup.scenario.name, summary: setup.scenario.summary, seed: setup.seed,
      seconds: setup.length.inSeconds, start: setup.start.seconds,
      tableDigest: String(setup.tableDigest, radix: 16), plugins: plugins.digests,
      replay: setup.replay?.name, slots: state.slot)
  }

  private func invariants(_ audit: ExchangeAudit, _ trading: TradingFacts)
    async -> [InvariantFacts]
  {
    let now = await exchange.audit()
    return [
      Invariants.conserved(audit, now),
      slots.invariant(until: setup.start + setup.length),
      Invariants.explained(trading),
    ]
  }
}

/// Nobody kills in the Lab.
private struct NoKillSwitch: KillSwitch {
  func read() -> KillFlag { .clear }
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
