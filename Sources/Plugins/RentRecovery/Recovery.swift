import PluginAPI

/// Carries closings out: all are submitted before the first is waited for, so that little time passes
/// between reading and closing.
struct Recovery {
  let run: Run
  let plan: RecoveryPlan

  func perform() async throws -> Outcome {
    var tally = Tally()
    var submitted: [(closing: Closing, receipt: BundleReceipt, isWhole: Bool)] = []
    for closing in plan.closings {
      do {
        let (receipt, isWhole) = try await submit(closing)
        submitted.append((closing, receipt, isWhole))
      } catch let refusal as Refusal { tally.add(closing, refusal) }
    }
    for (closing, receipt, isWhole) in submitted {
      let outcome = try await run.bundles.outcome(of: receipt)
      try isWhole ? tally.add(closing, outcome) : tally.addFirstSteps(closing, outcome)
    }
    return try report(tally)
  }

  /// Submits everything at once, or the first steps when that does not fit.
  private func submit(_ closing: Closing) async throws -> (BundleReceipt, isWhole: Bool) {
    if !closing.steps.canFinish, let first = closing.firstSteps {
      return (try await run.bundles.submit(first), false)
    }
    do { return (try await run.bundles.submit(closing.whole), true) } catch let refusal as Refusal {
      let isTooMuch = refusal.code == .transactionTooBig || refusal.code == .bundleTooLong
      guard isTooMuch, let first = closing.firstSteps else { throw refusal }
      return (try await run.bundles.submit(first), false)
    }
  }

  private func report(_ tally: Tally) throws -> Outcome {
    for failure in tally.failures { run.log.warning("account not closed: \(failure)") }
    guard tally.closed > 0 else {
      if tally.emptied > 0 {
        return .done("\(tally.emptied) accounts emptied, to be closed in a later run")
      }
      let reason = tally.failures.joined(separator: "; ")
      if tally.isTemporary { return .nothingToDo(reason) }
      throw RecoveryFailure(description: reason)
    }
    let sol = SOL(tally.reclaimed)
    run.events.emit(
      "RENT_RECLAIM",
      ["sol": String(sol.description.dropLast(" SOL".count)), "accounts": "\(tally.closed)"])
    run.metrics.add("rent_reclaimed_lamports", Double(tally.reclaimed.count))
    let all = plan.closings.reduce(0) { $0 + $1.accounts.count }
    return .done("\(tally.closed) of \(all) accounts closed, \(sol) came back")
  }
}

/// No account could be closed.
struct RecoveryFailure: Error, CustomStringConvertible {
  let description: String
}
