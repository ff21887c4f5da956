import Bundles
import Exchange
import Isolation
import PluginAPI
import Storage
import Telemetry

/// From the decision to replace a grid of 32 orders until its bundle is durable, signed and handed to
/// the venue: through every gate and the outbox, with the store on disk and in memory.
enum SubmissionMeasurement {
  private static let warmUp = 50
  private static let count = 1_000

  static func take(_ arguments: Arguments, _ surroundings: Surroundings) async throws
    -> [String: Double]
  {
    let folder = try BenchFolder()
    defer { folder.remove() }
    var figures: [String: Double] = ["count": Double(count)]
    for (name, store) in [
      ("sqlite", try await SQLiteStore.open(path: folder.path + "/store.db") as any Store),
      ("memory", MemoryStore()),
    ] {
      let times = try await SubmissionDesk(store, folder, surroundings.time).measure(warmUp, count)
      await store.close()
      figures["\(name)_p50_ms"] = Double(times.quantile(0.5)) / 1e6
      figures["\(name)_p99_ms"] = Double(times.quantile(0.99)) / 1e6
      figures["\(name)_max_ms"] = Double(times.longest) / 1e6
    }
    return figures
  }
}

/// A bundle service on the built-in exchange; one bundle at a time, a slot for each.
private struct SubmissionDesk {
  private static let levels: Int64 = 16
  private let time: SkippingTime
  private let exchange: SimulatedExchange
  private let venue: WatchedVenue
  private let service: BundleService

  init(_ store: any Store, _ folder: BenchFolder, _ clock: any TimeSource) {
    time = SkippingTime(clock)
    var settings = ExchangeSettings()
    settings.wallets = ExchangeSettings.wallets(
      1, sol: 100_000, token: TokenAmount(1 << 60), usdc: 0)
    settings.wallets[0].accounts = 2
    settings.lots.quoteLot = Lamports(1)
    exchange = SimulatedExchange(settings, time: time)
    venue = WatchedVenue(exchange, time)
    service = BundleService(
      BundleServiceParts(
        venue: venue, journal: StoreJournal(store: store),
        killSwitch: KillFile(path: folder.path + "/KILL"), time: time, metrics: Metrics(),
        pivot: { PriceLots(10_000) }))
  }

  func measure(_ warmUp: Int, _ count: Int) async throws -> LatenessHistogram {
    try await service.reconcile()
    var times = LatenessHistogram()
    for number in 0..<warmUp + count {
      let spent = try await submit(number)
      if number >= warmUp { times.add(spent) }
      try await land(number)
    }
    return times
  }

  /// - Returns: Nanoseconds from the call until the venue was handed the bundle, which is after both
  ///   the receipt and the signed bytes became durable.
  private func submit(_ number: Int) async throws -> Int64 {
    let bundle = Bundle("measured", tip: 0.000_01, intents: intents())
    let submitter = Submitter(
      job: "measured", run: "\(number)", slot: "\(number)", effect: 0, capabilities: [.trade])
    let began = time.monotonic
    let answer = await service.submit(bundle, from: submitter)
    if case .failure(let refusal) = answer { throw CommandFailure("bundle \(number): \(refusal)") }
    await service.quiet()
    guard let sent = venue.takeSent() else { throw CommandFailure("bundle \(number) was not sent") }
    return (sent - began).nanoseconds
  }

  /// Lets slots pass until the bundle's fate is known.
  private func land(_ number: Int) async throws {
    for _ in 0..<10 {
      time.skip(.milliseconds(500))
      await exchange.advance(to: time.wall)
      await service.tick()
      await service.quiet()
      if await service.isIdle { return }
    }
    throw CommandFailure("bundle \(number) did not land")
  }

  private func intents() -> [Intent] {
    let (bids, asks): (AccountID, AccountID) = ("wallet-1/1", "wallet-1/2")
    let expires = time.wall + .seconds(600)
    return [.cancelAll(account: bids), .cancelAll(account: asks)]
      + (1...Self.levels).flatMap { level -> [Intent] in
        [
          .place(
            account: bids,
            NewOrder(
              side: .bid, price: PriceLots(9_000 - level), size: BaseLots(100), expires: expires)),
          .place(
            account: asks,
            NewOrder(
              side: .ask, price: PriceLots(11_000 + level), size: BaseLots(100), expires: expires)),
        ]
      }
  }
}

/// The machine's clocks, which can be moved on, so that no measurement waits for slots.
private final class SkippingTime: TimeSource {
  private let clock: any TimeSource
  private let skipped = Guarded(Duration.zero)

  init(_ clock: any TimeSource) { self.clock = clock }

  var monotonic: MonotonicInstant { clock.monotonic + skipped.withLock(\.self) }
  var wall: Timestamp { clock.wall + skipped.withLock(\.self) }

  func skip(_ duration: Duration) { skipped.withLock { $0 += duration } }
}

/// The exchange, with a note of when it was handed a bundle.
private final class WatchedVenue: Venue {
  private let inner: SimulatedExchange
  private let time: any TimeSource
  private let sent = Guarded<MonotonicInstant?>(nil)

  init(_ inner: SimulatedExchange, _ time: any TimeSource) {
    self.inner = inner
    self.time = time
  }

  /// When the first bundle since the last call was handed over.
  func takeSent() -> MonotonicInstant? {
    sent.withLock { sent in
      defer { sent = nil }
      return sent
    }
  }

  func send(_ bundle: SignedBundle) async -> SendAnswer {
    let now = time.monotonic
    sent.withLock { $0 = $0 ?? now }
    return await inner.send(bundle)
  }

  var identity: VenueIdentity { get async throws { await inner.identity } }
  var genesis: String { get async throws { await inner.genesis } }
  func read() async throws -> VenueState { try await inner.read() }
  func latestBlockhash() async throws(VenueFailure) -> Blockhash {
    try await inner.latestBlockhash()
  }
  func sign(_ plan: BundlePlan, attempt: Int, with blockhash: Blockhash)
    async throws(VenueFailure) -> SignedBundle
  { try await inner.sign(plan, attempt: attempt, with: blockhash) }
  func status(of signatures: [Signature]) async throws(VenueFailure) -> StatusReport {
    try await inner.status(of: signatures)
  }
  func effects(of bundle: SignedBundle, plan: BundlePlan)
    async throws(VenueFailure) -> BundleEffects
  { try await inner.effects(of: bundle, plan: plan) }
  func quote(_ request: SwapRequest) async throws -> SwapQuote { try await inner.quote(request) }
  func reclaimable() async throws -> [ReclaimableAccount] { try await inner.reclaimable() }
}
