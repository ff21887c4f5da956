package import Bundles
import Isolation
package import Market
package import PluginAPI

/// The built-in exchange without a clock: time is handed in. Equal settings and equal calls give
/// equal results, bit for bit.
package struct ExchangeCore: Sendable {
  private static let tradesKept = 8192
  private static let outcomesKept = 16_384

  package let settings: ExchangeSettings
  /// When slot 0 was, by the clock on the wall.
  package private(set) var start: Timestamp
  /// Slots since the start.
  package private(set) var slot: UInt64 = 0
  private var state: ExchangeState
  private var outside: OutsideMarket
  private var random: SeededRandom
  private var pending: [AcceptedBundle] = []
  private var outcomes: [BundleID: BundleOutcome] = [:]
  private var outcomeOrder = RecentItems<BundleID>(capacity: outcomesKept)
  private var trades = RecentItems<FeedTrade>(capacity: tradesKept)
  private var told: UInt64 = 0

  /// Makes an exchange; prices outside come from `replay`, or from a random walk without it.
  package init(_ settings: ExchangeSettings, start: Timestamp, replay: ReplayPath? = nil) {
    self.settings = settings
    self.start = start
    state = ExchangeState(settings, at: start)
    outside = OutsideMarket(settings, replay: replay)
    random = SeededRandom(seed: settings.seed)
    outside.act(on: &state, elapsed: 0, step: 0, at: start, random: &random)
  }

  /// What the exchange is. Trading between own wallets is allowed here: nobody else is real.
  package static let identity = VenueIdentity(
    kind: "simulator", cluster: "gridkeeper-exchange", allowsSyntheticVolume: true)

  /// When the newest slot was.
  package var time: Timestamp { time(of: slot) }

  /// When the next slot will be.
  package var nextSlot: Timestamp { time(of: slot + 1) }

  private func time(of slot: UInt64) -> Timestamp {
    start + .nanoseconds(Int64(clamping: Int128(settings.slotTime.nanoseconds) * Int128(slot)))
  }

  /// What the outside market holds the token for, in price lots; for statistics.
  package var fairPrice: Double { outside.fair.value }

  // MARK: Time

  /// Lives through every slot up to `time`, but through no more than `limit` of them.
  ///
  /// - Returns: The bundles that ended, in order.
  @discardableResult package mutating func advance(to time: Timestamp, atMost limit: Int = .max)
    -> [(id: BundleID, outcome: BundleOutcome)]
  {
    var ended: [(id: BundleID, outcome: BundleOutcome)] = []
    var count = 0
    while nextSlot <= time, count < limit {
      ended += live()
      count += 1
    }
    return ended
  }

  /// The clock on the wall was set: all later slots follow it, and no slot is lost or repeated.
  package mutating func stepClock(by step: Duration) { start = start + step }

  private mutating func live() -> [(id: BundleID, outcome: BundleOutcome)] {
    slot += 1
    state.expire(at: time)
    let ended = land()
    outside.act(
      on: &state, elapsed: settings.slotTime.inSeconds * Double(slot),
      step: settings.slotTime.inSeconds, at: time,
      random: &random)
    for item in state.news { trades.add(item) }
    told += UInt64(state.news.count)
    state.news.removeAll(keepingCapacity: true)
    return ended
  }

  /// The urgent first, then those that tip more, then those that came first.
  private mutating func land() -> [(id: BundleID, outcome: BundleOutcome)] {
    guard !pending.isEmpty else { return [] }
    let order = pending.enumerated().sorted { left, right in
      (left.element.priority.rawValue, left.element.tip.count, -left.offset)
        > (right.element.priority.rawValue, right.element.tip.count, -right.offset)
    }
    pending = []
    let context = LandingContext(slot: slot, time: time, oracle: oracle)
    return order.map { _, bundle in
      let outcome = state.land(bundle, context)
      remember(bundle.id, outcome)
      return (bundle.id, outcome)
    }
  }

  private mutating func remember(_ id: BundleID, _ outcome: BundleOutcome) {
    outcomes[id] = outcome
    if let forgotten = outcomeOrder.add(id) { outcomes[forgotten] = nil }
  }

  // MARK: Bundles

  /// Takes a bundle for the next slot; nothing happens when one of that name is waiting or ended.
  package mutating func submit(_ bundle: AcceptedBundle) {
    guard outcomes[bundle.id] == nil, !pending.contains(where: { $0.id == bundle.id }) else {
      return
    }
    pending.append(bundle)
  }

  /// How a bundle ended; `nil` while it waits, `expired` when it never came.
  package func outcome(of id: BundleID) -> BundleOutcome? {
    if let known = outcomes[id] { return known }
    return pending.contains { $0.id == id } ? nil : .expired
  }

  /// What a swap would give now; `nil` when it has no price.
  package func quote(_ request: SwapRequest) -> SwapQuote? {
    SwapQuote.quote(request, at: oracle, now: time)
  }

  /// Bundles that wait for the next slot.
  package var pendingBundles: [BundleID] { pending.map(\.id) }

  // MARK: Views

  private var oracle: OraclePrice { OraclePrice(price: settings.solPrice, time: time) }

  /// Book, wallets and accounts as of the newest slot.
  package func read() -> VenueState {
    VenueState(
      slot: slot, time: time, lots: settings.lots,
      bids: state.engine.levels(.bid, limit: ExchangeState.levelsShown),
      asks: state.engine.levels(.ask, limit: ExchangeState.levelsShown),
      swarm: Swarm(
        wallets: state.walletViews(), emission: settings.emission, locked: settings.locked),
      oracle: oracle, costs: settings.costs)
  }

  /// Idle accounts without orders.
  package func reclaimable() -> [ReclaimableAccount] {
    let age = settings.idleAccountAge.nanoseconds
    return state.reclaimable(idleSince: time + .nanoseconds(-age))
  }

  /// All that happened since `cursor`, and the book as it stands.
  package func poll(after cursor: FeedCursor) -> FeedBatch {
    var batch = FeedBatch(
      after: cursor, cursor: FeedCursor(trades: told, slot: slot), identity: Self.identity,
      lots: settings.lots, time: time)
    batch.bids = state.engine.levels(.bid, limit: ExchangeState.levelsShown)
    batch.asks = state.engine.levels(.ask, limit: ExchangeState.levelsShown)
    batch.oracle = oracle
    let new = told > cursor.trades ? told - cursor.trades : 0
    batch.trades = trades.newest(Int(clamping: new))
    batch.missed = new - UInt64(batch.trades.count)
    return batch
  }

  /// The sums of all that exists; they never change.
  package func audit() -> ExchangeAudit { state.audit() }
}
