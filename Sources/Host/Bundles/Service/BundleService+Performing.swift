import Isolation
import PluginAPI
import Telemetry

// Carrying out what the outbox decides.
extension BundleService {
  var moment: OutboxMoment {
    OutboxMoment(wall: parts.time.wall, monotonic: parts.time.monotonic)
  }

  func handle(_ event: OutboxEvent) {
    for action in outbox.take(event, at: moment) { perform(action) }
    guard outbox.line.isIdle, !idleWaiters.isEmpty else { return }
    let waiting = idleWaiters
    idleWaiters = []
    for waiter in waiting { waiter.resume() }
  }

  private func perform(_ action: OutboxAction) {
    switch action {
    case .tell(let id, let outcome):
      for waiter in (waiters.removeValue(forKey: id) ?? [:]).values {
        waiter.resume(returning: outcome)
      }
    case .release(let record): release(record)
    case .note(let note, let record): tell(note, record)
    case .prepare, .write, .send, .ask, .verify, .reread: begin(action)
    }
  }

  private func begin(_ action: OutboxAction) {
    busy += 1
    // A task of its own: an accepted bundle is followed to its end, whoever is cancelled.
    Task {
      await self.carryOut(action)
      self.end()
    }
  }

  private func end() {
    busy -= 1
    guard busy == 0 else { return }
    let waiting = quietWaiters
    quietWaiters = []
    for waiter in waiting { waiter.resume() }
  }

  private func carryOut(_ action: OutboxAction) async {
    switch action {
    case .prepare(let record, let attempt): await prepare(record, attempt)
    case .write(let record): await write(record)
    case .send(let bundle): await send(bundle)
    case .ask(let questions): await ask(questions)
    case .verify(let record): await verify(record)
    case .reread(let id, let slot): await reread(id, slot)
    case .tell, .release, .note: break
    }
  }

  // MARK: Signing

  private func prepare(_ record: BundleRecord, _ attempt: Int) async {
    if !record.isCancel, let refusal = await lastMomentRefusal(record) {
      parts.metrics.add(.init("denials_total", ["code": refusal.code.rawValue]))
      return handle(.stopped(record.id, refusal))
    }
    do throws(VenueFailure) {
      handle(.signed(try await sign(attempt > 1 ? raised(record) : record, attempt: attempt)))
    } catch {
      handle(.notSigned(record.id, error.description))
    }
  }

  func sign(_ record: BundleRecord, attempt: Int) async throws(VenueFailure) -> BundleRecord {
    let began = parts.time.monotonic
    let blockhash = try await freshBlockhash()
    var signed = record
    signed.signed = try await parts.venue.sign(record.plan, attempt: attempt, with: blockhash)
    signed.state = .signed
    observe("sign", since: began)
    return signed
  }

  /// The kill switch and the state of trading, once more, when everything else is done.
  private func lastMomentRefusal(_ record: BundleRecord) async -> Refusal? {
    switch await parts.killSwitch.read() {
    case .set: return Refusal(.tradingHalted, "the kill switch was set before the bundle was sent")
    case .unreadable(let why):
      return Refusal(.killFlagUnreadable, "the kill switch cannot be read: \(why)")
    case .clear: break
    }
    return refusalByState(record)
  }

  func refusalByState(_ record: BundleRecord) -> Refusal? {
    switch trading.mode {
    case .active: nil
    case .reducing where record.bundle.intents.allSatisfy(\.isReducing): nil
    case .reducing: Refusal(.reducingOnly, "before the bundle was sent: \(trading.reason)")
    case .halted: Refusal(.tradingHalted, "before the bundle was sent: \(trading.reason)")
    }
  }

  /// A blockhash must be younger than half its life, or the node lags behind.
  private func freshBlockhash() async throws(VenueFailure) -> Blockhash {
    let blockhash = try await parts.venue.latestBlockhash()
    guard blockhash.lastValidBlockHeight > outbox.height else {
      throw VenueFailure(
        "the node's newest blockhash ends at height \(blockhash.lastValidBlockHeight), the chain "
          + "is at \(outbox.height)")
    }
    return blockhash
  }

  /// A bundle that did not land with its tip tips more the next time, within the limits.
  private func raised(_ record: BundleRecord) -> BundleRecord {
    let tip = record.bundle.tip
    guard tip > .zero else { return record }
    let cap = min(limits.maxTip, SOL(tip.count + tipsLeft.count))
    let more = limits.tipping.raised(tip, cap: cap)
    tips.add(Lamports(more.count - tip.count), at: record.accepted)
    return record.tipping(more)
  }

  // MARK: Store and venue

  private func write(_ record: BundleRecord) async {
    let began = parts.time.monotonic
    do {
      try await store(record)
      observe("store", since: began)
      handle(.written(record.id))
    } catch {
      parts.metrics.add(.init("bundle_journal_failures_total"))
      parts.onEvent("BUNDLE_JOURNAL_FAILED", ["id": record.id.description, "error": "\(error)"])
      handle(.notWritten(record.id))
    }
  }

