import Bundles
import Exchange
import HotState
import Isolation
import JobTable
import Market
import PluginAPI
import Scheduler
import Storage
import Supervisor
import Telemetry

/// The composition root: the one place that names concrete parts and plugs them together.
struct Wiring {
  let options: HostOptions
  let table: JobTable
  let store: any Store
  let hostLog: HostLog

  private var log: Log { hostLog.log }

  /// Makes all parts; nothing runs yet.
  ///
  /// - Throws: Whatever is wrong with the replay file or the table's amounts.
  func assemble() async throws -> HostParts {
    let metrics = Metrics()
    let events = EventBus(time: options.time, startingAfter: try await store.lastEvent())
    let exchange = try makeExchange()
    let bell = TradeBell()
    let marketBell = Bell()
    let market = try await makeMarket(
      exchange, metrics, hooks: hooks(events, trades: bell, changes: marketBell))
    let killFile = KillFile(path: options.table.resolve(table.risk.killFile))
    let bundles = makeBundles(exchange, market, killFile, metrics, events)
    let board = MemoryBoard()
    let loop = options.substitutes?.loop ?? EventLoop(name: "host")
    let runs = OpenRuns()
    let signals = SignalLine()
    let budget = TellingBudget(time: options.time, metrics: metrics)
    let desk = ServiceDesk(
      venue: venue(exchange), market: market, bundles: bundles, store: store, board: board,
      runs: runs,
      events: events, metrics: metrics, log: log,
      budget: budget, time: options.time,
      signal: { name in await signals.send(name) })
    let bridge = RunBridge(runs: runs, desk: desk, observer: options.observer)
    let supervisor = Supervisor(
      loop: loop, time: options.time,
      settings: SupervisorSettings(
        table, paths: options.table, executable: options.executable),
      delegate: bridge, log: log, metrics: metrics, launcher: options.substitutes?.launcher)
    let scheduler = makeScheduler(loop, bridge, metrics)
    bridge.connect(scheduler, supervisor)
    signals.connect(scheduler)
    return HostParts(
      time: options.time, loop: loop, hostLog: hostLog, log: log, metrics: metrics, events: events,
      store: store,
      board: board, exchange: exchange, market: market, bundles: bundles, killFile: killFile,
      supervisor: supervisor,
      scheduler: scheduler, bridge: bridge, budget: budget, tradeBell: bell,
      marketBell: marketBell, latencies: LatencyLog(time: options.time))
  }

  private func venue(_ exchange: SimulatedExchange) -> any Venue {
    options.substitutes?.venue ?? exchange
  }

  private func makeExchange() throws -> SimulatedExchange {
    if let exchange = options.substitutes?.exchange { return exchange }
    var settings = try ExchangeSettings(table)
    if let speed = options.speed { settings.speed = speed }
    let file = options.replay ?? table.venue.replay.map(options.table.resolve)
    let replay = try file.map { path throws(MarketFileError) in try ExchangeReplay.read(path: path)
    }
    return SimulatedExchange(settings, time: options.time, replay: replay)
  }

  /// Makes the market that the last host left, or a new one.
  private func makeMarket(
    _ exchange: SimulatedExchange, _ metrics: Metrics, hooks: MarketHooks
  ) async throws -> MarketService {
    let pivot = PivotSettings(table)
    let record = try await StoreMarket(store: store).record(
      pivot, lots: MarketLots(table.market), now: options.time.wall)
    return MarketService(
      feed: options.substitutes?.feed ?? exchange,
      memory: MarketMemory(record, pivot: pivot, channel: ChannelSettings(table.market)),
      books: Books(record.ledger, sources: record.sources, peak: record.state.peak),
      metrics: metrics, hooks: hooks, maxOracleAge: table.risk.maxOracleAge)
  }

  private func hooks(_ events: EventBus, trades: TradeBell, changes: Bell) -> MarketHooks {
    var hooks = MarketHooks()
    hooks.onTrade = { _ in trades.ring() }
    hooks.onEvent = { name, fields in
      events.emit(name, job: fields["job"].flatMap { $0.isEmpty ? nil : $0 }, fields)
    }
    hooks.onChange = { changes.ring() }
    return hooks
  }

  private func makeBundles(
    _ exchange: SimulatedExchange, _ market: MarketService, _ killFile: KillFile,
    _ metrics: Metrics, _ events: EventBus
  ) -> BundleService {
    var parts = BundleServiceParts(
      venue: venue(exchange), journal: StoreJournal(store: store), killSwitch: killFile,
      time: options.time, metrics: metrics, pivot: { await market.pivot() },
      onEvent: { name, fields in
        events.emit(name, job: fields["job"], run: fields["run"], fields)
      })
    parts.oracle = { await market.otherOracle() }
    parts.equity = { await market.equity().map(EquityReading.init) }
    let (bookings, time) = (BundleBookings(market: market), options.time)
    parts.onLanded = { await bookings.landed($0, $1, at: time.wall) }
    return BundleService(parts, limits: BundleLimits(table))
  }

  private func makeScheduler(_ loop: EventLoop, _ bridge: RunBridge, _ metrics: Metrics)
    -> SchedulerLoop
  {
    var surroundings = SchedulerLoop.Surroundings(
      loop: loop, time: options.time, dispatcher: bridge, ledger: StoreLedger(store: store))
    surroundings.metrics = metrics
    surroundings.log = log
    return SchedulerLoop(surroundings, seed: UInt64(bitPattern: options.time.wall.nanoseconds))
  }
}

/// Carries signals to the scheduler, which is made after those who send them.
private final class SignalLine: Sendable {
  private let scheduler = Guarded<SchedulerLoop?>(nil)

  func connect(_ scheduler: SchedulerLoop) { self.scheduler.withLock { $0 = scheduler } }

  func send(_ name: String) async { await scheduler.withLock(\.self)?.signal(name) }
}
