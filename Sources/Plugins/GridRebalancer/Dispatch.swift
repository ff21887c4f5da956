import PluginAPI

/// Sends the changes of a rebuild, a bundle per wallet, and follows them to their ends.
struct Dispatch {
  /// What became of a rebuild.
  struct Report {
    var kept = 0
    var cancelled = 0
    var placed = 0
    var dropped = 0
    var failed: [String] = []
    /// Set when every bundle was refused for the time being.
    var postponed: String?

    var summary: String {
      var text = "\(kept) kept, \(cancelled) cancelled, \(placed) placed"
      if dropped > 0 { text += ", \(dropped) dropped" }
      if !failed.isEmpty { text += "; " + failed.joined(separator: "; ") }
      return text
    }
  }

  let run: Run
  let tip: SOL
  let trigger: Trigger
  let generation: Int
  let pivot: PriceLots?

  /// Submits every change, then waits for the fates.
  ///
  /// - Throws: `Refusal` when nothing stands, every bundle was refused, and waiting does not help.
  func send(_ changes: [WalletChange]) async throws -> Report {
    var report = Report()
    var accepted: [(WalletChange, BundleReceipt)] = []
    var refusals: [Refusal] = []
    for change in changes {
      report.kept += change.kept
      guard !change.intents.isEmpty else { continue }
      do {
        accepted.append((change, try await run.bundles.submit(bundle(change))))
      } catch let refusal as Refusal {
        refusals.append(refusal)
        report.failed.append("\(change.wallet): \(refusal)")
        run.log.warning("grid bundle refused: \(refusal)", ["wallet": "\(change.wallet)"])
      }
    }
    if accepted.isEmpty, let first = refusals.first {
      let lasting = refusals.first { !$0.code.isTemporary }
      if let lasting, report.kept == 0 { throw lasting }
      if lasting == nil { report.postponed = first.description }
    }
    for (change, receipt) in accepted { try await follow(change, receipt, &report) }
    return report
  }

  private func bundle(_ change: WalletChange) -> Bundle {
    Bundle(
      "grid \(generation) \(trigger.rawValue) \(change.wallet)", tip: tip, priority: .rebuild,
      intents: change.intents)
  }

  private func follow(
    _ change: WalletChange, _ receipt: BundleReceipt, _ report: inout Report
  ) async throws {
    let outcome = try await run.bundles.outcome(of: receipt)
    guard case .landed(_, let results) = outcome else {
      report.failed.append("\(change.wallet): \(outcome.phrase)")
      run.log.warning("grid bundle did not land: \(outcome.phrase)", ["bundle": "\(receipt.id)"])
      return
    }
    let dropped = results.count { if case .dropped = $0 { true } else { false } }
    let placed = change.placed.count - dropped
    report.cancelled += change.cancelled
    report.placed += placed
    report.dropped += dropped
    tell(change, placed: placed)
  }

  private func tell(_ change: WalletChange, placed: Int) {
    run.events.emit(
      "GRID_REBUILD",
      [
        "pivot": pivot.map { "\($0)" } ?? "", "trigger": trigger.rawValue,
        "wallet": "\(change.wallet)", "generation": "\(generation)", "kept": "\(change.kept)",
        "cancelled": "\(change.cancelled)", "placed": "\(placed)",
      ])
  }
}

extension BundleOutcome {
  /// A few words for summaries.
  var phrase: String {
    switch self {
    case .landed(let slot, _): "landed in slot \(slot)"
    case .reverted(let reason): "reverted: \(reason)"
    case .partial(let slot, _): "landed in part in slot \(slot)"
    case .expired: "expired"
    case .unknown: "fate unknown"
    @unknown default: "unknown end"
    }
  }
}
