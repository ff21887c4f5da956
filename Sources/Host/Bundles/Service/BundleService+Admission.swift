import Isolation
package import PluginAPI
import Telemetry

// The way of a bundle from a job to the outbox.
extension BundleService {
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
    defer { observe("admit", since: began) }
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
    if outbox.flights[receipt.id] != nil { return receipt }
    do throws(Refusal) {
      try await take(asked, submitter)
    } catch {
      // What was accepted before is accepted, whatever the gates say of it now.
      guard await isStored(receipt.id) else { throw error }
    }
    return receipt
  }

  /// The journal, not a look into it, tells whether the bundle is new: most are.
  private func take(_ asked: Bundle, _ submitter: Submitter) async throws(Refusal) {
    let ticket = claims.beginRead()
    defer { claims.endRead(ticket) }
    let reading = try await read(for: asked)
    let bundle = withTip(asked, reading.state)
    let context = context(bundle, submitter, reading, claims.inFlight(for: ticket))
    if let refusal = Gate.refusal(context) { throw refusal }
    let record = try record(context)
    set(aside: record, context.walk)
    if !bundle.isCancelOnly { rates.add(submitter.job, at: parts.time.wall) }
    let begun = outbox.begin(record, at: moment) ? try await signedAtOnce(record) : record
    do throws(Refusal) {
      guard try await isNew(begun, mustStore: !bundle.isCancelOnly) else {
        return handle(.abandoned(record.id))
      }
    } catch {
      handle(.abandoned(record.id))
      throw error
    }
    handle(.admitted(begun))
  }

  /// The bundle with its bytes; as it was when it cannot be signed now.
  private func signedAtOnce(_ record: BundleRecord) async throws(Refusal) -> BundleRecord {
    let signed = (try? await sign(record, attempt: 1)) ?? record
    guard !record.isCancel, let refusal = refusalByState(record) else { return signed }
    release(record)
    handle(.abandoned(record.id))
    throw refusal
  }

  /// The tip by policy. Cancels never fail on it: what they cannot spend is left out.
  private func withTip(_ bundle: Bundle, _ state: VenueState) -> Bundle {
    var bundle = bundle
    bundle.tip = limits.tipping.tip(
      asked: bundle.tip, cap: limits.maxTip, statistics: state.tips)
    guard bundle.isCancelOnly else { return bundle }
    bundle.tip = max(0, min(bundle.tip, limits.maxTip, tipsLeft))
    return bundle
  }

  var tipsLeft: SOL {
    SOL(max(0, limits.dayTipBudget.count - tips.total(at: parts.time.wall).count))
  }

  private func isStored(_ id: BundleID) async -> Bool {
    (try? await parts.journal.record(id)) != nil
  }

  /// Cancels make do with what was read last when the venue cannot be read.
  private func read(for bundle: Bundle) async throws(Refusal) -> GateReading {
    let identity = try? await parts.venue.identity
    let pivot = await parts.pivot()
    let oracle = await parts.oracle()
    let state: VenueState
    do {
      state = try await readVenue()
    } catch {
      guard bundle.isCancelOnly, let newestState else {
        throw Refusal(.staleBook, "the venue cannot be read: \(error)")
      }
      state = newestState
    }
    let kill = await parts.killSwitch.read()
    return GateReading(
      state: state, identity: identity, killFlag: kill, pivot: pivot, oracle: oracle)
  }

  /// Reads the venue and lets the outbox hear how far the chain is.
  func readVenue() async throws -> VenueState {
    let state = try await parts.venue.read()
    if state.slot >= newestState?.slot ?? 0 { newestState = state }
    outbox.hear(height: state.blockHeight, slot: state.slot, nextLeader: state.nextLeaderSlot)
    return state
  }

  private func context(
    _ bundle: Bundle, _ submitter: Submitter, _ reading: GateReading, _ inFlight: InFlight
  ) -> GateContext {
    let now = parts.time.wall
    var context = GateContext(
      bundle: bundle, submitter: submitter, reading: reading, now: now, inFlight: inFlight)
    context.limits = limits
    context.trading = trading
    context.unsettled = outbox.line.unsettled
    context.tipsSpent = tips.total(at: now)
    context.feesSpent = fees.total(at: now)
    context.breakers = breakers.open(at: now)
    context.submissions = rates.count(submitter.job, at: now)
    context.unfinished = outbox.flights.values.count {
      $0.record.submitter.job == submitter.job && $0.isUnfinished
    }
    return context
  }

  private func record(_ context: GateContext) throws(Refusal) -> BundleRecord {
    let bundle = context.bundle
    let plan = try context.plan.get()
    var record = BundleRecord(
      submitter: context.submitter, label: bundle.label,
      bundle: AcceptedBundle(
        id: plan.id, intents: bundle.intents, tip: bundle.tip.lamports,
        priority: bundle.priority, payer: context.state.payer(of: bundle.intents) ?? ""),
      plan: plan, isSynthetic: context.isSynthetic, accepted: context.now,
      deadline: outbox.height + limits.dispatch.deadline)
    record.genesis = genesis
    return record
  }

  /// Money, prices and room that nobody else may use until the bundle has ended.
  func set(aside record: BundleRecord, _ walk: BundleWalk) {
    claims.open(record.id, Claim(draws: walk.draws, quotes: walk.quotes, orders: walk.placed))
    tips.add(record.bundle.tip, at: record.accepted)
    fees.add(record.fee, at: record.accepted)
  }

  /// Gives back what was set aside; the tip and the fee, too, unless they were paid.
  func release(_ record: BundleRecord) {
    claims.end(record.id)
    if !record.state.paysTip { tips.add(Lamports(-record.bundle.tip.count), at: record.accepted) }
    if !record.state.paysFee { fees.add(Lamports(-record.fee.count), at: record.accepted) }
  }

  /// Whether the record is new and stored; a second one of the same identity is given up.
  private func isNew(_ record: BundleRecord, mustStore: Bool) async throws(Refusal) -> Bool {
    let began = parts.time.monotonic
    defer { observe("store", since: began) }
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

  private func noteRefusal(_ refusal: Refusal, _ bundle: Bundle, _ submitter: Submitter) {
    parts.metrics.add(.init("denials_total", ["code": refusal.code.rawValue]))
    parts.metrics.add(
      .init("bundle_total", ["result": "refused", "reason": refusal.code.rawValue]))
    parts.onEvent(
      "BUNDLE_REFUSED",
      [
        "id": submitter.bundleID.description, "job": submitter.job, "run": submitter.run,
        "label": bundle.label, "code": refusal.code.rawValue, "message": refusal.message,
        "intent": refusal.intent.map { "\($0)" } ?? "",
      ])
  }

  func observe(_ stage: String, since start: MonotonicInstant) {
    let seconds = (parts.time.monotonic - start).inSeconds
    parts.metrics.observe(.init("bundle_stage_seconds", ["stage": stage]), seconds)
  }
}

extension BundleState {
  /// Whether a tip was or may have been paid.
  fileprivate var paysTip: Bool {
    switch self {
    case .landed, .finalized, .partial: true
    default: false
    }
  }

  /// Whether a fee was or may have been paid.
  fileprivate var paysFee: Bool { paysTip || self == .reverted }
}
