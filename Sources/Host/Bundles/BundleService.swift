package import Isolation
package import PluginAPI
package import Telemetry

/// What the bundle service works with.
package struct BundleServiceParts: Sendable {
  package var venue: any Venue
  package var journal: any BundleJournal
  package var killSwitch: any KillSwitch
  package var time: any TimeSource
  package var metrics: Metrics
  /// The volume-weighted average price; `nil` while there is none.
  package var pivot: @Sendable () async -> PriceLots?
  /// Takes events such as `BUNDLE_LANDED`.
  package var onEvent: @Sendable (String, [String: String]) -> Void

  package init(
    venue: any Venue, journal: any BundleJournal, killSwitch: any KillSwitch,
    time: any TimeSource, metrics: Metrics,
    pivot: @escaping @Sendable () async -> PriceLots? = { nil },
    onEvent: @escaping @Sendable (String, [String: String]) -> Void = { _, _ in }
  ) {
    self.venue = venue
    self.journal = journal
    self.killSwitch = killSwitch
    self.time = time
    self.metrics = metrics
    self.pivot = pivot
    self.onEvent = onEvent
  }
}

/// The only way to the chain: checks, stores, sends and follows bundles.
///
/// Trades nothing until `reconcile` has succeeded once.
package actor BundleService {
  nonisolated let parts: BundleServiceParts
  private var limits: BundleLimits
  private var trading = TradingState.unreconciled
  private var isReconciled = false
  private var newestState: VenueState?
  private var admissions: [BundleID: Task<Result<BundleReceipt, Refusal>, Never>] = [:]
  private var claims = ClaimLedger()
  private var tips = TipBudget()
  private var rates = SubmissionRates()
  var line = DispatchLine()
  var live: [BundleID: BundleRecord] = [:]
  var unsaved: [BundleID: BundleRecord] = [:]
  var waiters: [BundleID: [Int: CheckedContinuation<BundleOutcome, Never>]] = [:]
  var waiterCount = 0
  var idleWaiters: [CheckedContinuation<Void, Never>] = []

  package init(_ parts: BundleServiceParts, limits: BundleLimits = BundleLimits()) {
    self.parts = parts
    self.limits = limits
  }

  // MARK: Operators

  /// What may be submitted, and why.
  package var state: TradingState { trading }

  /// Changes what may be submitted. Becoming active waits for `reconcile`.
  ///
  /// - Returns: `false` when nothing changed because the venue was not reconciled yet.
  @discardableResult package func setState(_ mode: TradingMode, reason: String) -> Bool {
    guard mode == .halted || isReconciled else { return false }
    trading = TradingState(mode, reason: reason)
    parts.onEvent("TRADING_STATE", ["state": mode.rawValue, "reason": reason])
    parts.metrics.set(.init("trading_active"), mode == .active ? 1 : 0)
    return true
  }

  /// New limits, in force from the next bundle.
  package func setLimits(_ limits: BundleLimits) { self.limits = limits }

  // MARK: Submission

  /// Checks and stores a bundle. When it returns a receipt, the bundle is durable and will be
  /// followed to its end. The same slot and effect, submitted again, get the first receipt.
  package func submit(_ bundle: Bundle, from submitter: Submitter) async
    -> Result<BundleReceipt, Refusal>
  {
    let id = submitter.bundleID
    if let running = admissions[id] { return await running.value }
    // A task of its own: once the record may be stored, the submitter's cancellation must not
    // leave it half admitted.
    let admission = Task { await self.admit(bundle, submitter) }
    admissions[id] = admission
    let result = await admission.value
    admissions[id] = nil
    return result
  }

  private func admit(_ bundle: Bundle, _ submitter: Submitter) async
    -> Result<BundleReceipt, Refusal>
  {
    let began = parts.time.monotonic
    defer { parts.metrics.observe(.init("bundle_submit_seconds"), seconds(since: began)) }
    do throws(Refusal) {
      return .success(try await admitted(bundle, submitter))
    } catch {
      noteRefusal(error, bundle, submitter)
      return .failure(error)
    }
  }

  private func admitted(_ asked: Bundle, _ submitter: Submitter) async throws(Refusal)
    -> BundleReceipt
  {
    let receipt = BundleReceipt(id: submitter.bundleID)
    let bundle = asked.isCancelOnly ? withAffordableTip(asked) : asked
    if try await isKnown(receipt.id, mustRead: !bundle.isCancelOnly) { return receipt }
    let ticket = claims.beginRead()
    defer { claims.endRead(ticket) }
    let reading = try await read(for: bundle)
    let context = context(bundle, submitter, reading, claims.inFlight(for: ticket))
    if let refusal = Gate.refusal(context) { throw refusal }
    let record = record(context)
    claims.open(record.id, claim(context.walk))
    let time = parts.time.wall
    tips.add(record.bundle.tip, at: time)
    if !bundle.isCancelOnly { rates.add(submitter.job, at: time) }
    guard try await isStored(record, mustStore: !bundle.isCancelOnly) else { return receipt }
    begin(record)
    return receipt
  }

  /// Cancels never fail on the tip: what they cannot spend is left out.
  private func withAffordableTip(_ bundle: Bundle) -> Bundle {
    var bundle = bundle
    let spent = tips.total(at: parts.time.wall)
    let rest = SOL(max(0, limits.dayTipBudget.count - spent.count))
    bundle.tip = max(0, min(bundle.tip, limits.maxTip, rest))
    return bundle
  }

  private func isKnown(_ id: BundleID, mustRead: Bool) async throws(Refusal) -> Bool {
    if live[id] != nil || unsaved[id] != nil { return true }
    do {
      return try await parts.journal.record(id) != nil
    } catch {
      guard mustRead else { return false }
      throw Refusal(.storeUnavailable, "the journal cannot be read: \(error)")
    }
  }

  /// Cancels make do with what was read last when the venue cannot be read.
  private func read(for bundle: Bundle) async throws(Refusal) -> GateReading {
    let identity = try? await parts.venue.identity
    let pivot = await parts.pivot()
    let state: VenueState
    do {
      state = try await parts.venue.read()
      newestState = state
    } catch {
      guard bundle.isCancelOnly, let newestState else {
        throw Refusal(.staleBook, "the venue cannot be read: \(error)")
      }
      state = newestState
    }
    let kill = await parts.killSwitch.read()
    return GateReading(state: state, identity: identity, killFlag: kill, pivot: pivot)
  }

  private func context(
    _ bundle: Bundle, _ submitter: Submitter, _ reading: GateReading, _ inFlight: InFlight
  ) -> GateContext {
    let now = parts.time.wall
    var context = GateContext(
      bundle: bundle, submitter: submitter, reading: reading, now: now, inFlight: inFlight)
    context.limits = limits
    context.trading = trading
    context.unsettled = line.unsettled
    context.tipsSpent = tips.total(at: now)
    context.submissions = rates.count(submitter.job, at: now)
    context.unfinished = live.values.count { $0.submitter.job == submitter.job }
    return context
  }

  private func record(_ context: GateContext) -> BundleRecord {
    let bundle = context.bundle
    return BundleRecord(
      submitter: context.submitter, label: bundle.label,
      bundle: AcceptedBundle(
        id: context.submitter.bundleID, intents: bundle.intents, tip: bundle.tip.lamports,
        priority: bundle.priority, payer: context.state.payer(of: bundle.intents) ?? ""),
      isSynthetic: context.isSynthetic, accepted: context.now)
  }

  private func claim(_ walk: BundleWalk) -> Claim {
    Claim(draws: walk.draws, quotes: walk.quotes, orders: walk.placed)
  }

  /// Whether the record is new and stored; a second one of the same identity is given up.
  private func isStored(_ record: BundleRecord, mustStore: Bool) async throws(Refusal) -> Bool {
    do {
      guard try await parts.journal.accept(record) != nil else { return true }
      release(record)
      return false
    } catch {
      guard mustStore else {
        parts.metrics.add(.init("bundle_journal_failures_total"))
        return true
      }
      release(record)
      throw Refusal(.storeUnavailable, "the bundle could not be stored: \(error)")
    }
  }

  /// Gives back what was set aside for a bundle that did not happen.
  func release(_ record: BundleRecord) {
    claims.end(record.id)
    tips.add(Lamports(-record.bundle.tip.count), at: record.accepted)
  }

  /// Gives back what was set aside for a bundle that happened.
  func endClaim(_ record: BundleRecord) { claims.end(record.id) }

  private func noteRefusal(_ refusal: Refusal, _ bundle: Bundle, _ submitter: Submitter) {
    parts.metrics.add(.init("bundle_refusals_total", ["code": refusal.code.rawValue]))
    parts.metrics.add(.init("bundles_total", ["job": submitter.job, "outcome": "refused"]))
    parts.onEvent(
      "BUNDLE_REFUSED",
      [
        "id": submitter.bundleID.description, "job": submitter.job, "run": submitter.run,
        "label": bundle.label, "code": refusal.code.rawValue, "message": refusal.message,
        "intent": refusal.intent.map { "\($0)" } ?? "",
      ])
  }

  func seconds(since start: MonotonicInstant) -> Double {
    (parts.time.monotonic - start).inSeconds
  }

  // MARK: Start

  /// Reads the venue, closes what an earlier host left unfinished, and opens trading unless it was
  /// halted since the start.
  /// Nothing is sent again: a bundle that never arrived counts as expired.
  ///
  /// - Throws: Any error of venue or journal; trading then stays halted.
  package func reconcile() async throws {
    _ = try await parts.venue.identity
    _ = try await parts.venue.read()
    let now = parts.time.wall
    tips.add(try await parts.journal.tips(since: now + .seconds(-86_400)), at: now)
    for record in try await parts.journal.unfinished() where live[record.id] == nil {
      await resume(record)
    }
    guard !isReconciled else { return }
    isReconciled = true
    // Whoever halted trading in the meantime meant it.
    if trading == .unreconciled { setState(.active, reason: "reconciled") }
  }
}
