import Isolation
package import PluginAPI
import Telemetry

extension BundleService {
  /// Takes over a stored bundle and sends it as soon as its accounts are free.
  func begin(_ record: BundleRecord) {
    live[record.id] = record
    emit("BUNDLE_ACCEPTED", record)
    line.add(record)
    sendWhatCanGo()
  }

  private func sendWhatCanGo() {
    while let id = line.next() {
      // A task of its own: an accepted bundle is followed to its end, whoever is cancelled.
      Task { await self.send(id) }
    }
    guard line.isIdle else { return }
    let waiting = idleWaiters
    idleWaiters = []
    for waiter in waiting { waiter.resume() }
  }

  private func send(_ id: BundleID) async {
    guard var record = live[id] else { return }
    let isCancel = record.bundle.intents.allSatisfy(\.isCancel)
    record.state = .sent
    record.sent = parts.time.wall
    if !(await isWritten(record)), !isCancel {
      return await stop(record, Refusal(.storeUnavailable, "the journal could not be written"))
    }
    if !isCancel, let refusal = await lastMomentRefusal(record) {
      return await stop(record, refusal)
    }
    live[id] = record
    emit("BUNDLE_SENT", record)
    await finish(record, await parts.venue.execute(record.bundle))
  }

  /// The kill switch, once more, when everything else is done.
  private func lastMomentRefusal(_ record: BundleRecord) async -> Refusal? {
    let flag = await parts.killSwitch.read()
    switch flag {
    case .set: return Refusal(.tradingHalted, "the kill switch was set before the bundle was sent")
    case .unreadable(let why):
      return Refusal(.killFlagUnreadable, "the kill switch cannot be read: \(why)")
    case .clear: break
    }
    switch state.mode {
    case .active: return nil
    case .reducing where record.bundle.intents.allSatisfy(\.isReducing): return nil
    case .reducing: return Refusal(.reducingOnly, "before the bundle was sent: \(state.reason)")
    case .halted: return Refusal(.tradingHalted, "before the bundle was sent: \(state.reason)")
    }
  }

  /// Ends a bundle that was accepted but never handed over.
  private func stop(_ record: BundleRecord, _ refusal: Refusal) async {
    var record = record
    record.sent = nil
    record.refusal = refusal
    parts.metrics.add(.init("bundle_refusals_total", ["code": refusal.code.rawValue]))
    await finish(record, .expired)
  }

  /// Writes an outcome down, tells everybody who waits, and lets the next bundle go.
  func finish(_ asked: BundleRecord, _ outcome: BundleOutcome) async {
    var record = asked
    record.close(outcome, at: parts.time.wall)
    if !(await isWritten(record)), record.state.isFinal { unsaved[record.id] = record }
    settle(record)
    count(record)
    for waiter in (waiters.removeValue(forKey: record.id) ?? [:]).values {
      waiter.resume(returning: outcome)
    }
    sendWhatCanGo()
  }

  private func settle(_ record: BundleRecord) {
    switch record.state {
    case .landed: endClaim(record)
    case .unknown:
      live[record.id] = record
      line.suspend(record)
      return
    case .accepted, .sent, .reverted, .expired: release(record)
    }
    live[record.id] = nil
    line.end(record.id)
  }

  private func isWritten(_ record: BundleRecord) async -> Bool {
    do {
      try await parts.journal.update(record)
      return true
    } catch {
      parts.metrics.add(.init("bundle_journal_failures_total"))
      parts.onEvent("BUNDLE_JOURNAL_FAILED", ["id": record.id.description, "error": "\(error)"])
      return false
    }
  }

  private func count(_ record: BundleRecord) {
    let outcome = record.state.rawValue
    parts.metrics.add(.init("bundles_total", ["job": record.submitter.job, "outcome": outcome]))
    if let sent = record.sent, let ended = record.ended {
      parts.metrics.observe(.init("bundle_land_seconds"), (ended - sent).inSeconds)
    }
    emit("BUNDLE_" + outcome.uppercased(), record)
  }

  private func emit(_ name: String, _ record: BundleRecord) {
    var fields = [
      "id": record.id.description, "job": record.submitter.job, "run": record.submitter.run,
      "label": record.label, "intents": "\(record.bundle.intents.count)",
      "tip": record.bundle.tip.description, "synthetic": "\(record.isSynthetic)",
    ]
    if let slot = record.landedSlot { fields["slot"] = "\(slot)" }
    if let reason = record.reason ?? record.refusal?.description { fields["reason"] = reason }
    parts.onEvent(name, fields)
  }

  // MARK: Following

  /// How a bundle ended, waiting for it when it has not; `nil` when none of that name was accepted.
  /// `unknown` when nobody knows yet, or the waiting task was cancelled.
  ///
  /// - Throws: Any error of the journal.
  package func outcome(of id: BundleID) async throws -> BundleOutcome? {
    if let record = live[id] ?? unsaved[id] {
      if let known = record.outcome { return known }
      return await wait(for: id)
    }
    // A bundle that ends between the two reads is found ended by the second.
    for _ in 0..<2 {
      guard let stored = try await parts.journal.record(id) else { return nil }
      if let known = stored.outcome { return known }
    }
    return live[id] == nil ? .unknown : await wait(for: id)
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

  /// Asks the venue once more about every bundle of unknown fate, and writes down what could not
  /// be written before. Call it again and again while the host runs.
  package func resolve() async {
    for (id, record) in unsaved where await isWritten(record) { unsaved[id] = nil }
    for id in line.unknownBundles {
      guard let record = live[id] else { continue }
      let outcome = await parts.venue.outcome(of: id)
      if outcome != .unknown, live[id]?.state == .unknown { await finish(record, outcome) }
    }
  }

  /// Closes a record of an earlier host as the venue knows its end.
  func resume(_ record: BundleRecord) async {
    live[record.id] = record
    line.suspend(record)
    await finish(record, await parts.venue.outcome(of: record.id))
  }

  /// Whether every accepted bundle has ended or is of unknown fate.
  package var isIdle: Bool { line.isIdle }

  /// Returns when every accepted bundle has ended or is of unknown fate.
  package func drain() async {
    guard !line.isIdle else { return }
    await withCheckedContinuation { idleWaiters.append($0) }
  }
}