  /// A cancel may be on its way although its first record could not be stored.
  private func store(_ record: BundleRecord) async throws {
    guard record.isCancel, try await parts.journal.record(record.id) == nil else {
      return try await parts.journal.update(record)
    }
    _ = try await parts.journal.accept(record)
  }

  private func send(_ bundle: SignedBundle) async {
    let began = parts.time.monotonic
    let answer = await parts.venue.send(bundle)
    observe("send", since: began)
    parts.metrics.add(.init("bundle_sends_total", ["answer": answer.name]))
    handle(.answered(bundle.id, answer))
  }

  func ask(_ questions: [StatusQuestion]) async {
    do throws(VenueFailure) {
      let report = try await parts.venue.status(of: questions.flatMap(\.signatures))
      handle(.reported(questions, report))
    } catch {
      parts.metrics.add(.init("bundle_status_failures_total"))
      handle(.notReported(questions))
    }
  }

  private func verify(_ record: BundleRecord) async {
    guard let signed = record.signed else { return handle(.notVerified(record.id)) }
    do throws(VenueFailure) {
      let effects = try await parts.venue.effects(of: signed, plan: record.plan)
      var seen = record
      seen.results = effects.results
      reconciler.learn(seen)
      await parts.onLanded(seen, effects)
      handle(.verified(record.id, effects))
    } catch {
      handle(.notVerified(record.id))
    }
  }

  private func reread(_ id: BundleID, _ slot: UInt64) async {
    guard let state = try? await readVenue(), state.slot >= slot else { return }
    handle(.reread(id))
    compare(state)
  }

  // MARK: Telling

  private func tell(_ note: OutboxNote, _ record: BundleRecord) {
    count(note, record)
    var fields = [
      "id": record.id.description, "job": record.submitter.job, "run": record.submitter.run,
      "label": record.label, "intents": "\(record.bundle.intents.count)",
      "tip": record.bundle.tip.description, "synthetic": "\(record.isSynthetic)",
    ]
    if let slot = record.landedSlot { fields["slot"] = "\(slot)" }
    if let signature = record.signed?.transactions.first?.signature {
      fields["signature"] = signature.description
    }
    if let reason = record.refusal?.description ?? record.reason { fields["reason"] = reason }
    parts.onEvent(note.rawValue, fields)
  }

  private func count(_ note: OutboxNote, _ record: BundleRecord) {
    switch note {
    case .landed:
      result("landed", record)
      span("landed", from: record.accepted, to: record.landed)
      parts.metrics.set(.init("tip_lamports"), Double(record.bundle.tip.count))
      parts.metrics.add(.init("tip_spend_lamports_total"), Double(record.bundle.tip.count))
    case .finalized: span("finalized", from: record.accepted, to: record.ended)
    case .reverted: mishap("reverted", .revert, record)
    case .expired: mishap("expired", .failure, record)
    case .partial: mishap("partial", .failure, record)
    case .refused: result("stopped", record)
    case .rolledBack: result("rolled_back", record)
    case .unknown: result("unknown", record)
    case .cancelStuck: parts.metrics.add(.init("cancels_stuck_total"))
    case .rejected: parts.metrics.add(.init("bundle_rejections_total"))
    case .accepted, .resumed, .signed, .sent: break
    }
  }

  private func mishap(_ name: String, _ kind: CircuitBreakers.Mishap, _ record: BundleRecord) {
    result(name, record)
    tell(breakers.note(kind, at: parts.time.wall))
  }

  private func result(_ name: String, _ record: BundleRecord) {
    let reason = record.refusal?.code.rawValue ?? ""
    parts.metrics.add(.init("bundle_total", ["result": name, "reason": reason]))
    parts.metrics.add(.init("bundles_total", ["job": record.submitter.job, "outcome": name]))
  }

  private func span(_ stage: String, from start: Timestamp, to end: Timestamp?) {
    guard let end else { return }
    parts.metrics.observe(
      .init("bundle_stage_seconds", ["stage": stage]), (end - start).inSeconds)
  }
}

extension SendAnswer {
  fileprivate var name: String {
    switch self {
    case .accepted: "accepted"
    case .rejected(let reason, _): "rejected_\(reason.rawValue)"
    case .limited: "limited"
    case .unreachable: "unreachable"
    }
  }
}

extension BundleRecord {
  /// The same bundle with another tip.
  func tipping(_ tip: Lamports) -> BundleRecord {
    var record = self
    record.bundle.tip = tip
    if let last = record.plan.transactions.indices.last, record.plan.transactions[last].tip != nil {
      record.plan.transactions[last].tip = tip
    }
    return record
  }
}
