import PluginAPI

/// What the host loads.
@c(rent_recovery_plugin_v1) public func rentRecoveryPlugin() -> UnsafeMutableRawPointer {
  unsafe PluginManifest(name: "RentRecovery", version: "2.0.0", jobs: [RentRecovery.self])
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
  @Parameter("Whether empty token accounts and order lists are closed, too")
  var otherAccounts: Bool = true
  @Parameter("Tip of each bundle", in: 0...0.1) var tip: SOL = 0.0001

  func run(_ run: Run) async throws -> Outcome {
    let plan: RecoveryPlan
    if run.attempt > 1, let earlier = try await RecoveryPlan.load(run),
      earlier.planned == run.plannedAt
    {
      plan = earlier
    } else {
      switch try await choose(run) {
      case .success(let closings): plan = RecoveryPlan(planned: run.plannedAt, closings: closings)
      case .failure(let reason): return .nothingToDo(reason.description)
      }
      try await plan.store(run)
    }
    return try await Recovery(run: run, plan: plan).perform()
  }

  private func choose(_ run: Run) async throws -> Result<[Closing], NothingIdle> {
    let reclaimable = try await run.accounts.reclaimable
    let swarm = try await run.swarm
    let choice = Choice(
      settings: self, now: run.now, swarm: swarm, reclaimable: reclaimable,
      grid: try await run.board.value("grid.accounts", as: [AccountID].self)?.value,
      pendingEvents: try? await run.market.pendingEvents)
    let closings = choice.closings()
    guard closings.isEmpty else { return .success(closings) }
    guard choice.seen > 0 else {
      return .failure(NothingIdle(description: "no account is reclaimable"))
    }
    return .failure(
      NothingIdle(
        description: "none of \(choice.seen) accounts is unused for \(idleFor.parameterText)"))
  }
}

/// Why no account is closed.
struct NothingIdle: Error, CustomStringConvertible {
  let description: String
}

/// What a slot submits, stored before: a further attempt of the slot submits the very same bundles
/// in the same order, and gets the receipts of those that were accepted.
struct RecoveryPlan: Sendable, Hashable, Codable {
  private static let key = "plan"

  /// The slot's time.
  var planned: Timestamp
  var closings: [Closing]

  static func load(_ run: Run) async throws -> RecoveryPlan? { try await run.state.value(key) }

  func store(_ run: Run) async throws { try await run.state.set(Self.key, to: self) }
}
