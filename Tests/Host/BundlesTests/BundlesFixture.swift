import Isolation
import PluginAPI
import Telemetry

@testable import Bundles

let wall = Timestamp(seconds: 1_750_000_000)
let trader: Set<Capability> = [.trade, .transfer, .swap, .createAccounts, .closeAccounts]

func order(_ id: String, _ side: Side, _ price: Int64, _ size: Int64 = 10) -> OpenOrder {
  OpenOrder(
    id: OrderID(id), side: side, price: PriceLots(price), size: BaseLots(size), placed: wall,
    expires: nil)
}

/// Two wallets with two accounts each; a lot of price is a lamport, a lot of size a token atom.
func state(orders: [AccountID: [OpenOrder]] = [:]) -> VenueState {
  let wallets = ["a", "b"].map { name in
    Wallet(
      id: WalletID(name), publicKey: name, sol: Lamports(1_000_000_000),
      token: TokenAmount(1_000_000),
      usdc: 100,
      accounts: ["\(name)1", "\(name)2"].map { account in
        let id = AccountID(account)
        return OpenOrdersAccount(
          id: id, orders: orders[id] ?? [], rent: Lamports(9_688_320), lastUsed: wall)
      })
  }
  var state = VenueState(
    slot: 1, time: wall,
    lots: MarketLots(
      baseLot: TokenAmount(1), quoteLot: Lamports(1), tokenDecimals: 0, minimumSize: BaseLots(5)),
    swarm: Swarm(wallets: wallets), costs: VenueCosts())
  state.bids = [BookLevel(price: PriceLots(99), size: BaseLots(1_000))]
  state.asks = [BookLevel(price: PriceLots(101), size: BaseLots(1_000))]
  state.oracle = OraclePrice(price: 150, time: wall)
  return state
}

let simulator = VenueIdentity(kind: "simulator", cluster: "test", allowsSyntheticVolume: true)
let mainNet = VenueIdentity(kind: "solana", cluster: "main", allowsSyntheticVolume: false)

func submitter(
  _ job: String = "grid", slot: String = "s", effect: Int = 0,
  _ capabilities: Set<Capability> = trader
) -> Submitter {
  Submitter(job: job, run: "r", slot: slot, effect: effect, capabilities: capabilities)
}

/// A context that every gate lets pass, with a bundle of the given intents.
func context(
  _ intents: [Intent], tip: SOL = 0, over venue: VenueState = state(),
  at identity: VenueIdentity? = simulator, _ capabilities: Set<Capability> = trader,
  inFlight: InFlight = InFlight()
) -> GateContext {
  GateContext(
    bundle: Bundle("test", tip: tip, intents: intents), submitter: submitter(capabilities),
    reading: GateReading(state: venue, identity: identity, pivot: PriceLots(100)), now: wall,
    inFlight: inFlight)
}

func submitter(_ capabilities: Set<Capability>) -> Submitter {
  submitter("grid", capabilities)
}

func place(_ account: AccountID, _ side: Side, _ price: Int64, _ size: Int64 = 10) -> Intent {
  .place(account: account, NewOrder(side: side, price: PriceLots(price), size: BaseLots(size)))
}

func take(_ account: AccountID, _ side: Side, _ limit: Int64, _ size: Int64 = 10) -> Intent {
  .take(account: account, side: side, size: BaseLots(size), limit: PriceLots(limit))
}

