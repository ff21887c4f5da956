package import Isolation
package import PluginAPI
import Telemetry

/// The only way to the chain: checks, stores, signs, sends and follows bundles.
///
/// The outbox decides, this actor carries out. Trades nothing until `reconcile` has succeeded once;
/// `run` must run beside it, or `tick` be called again and again.
package actor BundleService {
  nonisolated let parts: BundleServiceParts
  var limits: BundleLimits
  var trading = TradingState.unreconciled
  var isReconciled = false
  var newestState: VenueState?
  var genesis = ""
  var admissions: [BundleID: Task<Result<BundleReceipt, Refusal>, Never>] = [:]
  var claims = ClaimLedger()
  var tips = DayBudget()
  var fees = DayBudget()
  var rates = SubmissionRates()
  var breakers = CircuitBreakers()
  var reconciler = Reconciler()
  var outbox: Outbox
  var killing: KillOrder?
  var waiters: [BundleID: [Int: CheckedContinuation<BundleOutcome, Never>]] = [:]
  var waiterCount = 0
  var idleWaiters: [CheckedContinuation<Void, Never>] = []
  var quietWaiters: [CheckedContinuation<Void, Never>] = []
  var busy = 0
  var nextReconciliation = MonotonicInstant(nanoseconds: 0)

  package init(_ parts: BundleServiceParts, limits: BundleLimits = BundleLimits()) {
    self.parts = parts
    self.limits = limits
    outbox = Outbox(limits.dispatch)
    breakers.setRules(limits.breakers)
  }

  // MARK: Operators

  /// What may be submitted, and why.
  package var state: TradingState { trading }

  /// What stops trading by itself now.
  package func openBreakers() -> [OpenBreaker] { breakers.open(at: parts.time.wall) }

  /// Changes what may be submitted. Becoming active waits for `reconcile`, and ends a kill.
  ///
  /// - Returns: `false` when nothing changed because the venue was not reconciled yet.
  @discardableResult package func setState(_ mode: TradingMode, reason: String) -> Bool {
    guard mode == .halted || isReconciled else { return false }
    trading = TradingState(mode, reason: reason)
    if mode == .active { killing = nil }
    parts.onEvent("TRADING_STATE", ["state": mode.rawValue, "reason": reason])
    parts.metrics.set(.init("trading_active"), mode == .active ? 1 : 0)
    return true
  }

  /// New limits, in force from the next bundle. What stands and what is on its way stays. Their
  /// generation counts only when something else changed, too: nobody decided by other limits then.
  package func setLimits(_ limits: BundleLimits) {
    var same = self.limits
    same.generation = limits.generation
    guard same != limits else { return }
    self.limits = limits
    outbox.settings = limits.dispatch
    breakers.setRules(limits.breakers)
  }

  /// Hears of a fill with own orders on both sides. Where that is not allowed it is an incident:
  /// trading halts.
  package func noteOwnTrade(_ trade: Trade) async {
    guard trade.isSynthetic else { return }
    let identity = try? await parts.venue.identity
    guard identity?.allowsSyntheticVolume != true else { return }
    setState(.halted, reason: "own orders met in trade \(trade.id)")
    parts.metrics.add(.init("bundle_incidents_total"))
    parts.onEvent("INCIDENT", ["kind": "self_trade", "trade": "\(trade.id)"])
  }

  // MARK: Following

  /// How a bundle ended, waiting for it when it has not; `nil` when none of that name was accepted.
  /// `unknown` when nobody knows yet, or the waiting task was cancelled.
  ///
  /// - Throws: Any error of the journal.
  package func outcome(of id: BundleID) async throws -> BundleOutcome? {
    if let flight = outbox.flights[id] { return await outcome(of: flight) }
    // A bundle that ends between the two reads is found ended by the second.
    for _ in 0..<2 {
      guard let stored = try await parts.journal.record(id) else { return nil }
      if let known = stored.outcome { return known }
    }
    return outbox.flights[id] == nil ? .unknown : await wait(for: id)
  }

  private func outcome(of flight: Flight) async -> BundleOutcome {
    if let known = flight.record.outcome, !flight.tellsAfterWrite { return known }
    return await wait(for: flight.record.id)
  }

  private func wait(for id: BundleID) async -> BundleOutcome {
    waiterCount += 1
    let number = waiterCount
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if Task.isCancelled { return continuation.resume(returning: .unknown) }
        waiters[id, default: [:]][number] = continuation
      }
    } onCancel: {
      Task { await self.giveUp(id, number) }
    }
  }

  private func giveUp(_ id: BundleID, _ number: Int) {
    waiters[id]?.removeValue(forKey: number)?.resume(returning: .unknown)
    if waiters[id]?.isEmpty == true { waiters[id] = nil }
  }

  /// Whether every accepted bundle has ended or is of unknown fate.
  package var isIdle: Bool { outbox.line.isIdle }

  /// Returns when every accepted bundle has ended or is of unknown fate.
  package func drain() async {
    guard !isIdle else { return }
    await withCheckedContinuation { idleWaiters.append($0) }
  }

  /// Returns when nothing is under way that does not wait for time to pass; for virtual time.
  package func quiet() async {
    guard busy > 0 else { return }
    await withCheckedContinuation { quietWaiters.append($0) }
  }

  /// Bundles on their way, oldest first.
  package func underWay() -> [BundleRecord] {
    outbox.flights.values.map(\.record).sorted { ($0.accepted, $0.id) < ($1.accepted, $1.id) }
  }

  // MARK: Time

  /// Follows bundles and compares with the chain until it is cancelled.
  ///
  /// - Throws: `CancellationError`.
  package func run(pause: Pause = SystemTime.pause) async throws {
    while true {
      await tick()
      try await pause(limits.dispatch.poll)
    }
  }

  /// Does what is due: asks for statuses, hands over again, looks at equity, compares.
  package func tick() async {
    handle(.tick)
    await watchEquity()
    await compareInTime()
    await goOnKilling()
    measure()
  }

  private func watchEquity() async {
    guard !limits.breakers.isEmpty, let reading = await parts.equity() else { return }
    tell(breakers.note(reading))
  }

  func tell(_ opened: [OpenBreaker]) {
    for breaker in opened {
      parts.metrics.add(.init("breaker_trips_total"))
      parts.onEvent(
        "BREAKER_OPEN",
        [
          "rule": breaker.rule.name, "reason": breaker.reason,
          "seconds": "\(Int(breaker.rule.lock.inSeconds))",
        ])
    }
  }

  private func measure() {
    parts.metrics.set(.init("bundles_unknown"), Double(outbox.line.unknownBundles.count))
    parts.metrics.set(.init("bundles_under_way"), Double(outbox.flights.count))
  }
}
