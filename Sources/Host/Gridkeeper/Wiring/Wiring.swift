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
    let trades = BatchBuffer<Trade>(capacity: 10_000)
    let bars = BatchBuffer<Bar>(capacity: 1_000)
    let market = makeMarket(
      exchange, metrics, hooks: hooks(events, bell: bell, trades: trades, bars: bars))
    let killFile = KillFile(path: options.table.resolve(table.risk.killFile))
    let bundles = makeBundles(exchange, market, killFile, metrics, events)
    let board = MemoryBoard()
    let loop = EventLoop(name: "host")
    let runs = OpenRuns()
    let signals = SignalLine()
    let budget = TellingBudget(time: options.time, metrics: metrics)
    let desk = ServiceDesk(
      venue: exchange, market: market, bundles: bundles, store: store, board: board, runs: runs,
      events: events, metrics: metrics, log: log,
      budget: budget, time: options.time,
      signal: { name in await signals.send(name) })
    let bridge = RunBridge(runs: runs, desk: desk, observer: options.observer)
    let supervisor = Supervisor(
      loop: loop, time: options.time,
      settings: SupervisorSettings(
        table, paths: options.table, executable: options.executable),
      delegate: bridge, log: log, metrics: metrics)
    let scheduler = makeScheduler(loop, bridge, metrics)
    bridge.connect(scheduler, supervisor)
    signals.connect(scheduler)
    return HostParts(
      time: options.time, loop: loop, hostLog: hostLog, log: log, metrics: metrics, events: events,
      store: store,
      board: board, exchange: exchange, market: market, bundles: bundles, killFile: killFile,
      supervisor: supervisor,
      scheduler: scheduler, bridge: bridge, budget: budget, tradeBell: bell, trades: trades,
      bars: bars)
  }

  private func makeExchange() throws -> SimulatedExchange {
    var settings = try ExchangeSettings(table)
    if let speed = options.speed { settings.speed = speed }
    let file = options.replay ?? table.venue.replay.map(options.table.resolve)
    let replay = try file.map { path throws(MarketFileError) in try ExchangeReplay.read(path: path)
    }
    return SimulatedExchange(settings, time: options.time, replay: replay)
  }

  private func makeMarket(
    _ exchange: SimulatedExchange, _ metrics: Metrics, hooks: MarketHooks
  ) -> MarketService {
    let lots = MarketLots(table.market)
    let seed = (try? ExchangeSettings(table).startPriceLots) ?? PriceLots(1)
    let pivot = Pivot(
      PivotSettings(
        lookback: table.market.lookback, nominalDailyVolume: table.market.nominalDailyVolume,
        seedPrice: seed, lots: lots), start: options.time.wall)
    return MarketService(
      feed: exchange, memory: MarketMemory(pivot: pivot), metrics: metrics, hooks: hooks)
  }

  private func hooks(
    _ events: EventBus, bell: TradeBell, trades: BatchBuffer<Trade>, bars: BatchBuffer<Bar>
  ) -> MarketHooks {
    var hooks = MarketHooks()
    hooks.onTrade = { _ in bell.ring() }
    hooks.onEvent = { name, fields in events.emit(name, fields) }
    hooks.onBar = { bars.add($0) }
    hooks.onStored = { trades.add($0) }
    return hooks
  }

  private func makeBundles(
    _ exchange: SimulatedExchange, _ market: MarketService, _ killFile: KillFile,
    _ metrics: Metrics, _ events: EventBus
  ) -> BundleService {
    BundleService(
      BundleServiceParts(
        venue: exchange, journal: StoreJournal(store: store),
        killSwitch: killFile, time: options.time, metrics: metrics, pivot: { await market.pivot() },
        onEvent: { name, fields in
          events.emit(name, job: fields["job"], run: fields["run"], fields)
        }),
      limits: BundleLimits(table))
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
