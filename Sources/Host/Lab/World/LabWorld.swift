import Bundles
import Exchange
import Isolation
import Market
import PluginAPI
import Telemetry

/// What surrounds the jobs: exchange, market and bundle service, on one virtual clock.
struct LabWorld: Sendable {
  let time: VirtualTime
  let recorder: LabRecorder
  let exchange: SimulatedExchange
  let market: MarketService
  let service: BundleService
  let bundles: LabBundles

  /// Makes the world of a setup; `onTrade` is called for each trade that the market hears of.
  init(_ setup: LabSetup, onTrade: @escaping @Sendable () -> Void) {
    time = VirtualTime(start: setup.start)
    recorder = LabRecorder(start: setup.start, lots: setup.exchange.lots)
    exchange = SimulatedExchange(setup.exchange, time: time, replay: setup.replay?.course)
    market = Self.market(setup, LabFeed(exchange: exchange, recorder: recorder), onTrade)
    service = Self.service(setup, exchange, market, time, recorder)
    bundles = LabBundles(service, setup.limits.dispatch)
  }

  private static func market(
    _ setup: LabSetup, _ feed: LabFeed, _ onTrade: @escaping @Sendable () -> Void
  ) -> MarketService {
    var hooks = MarketHooks()
    hooks.onTrade = { _ in onTrade() }
    let pivot = Pivot(setup.pivot, start: setup.start)
    return MarketService(
      feed: feed, memory: MarketMemory(pivot: pivot, channel: InertialChannel(setup.channel)),
      metrics: Metrics(), hooks: hooks, maxOracleAge: setup.limits.maxOracleAge)
  }

  private static func service(
    _ setup: LabSetup, _ exchange: SimulatedExchange, _ market: MarketService, _ time: VirtualTime,
    _ recorder: LabRecorder
  ) -> BundleService {
    var parts = BundleServiceParts(
      venue: exchange, journal: LabJournal(recorder: recorder), killSwitch: NoKillSwitch(),
      time: time, metrics: Metrics(), pivot: { await market.pivot() },
      onEvent: { name, fields in recorder.bundleEvent(name, fields) })
    parts.onLanded = { record, effects in
      recorder.bundleLanded(record, effects)
      await setup.book(market, record, effects, time.wall)
    }
    parts.equity = {
      await market.equity().map {
        EquityReading(lamports: $0.equity, peak: $0.peak, time: $0.time)
      }
    }
    return BundleService(parts, limits: setup.limits)
  }

  /// Lets slots pass, until it is cancelled.
  ///
  /// - Throws: `CancellationError`.
  func passTime() async throws {
    try await exchange.run(pause: { try await VirtualTime.pause(for: $0) })
  }

  /// How often the start is tried, once a second: a scenario may keep the venue from answering.
  private static let tries = 60

  /// Opens the books and the trading.
  ///
  /// - Throws: The last error of a service that does not answer for too long.
  func open() async throws {
    var left = Self.tries
    while true {
      do { return try await begin() } catch {
        left -= 1
        guard left > 0 else { throw error }
        try await VirtualTime.pause(for: .seconds(1))
      }
    }
  }

  private func begin() async throws {
    let state = await exchange.truth()
    try await market.observe(state.swarm, slot: state.slot, isQuiet: true)
    try await service.reconcile()
    await bundles.start()
  }

  /// Takes down how things stand.
  func sample() async {
    let snapshot = try? await market.snapshot()
    recorder.sample(await exchange.truth(), snapshot, await market.equity())
    // There is no store: what waits for one is let go.
    _ = await market.takeChanges()
  }

  /// Whether nothing is under way.
  var isQuiet: Bool {
    get async {
      guard await service.underWay().isEmpty else { return false }
      return await exchange.truth().pendingEvents == 0
    }
  }
}

/// Nobody kills in the Lab.
private struct NoKillSwitch: KillSwitch {
  func read() -> KillFlag { .clear }
}
