package import Bundles
package import Isolation
package import Market
package import PluginAPI

/// The built-in exchange as a venue: slots pass with the time, whoever hands it in.
package actor SimulatedExchange: Venue, MarketFeed {
  /// Slots that are lived through in one go before others get their turn.
  private static let slotsAtOnce = 64
  private static let largestDrift = Duration.seconds(1)

  private(set) var core: ExchangeCore
  private let clock: any TimeSource
  private var newsWaiters: [UInt64: CheckedContinuation<Void, any Error>] = [:]
  private var waiterCount: UInt64 = 0

  /// Makes an exchange that begins now.
  package init(
    _ settings: ExchangeSettings, time: any TimeSource, replay: ExchangeReplay? = nil
  ) {
    clock = time
    core = ExchangeCore(settings, start: time.wall, replay: replay)
  }

  // MARK: Time

  /// Lets slots pass as the clock does, until it is cancelled.
  ///
  /// Slots follow the clock that never steps; their times follow the clock on the wall.
  ///
  /// - Parameter pause: Waits for a time; tests and simulations hand in their own.
  /// - Throws: `CancellationError`.
  package func run(
    pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) async throws {
    let began = clock.monotonic
    var base = core.time
    while true {
      let rest = live(from: &base, since: began)
      if rest > .zero { try await pause(rest) } else { await Task.yield() }
      try Task.checkCancellation()
    }
  }

  /// Lives through what has passed, and says how long it is until the next slot.
  private func live(from base: inout Timestamp, since began: MonotonicInstant) -> Duration {
    var now = base + (clock.monotonic - began)
    let drift = clock.wall - now
    if drift > Self.largestDrift || drift < .zero - Self.largestDrift {
      core.stepClock(by: drift)
      base = base + drift
      now = now + drift
    }
    advance(to: now, atMost: Self.slotsAtOnce)
    return core.nextSlot - now
  }

  /// Lives through every slot up to `time`; for virtual time.
  package func advance(to time: Timestamp) { advance(to: time, atMost: .max) }

  private func advance(to time: Timestamp, atMost limit: Int) {
    let slot = core.slot
    core.advance(to: time, atMost: limit)
    guard core.slot > slot else { return }
    let waiting = newsWaiters.sorted { $0.key < $1.key }
    newsWaiters = [:]
    for (_, waiter) in waiting { waiter.resume() }
  }

  /// When the newest slot was.
  package var time: Timestamp { core.time }

  /// When the next slot will be.
  package var nextSlot: Timestamp { core.nextSlot }

  /// The sums of all that exists; they never change.
  package func audit() -> ExchangeAudit { core.audit() }

  /// Makes something go wrong.
  package func inject(_ fault: ExchangeFault) { core.inject(fault) }

  /// Book, wallets and accounts as they are, whatever the node shows.
  package func truth() -> VenueState { core.read() }

  // MARK: Venue

  package var identity: VenueIdentity { ExchangeCore.identity }

  package var genesis: String { core.genesis }

  package func read() throws(VenueFailure) -> VenueState { try core.readNode() }

  /// One's own wallets alone; costs little when nothing of them has changed.
  package func swarm() throws(VenueFailure) -> Swarm { try core.swarmNode() }

  package func latestBlockhash() throws(VenueFailure) -> Blockhash { try core.latestBlockhash() }

  package func sign(_ plan: BundlePlan, attempt: Int, with blockhash: Blockhash)
    throws(VenueFailure) -> SignedBundle
  { try core.sign(plan, attempt: attempt, with: blockhash) }

  package func send(_ bundle: SignedBundle) -> SendAnswer { core.send(bundle) }

  package func status(of signatures: [Signature]) throws(VenueFailure) -> StatusReport {
    try core.status(of: signatures)
  }

  package func effects(of bundle: SignedBundle, plan: BundlePlan)
    throws(VenueFailure) -> BundleEffects
  { try core.effects(of: bundle, plan: plan) }

  package func quote(_ request: SwapRequest) throws -> SwapQuote {
    guard let quote = try core.quoteNode(request) else {
      throw ServiceError("the swap has no price")
    }
    return quote
  }

  package func reclaimable() throws(VenueFailure) -> [ReclaimableAccount] {
    try core.reclaimableNode()
  }

  // MARK: Feed

  package func poll(after cursor: FeedCursor) throws(VenueFailure) -> FeedBatch {
    try core.pollNode(after: cursor)
  }

  package func waitForNews(after cursor: FeedCursor) async throws {
    while core.slot <= cursor.slot { try await nextNews() }
  }

  private func nextNews() async throws {
    waiterCount += 1
    let number = waiterCount
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation {
        (continuation: CheckedContinuation<Void, any Error>) in
        if Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
        newsWaiters[number] = continuation
      }
    } onCancel: {
      Task { await self.giveUp(number) }
    }
  }

  private func giveUp(_ number: UInt64) {
    newsWaiters.removeValue(forKey: number)?.resume(throwing: CancellationError())
  }
}
