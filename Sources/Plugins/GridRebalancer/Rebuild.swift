import PluginAPI

/// Plans the grid, compares it with what stands, submits a bundle per wallet, and tells what
/// happened.
struct Rebuild {
  let settings: GridRebalancer
  let run: Run
  let trigger: Trigger
  let last: GridState?

  func perform(_ input: GridInput) async throws -> Outcome {
    var input = input
    let created = try await AccountSetup(tip: settings.tip, reserve: settings.reserve, run: run)
      .complete(input.swarm, slot: input.market.slot)
    if created > 0 { input.swarm = settings.quoting(try await run.swarm) }
    let wallets = input.swarm.complete
    guard !wallets.isEmpty else {
      return created > 0
        ? .done("created \(created) open-orders accounts; quotes follow")
        : .nothingToDo("no wallet has its two open-orders accounts, nor the SOL to create them")
    }
    return try await carryOut(try plan(input, wallets), wallets, input)
  }

  private func plan(_ input: GridInput, _ wallets: [Wallet]) throws -> GridPlan {
    let anchors = Anchors(input.market, price: input.price)
    let conditions = PlanConditions(
      anchors: anchors, zones: Zones(settings, anchors, last: last, now: run.now),
      turn: settings.turn(run.now), control: input.control)
    return try GridPlan(settings, input.market, wallets, conditions)
  }

  private func carryOut(_ plan: GridPlan, _ wallets: [Wallet], _ input: GridInput) async throws
    -> Outcome
  {
    let rule = rule(input)
    let busy = last?.busy ?? []
    var state = next(plan, input)
    var changes: [WalletChange] = []
    for (index, wallet) in wallets.enumerated() where !busy.contains(wallet.id) {
      let change = rule.change(wallet, to: plan.wallets[index])
      state.expected[index] = change.expected
      changes.append(change)
    }
    let dispatch = Dispatch(run: run)
    var sent = try await dispatch.submit(
      changes, tip: settings.tip, trigger, state.generation, pivot: input.market.pivot)
    sent.accepted += try await withdraw(sent.refused, rule, plan, wallets, state, input)
    let kept = changes.reduce(0) { $0 + $1.kept }
    if let reason = try postponement(sent, kept: kept) { return .nothingToDo(reason) }
    state.pending += sent.accepted
    try await run.state.set(GridState.key, to: state)
    var report = try await dispatch.follow(sent.accepted)
    for bundle in report.unknown {
      run.log.warning("the fate of a grid bundle is unknown", ["bundle": "\(bundle.bundle)"])
    }
    report.kept = kept
    report.failed += sent.refused.map { "\($0.wallet): \($0.refusal)" }
    state.take(report)
    try await run.state.set(GridState.key, to: state)
    return try await conclude(state, report, plan, wallets, input.market)
  }

  /// Why nothing at all was sent, when that is for the time being.
  ///
  /// - Throws: `Refusal` when nothing stands, every bundle was refused, and waiting does not help.
  private func postponement(_ sent: Dispatch.Sent, kept: Int) throws -> String? {
    guard sent.accepted.isEmpty, let first = sent.refused.first?.refusal else { return nil }
    guard let lasting = sent.refused.map(\.refusal).first(where: { !$0.code.isTemporary }) else {
      return first.description
    }
    if kept == 0 { throw lasting }
    return nil
  }

  /// While new orders are refused because of the state of trading, the orders that lie where none
  /// should are cancelled all the same: nobody shall trade against prices of the past.
  private func withdraw(
    _ refused: [(wallet: WalletID, refusal: Refusal)], _ rule: ChangeRule, _ plan: GridPlan,
    _ wallets: [Wallet], _ state: GridState, _ input: GridInput
  ) async throws -> [PendingBundle] {
    let ids = Set(refused.lazy.filter { $0.refusal.code.letsCancelOnly }.map(\.wallet))
    let changes = zip(wallets, plan.wallets).filter { ids.contains($0.0.id) }
      .map { rule.withdrawal($0, from: $1) }
    return try await Dispatch(run: run).submit(
      changes, tip: settings.tip, trigger, state.generation, pivot: input.market.pivot
    ).accepted
  }

  private func rule(_ input: GridInput) -> ChangeRule {
    let rose = last.map { input.price > $0.reference } ?? false
    return ChangeRule(
      tolerance: settings.tolerance, sizeTolerance: settings.sizeTolerance,
      livesUntil: run.now + settings.renewal + settings.minimumGap,
      expires: run.now + settings.expiry, isFull: trigger.isFull, first: rose ? .ask : .bid,
      pendingEvents: input.market.pendingEvents)
  }

  private func next(_ plan: GridPlan, _ input: GridInput) -> GridState {
    GridState(
      reference: input.price, zones: plan.zones, rebuilt: run.now,
      refreshed: trigger.isFull || trigger == .first ? run.now : last?.refreshed ?? run.now,
      generation: (last?.generation ?? 0) + 1, expected: plan.wallets,
      turn: settings.turn(run.now), settings: settings.fingerprint,
      control: input.control, pending: last?.pending ?? [],
      landed: last?.landed ?? Landing(), failures: last?.failures ?? 0)
  }

  private func conclude(
    _ state: GridState, _ report: Report, _ plan: GridPlan, _ wallets: [Wallet],
    _ market: MarketSnapshot
  ) async throws -> Outcome {
    try await Announcement(state, market, wallets).publish(run)
    run.metrics.add("grid_rebuilds")
    run.metrics.set("grid_orders_planned", Double(plan.orders))
    run.metrics.set("grid_gamma", settings.gamma(at: market.volatility))
    let notes = plan.shortages.map { "; \($0)" }.joined()
    if !notes.isEmpty { run.log.info("fewer orders than the table asks for\(notes)") }
    return .done("\(trigger.rawValue): generation \(state.generation), \(report.summary)\(notes)")
  }
}

extension RefusalCode {
  /// Whether it refuses new orders because of the state of trading, so that only cancels pass.
  var letsCancelOnly: Bool {
    switch self {
    case .reducingOnly, .circuitOpen, .drawdown, .killFlagUnreadable, .staleOracle,
      .oracleConfidence, .oracleDeviation:
      true
    default: false
    }
  }
}
