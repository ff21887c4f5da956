package import Bundles
import Isolation
package import Market
package import PluginAPI

/// The built-in exchange without a clock: time is handed in. Equal settings and equal calls give
/// equal results, bit for bit.
package struct ExchangeCore: Sendable {
  private static let tradesKept = 8192

  package let settings: ExchangeSettings
  /// When slot 0 was, by the clock on the wall.
  package private(set) var start: Timestamp
  var clock: BlockClock
  var state: ExchangeState
  var queue = BundleQueue()
  var history = TransactionHistory()
  var auction: TipAuction
  var faults: FaultState
  /// What a node that has fallen behind still shows.
  var lag: LaggingView?
  var sends = SendWindow()
  private var outside: OutsideMarket
  private var random: SeededRandom
  private var trades = RecentItems<FeedTrade>(capacity: tradesKept)
  private(set) var told: UInt64 = 0
  private var seenSwarm: (changes: UInt64, swarm: Swarm)?
  private var lastTraded: UInt64 = 0

  /// Makes an exchange; prices outside come from `replay`, or from a random walk without it.
  package init(_ settings: ExchangeSettings, start: Timestamp, replay: ExchangeReplay? = nil) {
    self.settings = settings
    self.start = start
    let seed = settings.seed
    clock = BlockClock(settings.chain, seed: seed ^ 0xB10C, start: start)
    auction = TipAuction(settings.chain, seed: seed ^ 0x71B5)
    faults = FaultState(settings.faults, seed: seed ^ 0xFA17)
    state = ExchangeState(settings, at: start)
    outside = OutsideMarket(settings, replay: replay, at: start)
    random = SeededRandom(seed: seed)
    trade()
  }

  /// What the exchange is. Trading between own wallets is allowed here: nobody else is real.
  package static let identity = VenueIdentity(
    kind: "simulator", cluster: "gridkeeper-exchange", allowsSyntheticVolume: true)

  /// Names this exchange among all that ever ran: one that starts anew is another chain.
  package var genesis: String { clock.origin }

  /// Slots since the start.
  package var slot: UInt64 { clock.slot }

  /// When the newest slot was.
  package var time: Timestamp { time(of: slot) }

  /// When the next slot will be.
  package var nextSlot: Timestamp { time(of: slot + 1) }

  private func time(of slot: UInt64) -> Timestamp {
    start + .nanoseconds(Int64(clamping: Int128(settings.slotTime.nanoseconds) * Int128(slot)))
  }

  /// What the outside market holds the token for, in price lots; for statistics.
  package var fairPrice: Double { outside.fair(state.market.lots) }

  // MARK: Time

  /// Lives through every slot up to `time`, but through no more than `limit` of them.
  package mutating func advance(to time: Timestamp, atMost limit: Int = .max) {
    var count = 0
    while nextSlot <= time, count < limit {
      live()
      count += 1
    }
  }

  /// The clock on the wall was set: all later slots follow it, and no slot is lost or repeated.
  package mutating func stepClock(by step: Duration) { start = start + step }

  private mutating func live() {
    let hasBlock = clock.advance()
    faults.live(slot)
    updateLag()
    guard hasBlock else { return }
    state.expire(at: time)
    land()
    trade()
  }

  /// Everybody outside acts.
  private mutating func trade() {
    let step = settings.slotTime.inSeconds * Double(slot - lastTraded)
    lastTraded = slot
    state.naming = TradeNaming(prefix: "\(clock.origin)-\(slot)")
    outside.act(
      on: &state, elapsed: settings.slotTime.inSeconds * Double(slot), step: step, at: time,
      random: &random)
    for item in state.news { trades.add(item) }
    told += UInt64(state.news.count)
    state.news.removeAll(keepingCapacity: true)
  }

  // MARK: Views

  /// The price of SOL as it is published.
  var oracle: OraclePrice { outside.oracle }

  /// What SOL is really worth, in dollars.
  package var solPrice: USD { outside.trueSOLPrice }

  /// What the script says at the moment.
  var conditions: MarketConditions { outside.conditions }

  /// One's own wallets as of the newest slot.
  package var swarm: Swarm {
    if let seen = seenSwarm, seen.changes == state.ownChanges { return seen.swarm }
    return Swarm(
      wallets: state.walletViews(), emission: settings.emission, locked: settings.locked)
  }

  /// Keeps the look at the wallets until something of them changes.
  mutating func keepSwarm() {
    guard seenSwarm?.changes != state.ownChanges else { return }
    seenSwarm = (state.ownChanges, swarm)
  }

  /// Book, wallets and accounts as of the newest slot.
  package func read() -> VenueState {
    let market = state.market
    var view = VenueState(
      slot: slot, time: time, lots: market.lots,
      bids: market.engine.levels(.bid, limit: ExchangeState.levelsShown),
      asks: market.engine.levels(.ask, limit: ExchangeState.levelsShown),
      swarm: swarm, oracle: oracle, costs: costs)
    view.market = market.name
    view.blockHeight = clock.height
    view.pendingEvents = state.heap.count
    view.eventCapacity = EventHeap.capacity
    view.tips = auction.statistics(at: time)
    view.lookup = lookup
    view.nextLeaderSlot = clock.nextBundleSlot
    return view
  }

  /// Costs of the market as it is.
  private var costs: VenueCosts {
    var costs = settings.costs
    costs.makerFee = state.market.makerFee
    costs.takerFee = state.market.takerFee
    return costs
  }

  private var lookup: LookupCoverage {
    switch settings.chain.lookup {
    case .none: LookupCoverage()
    case .market: LookupCoverage(market: true)
    case .all: LookupCoverage(market: true, wallets: Set(state.wallets.map(\.id)))
    }
  }

  /// Accounts that hold nothing but rent and were not used for a while.
  package func reclaimable() -> [ReclaimableAccount] {
    let age = settings.idleAccountAge.nanoseconds
    return state.reclaimable(idleSince: time + .nanoseconds(-age))
  }

  /// What a swap would give now; `nil` when it has no price.
  package func quote(_ request: SwapRequest) -> SwapQuote? {
    SwapQuote.quote(request, at: solPrice, now: time)
  }

  /// All that happened since `cursor`, and the book as it stands.
  package func poll(after cursor: FeedCursor) -> FeedBatch {
    let market = state.market
    var batch = FeedBatch(
      after: cursor, cursor: FeedCursor(trades: told, slot: slot), identity: Self.identity,
      lots: market.lots, time: time)
    batch.bids = market.engine.levels(.bid, limit: ExchangeState.levelsShown)
    batch.asks = market.engine.levels(.ask, limit: ExchangeState.levelsShown)
    batch.oracle = oracle
    batch.pendingEvents = state.heap.count
    let new = told > cursor.trades ? told - cursor.trades : 0
    batch.trades = trades.newest(Int(clamping: new))
    batch.missed = new - UInt64(batch.trades.count)
    return batch
  }

  /// The sums of all that exists; they never change.
  package func audit() -> ExchangeAudit { state.audit() }
}