/// A venue whose bundles end when the test says so.
actor FakeVenue: Venue {
  var newest = state()
  var who: VenueIdentity? = simulator
  var isDown = false
  private var open: [BundleID: CheckedContinuation<BundleOutcome, Never>] = [:]
  private var arrivals: [CheckedContinuation<Void, Never>] = []
  private(set) var executed: [BundleID] = []
  var fates: [BundleID: BundleOutcome] = [:]
  /// What every bundle ends with at once; by default each waits for `end`.
  var always: BundleOutcome?

  var identity: VenueIdentity {
    get throws {
      guard let who else { throw ServiceError("no answer") }
      return who
    }
  }

  func set(_ change: @Sendable (isolated FakeVenue) -> Void) { change(self) }

  func read() throws -> VenueState {
    if isDown { throw ServiceError("no route") }
    return newest
  }

  func execute(_ bundle: AcceptedBundle) async -> BundleOutcome {
    executed.append(bundle.id)
    if let always { return always }
    return await withCheckedContinuation { continuation in
      open[bundle.id] = continuation
      for arrival in arrivals { arrival.resume() }
      arrivals = []
    }
  }

  /// Ends a bundle, once it has arrived.
  func end(_ id: BundleID, _ outcome: BundleOutcome = .landed(slot: 7, results: [])) async {
    await arrival(of: id)
    open.removeValue(forKey: id)?.resume(returning: outcome)
  }

  /// Waits until a bundle has been handed over.
  func arrival(of id: BundleID) async {
    while open[id] == nil { await withCheckedContinuation { arrivals.append($0) } }
  }

  func outcome(of id: BundleID) -> BundleOutcome { fates[id] ?? .expired }

  func quote(_ request: SwapRequest) throws -> SwapQuote { throw ServiceError("no swaps here") }

  func reclaimable() -> [ReclaimableAccount] { [] }
}

/// A kill switch that a test sets.
final class FakeKillSwitch: KillSwitch {
  private let flag = Guarded(KillFlag.clear)

  func set(_ value: KillFlag) { flag.withLock { $0 = value } }

  func read() async -> KillFlag { flag.withLock { $0 } }
}

/// A journal that fails when told to.
final class FailingJournal: BundleJournal {
  let inner = InMemoryJournal()
  private let failing = Guarded(false)

  private let hiding = Guarded(false)

  func fail(_ isFailing: Bool) { failing.withLock { $0 = isFailing } }

  /// Lets reads find nothing, as if another host stored its record a moment later.
  func hide(_ isHiding: Bool) { hiding.withLock { $0 = isHiding } }

  private func check() throws {
    if failing.withLock({ $0 }) { throw ServiceError("disk full") }
  }

  func accept(_ record: BundleRecord) async throws -> BundleRecord? {
    try check()
    return inner.accept(record)
  }

  func update(_ record: BundleRecord) async throws {
    try check()
    inner.update(record)
  }

  func record(_ id: BundleID) async throws -> BundleRecord? {
    try check()
    return hiding.withLock { $0 } ? nil : inner.record(id)
  }

  func unfinished() async throws -> [BundleRecord] {
    try check()
    return inner.unfinished()
  }

  func tips(since time: Timestamp) async throws -> Lamports {
    try check()
    return inner.tips(since: time)
  }
}

/// A service with everything around it in the test's hands.
struct ServiceFixture {
  let venue = FakeVenue()
  let journal = FailingJournal()
  let kill = FakeKillSwitch()
  let time = ManualTime()
  let metrics = Metrics()
  let events = Guarded<[String]>([])
  let service: BundleService

  init(limits: BundleLimits = BundleLimits(), reconciled: Bool = true) async throws {
    var parts = BundleServiceParts(
      venue: venue, journal: journal, killSwitch: kill, time: time, metrics: metrics)
    parts.pivot = { PriceLots(100) }
    parts.onEvent = { [events] name, _ in events.withLock { $0.append(name) } }
    service = BundleService(parts, limits: limits)
    if reconciled { try await service.reconcile() }
  }

  func submit(
    _ intents: [Intent], slot: String = "s", effect: Int = 0, tip: SOL = 0, job: String = "grid",
    priority: Bundle.Priority = .normal, _ capabilities: Set<Capability> = trader
  ) async -> Result<BundleReceipt, Refusal> {
    await service.submit(
      Bundle("test", tip: tip, priority: priority, intents: intents),
      from: submitter(job, slot: slot, effect: effect, capabilities))
  }
}

extension Result where Failure == Refusal {
  var refusalCode: RefusalCode? {
    if case .failure(let refusal) = self { refusal.code } else { nil }
  }
}
