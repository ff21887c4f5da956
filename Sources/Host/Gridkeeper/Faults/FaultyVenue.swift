import Bundles
import Exchange
import Isolation
import Lab
import Market
import PluginAPI

/// The way from one life of the host to the exchange, on which everything can go wrong that can go
/// wrong on a network.
struct FaultyVenue: Venue {
  let exchange: SimulatedExchange
  let dice: FaultDice
  let power: Power
  let notary: Notary

  var identity: VenueIdentity {
    get async throws {
      await power.pass()
      return await exchange.identity
    }
  }

  var genesis: String {
    get async throws {
      await power.pass()
      return await exchange.genesis
    }
  }

  func read() async throws -> VenueState {
    await power.pass()
    if dice.draws(.venueUnreadable) { throw VenueFailure("the node does not answer") }
    let state = try await exchange.read()
    await power.pass()
    return state
  }

  func latestBlockhash() async throws(VenueFailure) -> Blockhash {
    await power.pass()
    if dice.draws(.nodeSilent) { throw VenueFailure("the node does not answer") }
    return try await exchange.latestBlockhash()
  }

  func sign(_ plan: BundlePlan, attempt: Int, with blockhash: Blockhash)
    async throws(VenueFailure) -> SignedBundle
  {
    await power.pass()
    let signed = try await exchange.sign(plan, attempt: attempt, with: blockhash)
    notary.saw(signed)
    return signed
  }

  func send(_ bundle: SignedBundle) async -> SendAnswer {
    await power.pass()
    if dice.draws(.crashBeforeSend) { power.cut() }
    await power.pass()
    let answer = await handOver(bundle)
    if dice.draws(.crashAfterSend) { power.cut() }
    await power.pass()
    return answer
  }

  private func handOver(_ bundle: SignedBundle) async -> SendAnswer {
    if dice.draws(.engineBusy) { return .limited(retryAfter: dice.duration(100...3_000)) }
    if dice.draws(.sendLost) { return .accepted(engineID: "lost") }
    if dice.draws(.sendLate) {
      let delay = dice.duration(200...20_000)
      // On its way whatever becomes of the host.
      Task { [exchange] in
        try? await VirtualTime.pause(for: delay)
        _ = await exchange.send(bundle)
      }
      return .accepted(engineID: "late")
    }
    if bundle.transactions.count > 1, dice.draws(.leak) {
      await exchange.inject(.leak(transaction: 0))
    }
    if dice.draws(.sendTwice) { _ = await exchange.send(bundle) }
    let answer = await exchange.send(bundle)
    return dice.draws(.answerLost) ? .unreachable("no answer in time") : answer
  }

  func status(of signatures: [Signature]) async throws(VenueFailure) -> StatusReport {
    await power.pass()
    if dice.draws(.nodeSilent) { throw VenueFailure("the node does not answer") }
    var report = try await exchange.status(of: signatures)
    if dice.draws(.nodeStale) { report = report.aWhileAgo }
    await power.pass()
    return report
  }

  func effects(of bundle: SignedBundle, plan: BundlePlan)
    async throws(VenueFailure) -> BundleEffects
  {
    await power.pass()
    if dice.draws(.nodeSilent) { throw VenueFailure("the node does not answer") }
    let effects = try await exchange.effects(of: bundle, plan: plan)
    await power.pass()
    return effects
  }

  func quote(_ request: SwapRequest) async throws -> SwapQuote {
    await power.pass()
    return try await exchange.quote(request)
  }

  func reclaimable() async throws -> [ReclaimableAccount] {
    await power.pass()
    return try await exchange.reclaimable()
  }
}

extension StatusReport {
  /// What a node says that lags: it has not seen the newest blocks, nor what was in them.
  fileprivate var aWhileAgo: StatusReport {
    let lag: UInt64 = 40
    let then = slot > lag ? slot - lag : 0
    return StatusReport(
      statuses: statuses.map { status in status.flatMap { $0.slot <= then ? $0 : nil } },
      slot: then, finalizedBlockHeight: finalizedBlockHeight > lag ? finalizedBlockHeight - lag : 0)
  }
}

/// The exchange's news, for as long as there is power.
struct PoweredFeed: MarketFeed {
  let exchange: SimulatedExchange
  let power: Power

  func poll(after cursor: FeedCursor) async throws -> FeedBatch {
    await power.pass()
    return try await exchange.poll(after: cursor)
  }

  func waitForNews(after cursor: FeedCursor) async throws {
    await power.pass()
    try await exchange.waitForNews(after: cursor)
    await power.pass()
  }
}
