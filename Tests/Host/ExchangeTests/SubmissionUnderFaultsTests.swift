import Bundles
import Isolation
import PluginAPI
import Telemetry
import Testing

@testable import Exchange

/// The exchange, with a note of everything that was ever signed.
private actor NotingVenue: Venue {
  let inner: SimulatedExchange
  private(set) var signed: [BundleID: [SignedBundle]] = [:]

  init(_ inner: SimulatedExchange) { self.inner = inner }

  var identity: VenueIdentity { get async throws { await inner.identity } }
  var genesis: String { get async throws { await inner.genesis } }
  func read() async throws -> VenueState { try await inner.read() }
  func latestBlockhash() async throws(VenueFailure) -> Blockhash {
    try await inner.latestBlockhash()
  }
  func sign(_ plan: BundlePlan, attempt: Int, with blockhash: Blockhash)
    async throws(VenueFailure) -> SignedBundle
  {
    let bundle = try await inner.sign(plan, attempt: attempt, with: blockhash)
    signed[plan.id, default: []].append(bundle)
    return bundle
  }
  func send(_ bundle: SignedBundle) async -> SendAnswer { await inner.send(bundle) }
  func status(of signatures: [Signature]) async throws(VenueFailure) -> StatusReport {
    try await inner.status(of: signatures)
  }
  func effects(of bundle: SignedBundle, plan: BundlePlan)
    async throws(VenueFailure) -> BundleEffects
  { try await inner.effects(of: bundle, plan: plan) }
  func quote(_ request: SwapRequest) async throws -> SwapQuote { try await inner.quote(request) }
  func reclaimable() async throws -> [ReclaimableAccount] { try await inner.reclaimable() }
}

/// A service on an exchange where everything goes wrong now and then, and hosts that come and go.
private struct RoughSea {
  let time = ManualTime()
  let exchange: SimulatedExchange
  let venue: NotingVenue
  let journal = InMemoryJournal()
  var random: SeededRandom

  init(seed: UInt64) {
    var settings = ExchangeSettings()
    settings.seed = seed
    settings.wallets = ExchangeSettings.wallets(
      2, sol: 100, token: TokenAmount(10_000_000_000_000), usdc: 5_000)
    for index in settings.wallets.indices { settings.wallets[index].accounts = 2 }
    settings.lots.quoteLot = Lamports(1)
    settings.chain = .ordinary
    settings.chain.lookup = .none
    settings.faults = Self.faults
    exchange = SimulatedExchange(settings, time: time)
    venue = NotingVenue(exchange)
    random = SeededRandom(seed: seed)
  }

  private static var faults: ExchangeFaults {
    var faults = ExchangeFaults()
    (faults.lostRequests, faults.lostAnswers, faults.rateLimits) = (10, 10, 5)
    (faults.rejections, faults.drops, faults.delays) = (5, 10, 10)
    (faults.duplicates, faults.leaks, faults.reorderings) = (10, 10, 20)
    (faults.engineOutages, faults.nodeOutages, faults.nodeLags) = (0.5, 0.5, 0.5)
    (faults.nodeFailures, faults.oldBlockhashes) = (5, 5)
    return faults
  }

  func host() -> BundleService {
    BundleService(
      BundleServiceParts(
        venue: venue, journal: journal, killSwitch: KillFile(path: "/nowhere/KILL"), time: time,
        metrics: Metrics(), pivot: { PriceLots(10_000) }))
  }

  private func step(_ service: BundleService) async {
    await service.quiet()
    time.advance(by: .milliseconds(400))
    await exchange.advance(to: time.wall)
    await service.tick()
    await service.quiet()
  }

  /// A host's life of so many slots, with a bundle now and then.
  mutating func live(_ service: BundleService, slots: Int, working: Bool) async {
    for slot in 0..<slots {
      if !(await service.state.mode == .active) { try? await service.reconcile() }
      if working, slot % 3 == 0 {
        let submitter = Submitter(
          job: "grid", run: "r", slot: "\(time.wall.nanoseconds)", effect: 0,
          capabilities: [.trade, .transfer])
        _ = await service.submit(Bundle("w", tip: 0.000_1, intents: intents()), from: submitter)
      }
      await step(service)
    }
  }

  /// Something for one wallet, now and then too much for one transaction.
  private mutating func intents() -> [Intent] {
    let wallet = Int.random(in: 1...2, using: &random)
    let count = Int64([2, 8, 20].randomElement(using: &random) ?? 2)
    let (bids, asks) = (AccountID("wallet-\(wallet)/1"), AccountID("wallet-\(wallet)/2"))
    return [.cancelAll(account: bids)]
      + (0..<count).map { place(bids, .bid, 9_000 - $0, 100) } + [.cancelAll(account: asks)]
      + (0..<count).map { place(asks, .ask, 11_000 + $0, 100) }
      + [.transfer(from: "wallet-1", to: "wallet-2", amount: Lamports(1_000))]
  }

  /// How many transactions of each attempt of a bundle happened.
  func happened(_ id: BundleID) async throws -> [Int] {
    var counts: [Int] = []
    for attempt in await venue.signed[id] ?? [] {
      var count = 0
      for transaction in attempt.transactions {
        count += await exchange.happened(transaction.signature) ? 1 : 0
      }
      counts.append(count)
    }
    return counts
  }
}

@Suite(.timeLimit(.minutes(2))) struct SubmissionUnderFaultsTests {
  @Test(
    "Whatever goes wrong, every accepted bundle ends, and none happens twice", arguments: 1...4)
  func faults(seed: UInt64) async throws {
    var sea = RoughSea(seed: seed)
    let before = await sea.exchange.audit()
    for _ in 0..<4 {
      let service = sea.host()
      await sea.live(service, slots: 60, working: true)
      // Killed here: nobody calls it any more.
    }
    await sea.live(sea.host(), slots: 900, working: false)
    #expect(sea.journal.all.count > 10)
    var ends: [BundleState: Int] = [:]
    for record in sea.journal.all {
      ends[record.state, default: 0] += 1
      let attempts = try await sea.happened(record.id)
      #expect(attempts.count { $0 > 0 } <= 1, "\(record.id) happened in two attempts")
      let most = attempts.max() ?? 0
      switch record.state {
      case .finalized: #expect(most == record.plan.transactions.count, "\(record.id)")
      case .partial: #expect(most > 0 && most < record.plan.transactions.count, "\(record.id)")
      case .expired, .refused, .reverted: #expect(most == 0, "\(record.id)")
      default: Issue.record("\(record.id) is still \(record.state)")
      }
    }
    #expect((ends[.finalized] ?? 0) > 3, "\(ends)")
    #expect(await sea.exchange.audit() == before)
  }
}

extension SimulatedExchange {
  /// Whether a transaction happened and had an effect.
  fileprivate func happened(_ signature: Signature) -> Bool {
    core.history[signature].map { $0.error == nil } ?? false
  }
}
