import PluginAPI

/// What became of bundles.
struct Report: Sendable, Hashable {
  var kept = 0
  var cancelled = 0
  var placed = 0
  var dropped = 0
  /// What went wrong, by wallet.
  var failed: [String] = []
  /// Bundles that nobody knows the fate of.
  var unknown: [PendingBundle] = []
  /// All bundles that were asked after.
  var followed: Set<BundleID> = []
  var landed = Landing()

  var summary: String {
    var text = "\(kept) kept, \(cancelled) cancelled, \(placed) placed"
    if dropped > 0 { text += ", \(dropped) dropped" }
    let troubles = failed + unknown.map { "\($0.wallet): fate unknown" }
    return ([text] + troubles).joined(separator: "; ")
  }
}

/// Sends the changes of a rebuild, a bundle per wallet, and follows them to their ends.
struct Dispatch {
  /// What was sent.
  struct Sent {
    var accepted: [PendingBundle] = []
    var refused: [(wallet: WalletID, refusal: Refusal)] = []
  }

  let run: Run

  /// Submits a bundle for each change that changes anything.
  func submit(
    _ changes: [WalletChange], tip: SOL, _ trigger: Trigger, _ generation: Int, pivot: PriceLots?
  )
    async throws -> Sent
  {
    var sent = Sent()
    for change in changes where !change.intents.isEmpty {
      let label = "grid \(generation) \(trigger.rawValue) \(change.wallet)"
      let isCancel = change.places.isEmpty
      let bundle = Bundle(
        label, tip: tip, priority: isCancel ? .cancel : .rebuild, intents: change.intents)
      do {
        let receipt = try await run.bundles.submit(bundle)
        sent.accepted.append(
          PendingBundle(
            wallet: change.wallet, bundle: receipt.id, trigger: trigger, generation: generation,
            pivot: pivot, kept: change.kept, cancelled: change.cancelled, places: change.places))
      } catch let refusal as Refusal {
        sent.refused.append((change.wallet, refusal))
        log(refusal, change.wallet)
      }
    }
    return sent
  }

  /// What passes by itself is told by the run's outcome; it need not be logged every second.
  private func log(_ refusal: Refusal, _ wallet: WalletID) {
    let fields = ["wallet": "\(wallet)"]
    if refusal.code.isTemporary {
      run.log.debug("grid bundle refused: \(refusal)", fields)
    } else {
      run.log.warning("grid bundle refused: \(refusal)", fields)
    }
  }

  /// Waits for the fates of `pending`.
  func follow(_ pending: [PendingBundle]) async throws -> Report {
    var report = Report()
    for bundle in pending {
      report.followed.insert(bundle.bundle)
      try await follow(bundle, &report)
    }
    return report
  }

  /// Asks after bundles that an earlier run did not see the end of.
  func resume(_ state: GridState) async throws -> GridState {
    var state = state
    let before = state
    state.take(try await follow(state.pending))
    if state != before { try await run.state.set(GridState.key, to: state) }
    return state
  }

  private func follow(_ bundle: PendingBundle, _ report: inout Report) async throws {
    do {
      take(try await run.bundles.outcome(of: BundleReceipt(id: bundle.bundle)), bundle, &report)
    } catch let error as ServiceError {
      report.failed.append("\(bundle.wallet): \(error)")
      run.log.warning("grid bundle lost sight of: \(error)", ["bundle": "\(bundle.bundle)"])
    }
  }

  private func take(_ outcome: BundleOutcome, _ bundle: PendingBundle, _ report: inout Report) {
    switch outcome {
    case .landed(let slot, let results): landed(slot, results, bundle, &report)
    case .partial(let slot, let results):
      landed(slot, results, bundle, &report)
      fail(bundle, "landed in part in slot \(slot)", &report)
    case .reverted(let reason): fail(bundle, "reverted: \(reason)", &report)
    case .expired: fail(bundle, "expired", &report)
    case .unknown: report.unknown.append(bundle)
    @unknown default: fail(bundle, "unknown end", &report)
    }
  }

  private func fail(_ bundle: PendingBundle, _ phrase: String, _ report: inout Report) {
    report.failed.append("\(bundle.wallet): \(phrase)")
    run.log.warning("grid bundle did not land: \(phrase)", ["bundle": "\(bundle.bundle)"])
  }

  private func landed(
    _ slot: UInt64, _ results: [IntentResult?], _ bundle: PendingBundle, _ report: inout Report
  ) {
    let (mine, others) = (bundle.places, results.indices.filter { !bundle.places.contains($0) })
    let fates = mine.map { results.indices.contains($0) ? results[$0] : nil }
    let dropped = fates.count { if case .dropped = $0 { true } else { false } }
    let placed = fates.count { $0 != nil } - dropped
    let cancelled = others.contains { results[$0] == nil } ? 0 : bundle.cancelled
    report.landed.take(slot, at: run.now)
    report.dropped += dropped
    report.placed += placed
    report.cancelled += cancelled
    tell(bundle, cancelled: cancelled, placed: placed)
  }

  private func tell(_ bundle: PendingBundle, cancelled: Int, placed: Int) {
    run.events.emit(
      "GRID_REBUILD",
      [
        "pivot": bundle.pivot.map { "\($0)" } ?? "", "trigger": bundle.trigger.rawValue,
        "wallet": "\(bundle.wallet)", "generation": "\(bundle.generation)",
        "kept": "\(bundle.kept)", "cancelled": "\(cancelled)", "placed": "\(placed)",
      ])
  }
}
