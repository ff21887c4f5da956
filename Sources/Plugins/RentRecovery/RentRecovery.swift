import PluginAPI

/// What the host loads.
@c(rent_recovery_plugin_v1) public func rentRecoveryPlugin() -> UnsafeMutableRawPointer {
  unsafe PluginManifest(name: "RentRecovery", version: "1.0.0", jobs: [RentRecovery.self])
    .exported()
}

/// Closes idle accounts that nothing uses and takes their rent back.
struct RentRecovery: Job {
  static let kind: JobKind = "rent-recovery"
  static let summary = "Closes idle accounts that the grid does not use and reclaims their rent."
  static let capabilities: Set<Capability> = [.trade, .closeAccounts]

  @Parameter("How long an account must be unused", in: .zero...(.seconds(31_536_000)))
  var idleFor: Duration = .seconds(3600)
  @Parameter("Accounts closed in one run", in: 1...100) var maxAccounts: Int = 8
  @Parameter("Tip of each bundle", in: 0...0.1) var tip: SOL = 0.0001

  func run(_ run: Run) async throws -> Outcome {
    let idle = try await run.accounts.reclaimable
    guard !idle.isEmpty else { return .nothingToDo("no account is reclaimable") }
    let swarm = try await run.swarm
    let choice = Choice(
      idleFor: idleFor, limit: maxAccounts, tip: tip, now: run.now,
      grid: try await run.board.value("grid.accounts", as: [AccountID].self)?.value)
    let closings = choice.closings(of: idle, in: swarm)
    guard !closings.isEmpty else {
      return .nothingToDo("none of \(idle.count) accounts is unused for \(idleFor.parameterText)")
    }
    return try await carryOut(closings, run)
  }

  private func carryOut(_ closings: [Closing], _ run: Run) async throws -> Outcome {
    var tally = Tally()
    for closing in closings {
      do {
        let receipt = try await run.bundles.submit(closing.bundle(tip: tip))
        try tally.add(closing, try await run.bundles.outcome(of: receipt))
      } catch let refusal as Refusal {
        tally.add(closing, refusal)
      }
    }
    for failure in tally.failures { run.log.warning("account not closed: \(failure)") }
    guard tally.closed > 0 else {
      let reason = tally.failures.joined(separator: "; ")
      if tally.isTemporary { return .nothingToDo(reason) }
      throw RecoveryFailure(description: reason)
    }
    let sol = SOL(tally.reclaimed)
    run.events.emit("RENT_RECLAIM", ["sol": sol.amountText, "accounts": "\(tally.closed)"])
    run.metrics.add("rent_reclaimed_lamports", Double(tally.reclaimed.count))
    return .done("\(tally.closed) of \(closings.count) accounts closed, \(sol) came back")
  }
}

/// No account could be closed.
struct RecoveryFailure: Error, CustomStringConvertible {
  let description: String
}

extension SOL {
  /// The amount without its unit.
  var amountText: String { String(description.dropLast(" SOL".count)) }
}
