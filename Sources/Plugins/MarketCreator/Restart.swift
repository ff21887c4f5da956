import PluginAPI

/// Carries a confirmed restart out, and ends one that an earlier run began.
struct Restart {
  /// Accounts whose orders one bundle cancels, or whose proceeds it settles.
  private static let accountsAtOnce = 4

  let settings: MarketCreator
  let run: Run

  // MARK: What an earlier run began

  /// - Returns: How this run ends because of it; `nil` when nothing is under way.
  func finishEarlier() async throws -> Outcome? {
    guard var begun = try await BegunRestart.load(run) else { return nil }
    if run.attempt > 1, begun.planned == run.plannedAt { return try await perform(&begun) }
    let market = try await run.swarm.market
    if !market.isEmpty, market != begun.plan.replaces {
      return try await finish(begun, market: market)
    }
    guard let receipt = begun.receipt else { return try await giveUp(begun) }
    switch try await run.bundles.outcome(of: receipt) {
    case .unknown:
      return .nothingToDo("the fate of an earlier restart is not known yet")
    case .landed(_, let results): return try await finish(begun, market: results.createdMarket)
    default:
      try await BegunRestart.forget(run)
      return nil
    }
  }

  /// A run was lost before it knew whether the market was asked for. Until every bundle of it is
  /// surely dead nothing is begun anew.
  private func giveUp(_ begun: BegunRestart) async throws -> Outcome? {
    guard run.now - begun.planned > Preview.life else {
      return .nothingToDo(
        "a restart was begun less than 5 minutes ago and may still happen; trigger again later")
    }
    try await BegunRestart.forget(run)
    return nil
  }

  // MARK: A new one

  /// Cancels every order, then settles, then creates; each step is checked before the next.
  func begin(_ plan: RestartPlan) async throws -> Outcome {
    let cancelled = try await cancelAll()
    let settling = try await run.swarm.wallets.flatMap(settle)
    var begun = BegunRestart(
      planned: run.plannedAt, plan: plan, cancelled: cancelled, settling: settling,
      creation: Bundle(
        "create market \(plan.market.name)", tip: settings.tip,
        intents: [.createMarket(wallet: plan.wallet, plan.market)]))
    try await begun.store(run)
    return try await perform(&begun)
  }

  private func cancelAll() async throws -> Int {
    let accounts = try await run.swarm.wallets.flatMap(\.accounts).filter { !$0.orders.isEmpty }
    for start in stride(from: 0, to: accounts.count, by: Self.accountsAtOnce) {
      let part = accounts[start..<min(start + Self.accountsAtOnce, accounts.count)]
      let bundle = Bundle(
        "cancel for a new market", tip: settings.tip, priority: .cancel,
        intents: part.map { .cancelAll(account: $0.id) })
      let outcome = try await run.bundles.outcome(of: try await run.bundles.submit(bundle))
      guard outcome.hasLanded else {
        throw RestartFailure(description: "orders could not be cancelled: \(outcome)")
      }
    }
    return accounts.reduce(0) { $0 + $1.orders.count }
  }

  /// Bundles that settle a wallet's accounts. Fills that wait are processed first.
  private func settle(_ wallet: Wallet) -> [Bundle] {
    let accounts = wallet.accounts.filter { !$0.isEmpty }
    return stride(from: 0, to: accounts.count, by: Self.accountsAtOnce).map { start in
      let part = accounts[start..<min(start + Self.accountsAtOnce, accounts.count)]
      let consumes = part.contains { $0.pendingSlots > 0 } ? [Intent.consumeEvents] : []
      return Bundle(
        "settle for a new market", tip: settings.tip,
        intents: consumes + part.map { .settle(account: $0.id) })
    }
  }

  private func perform(_ begun: inout BegunRestart) async throws -> Outcome {
    let receipt: BundleReceipt
    do {
      for bundle in begun.settling {
        let outcome = try await run.bundles.outcome(of: try await run.bundles.submit(bundle))
        guard outcome.hasLanded else {
          throw RestartFailure(description: "proceeds could not be settled: \(outcome)")
        }
      }
      try await checkEmpty(begun)
      receipt = try await run.bundles.submit(begun.creation)
    } catch let failure where failure is Refusal || failure is RestartFailure {
      try await BegunRestart.forget(run)
      guard let refusal = failure as? Refusal, refusal.code.isTemporary else { throw failure }
      return .nothingToDo("\(refusal); the code is void, a new preview is needed")
    }
    begun.receipt = receipt
    try await begun.store(run)
    let outcome = try await run.bundles.outcome(of: receipt)
    guard case .landed(_, let results) = outcome else {
      if outcome != .unknown { try await BegunRestart.forget(run) }
      throw RestartFailure(description: "the market was not created: \(outcome)")
    }
    return try await finish(begun, market: results.createdMarket)
  }

  /// Nothing of one's own may stay behind on a market that nobody will look at.
  private func checkEmpty(_ begun: BegunRestart) async throws {
    let swarm = try await run.swarm
    guard swarm.market.isEmpty || swarm.market == begun.plan.replaces else { return }
    let left = swarm.wallets.flatMap(\.accounts).filter {
      !$0.isEmpty && ($0.market.isEmpty || $0.market == begun.plan.replaces)
    }
    guard left.isEmpty else {
      let names = left.map(\.id.description).joined(separator: ", ")
      throw RestartFailure(
        description: "orders or proceeds are left on \(names): pause the jobs that quote, then "
          + "begin anew; the code is void")
    }
  }

  private func finish(_ begun: BegunRestart, market: String?) async throws -> Outcome {
    try await BegunRestart.forget(run)
    let name = market ?? begun.plan.market.name
    run.events.emit(
      "MARKET_CREATED",
      [
        "market": name, "name": begun.plan.market.name, "replaces": begun.plan.replaces,
        "wallet": begun.plan.wallet.description,
        "rent": String(begun.plan.rent.description.dropLast(" SOL".count)),
        "cancelled": "\(begun.cancelled)",
      ])
    run.metrics.add("markets_created")
    return .done("market \(name) was created; \(begun.cancelled) orders of the old one cancelled")
  }
}

/// A confirmed restart, stored before its bundles are submitted: a further attempt of the slot
/// submits the very same ones in the same order, so that no second market can be created.
struct BegunRestart: Sendable, Hashable, Codable {
  private static let key = "restart"

  /// The slot's time.
  var planned: Timestamp
  var plan: RestartPlan
  /// Orders that were cancelled.
  var cancelled: Int
  var settling: [Bundle]
  var creation: Bundle
  /// Known once the service has accepted the creation.
  var receipt: BundleReceipt?

  static func load(_ run: Run) async throws -> BegunRestart? { try await run.state.value(key) }

  static func forget(_ run: Run) async throws { try await run.state.remove(key) }

  func store(_ run: Run) async throws { try await run.state.set(Self.key, to: self) }
}

/// A restart that did not come to its end.
struct RestartFailure: Error, CustomStringConvertible {
  let description: String
}

extension OpenOrdersAccount {
  /// Whether nothing of its owner's is left in it.
  fileprivate var isEmpty: Bool {
    orders.isEmpty && pendingSlots == 0 && freeSOL == .zero && freeToken == .zero
  }
}

extension [IntentResult] {
  /// The name of the market that was created.
  fileprivate var createdMarket: String? {
    for case .createdMarket(let name) in self { return name }
    return nil
  }
}
