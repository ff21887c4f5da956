import PluginAPI

/// One rebuild: plans, submits a bundle per wallet, and tells what happened.
struct Rebuild {
  let settings: GridRebalancer
  let run: Run
  let trigger: Trigger
  let last: GridState?

  func perform(market: MarketSnapshot, swarm: Swarm, price: PriceLots) async throws -> Outcome {
    let created = try await AccountSetup(tip: settings.tip, reserve: settings.reserve, run: run)
      .complete(swarm)
    let swarm = created > 0 ? try await run.swarm : swarm
    let wallets = swarm.quoting
    guard !wallets.isEmpty else {
      return created > 0
        ? .done("created \(created) open-orders accounts; quotes follow")
        : .nothingToDo("no wallet has its two open-orders accounts, nor the SOL to create them")
    }
    let turn = settings.turn(run.now)
    let plan = try GridPlan(
      settings, market: market, price: price, wallets: wallets, turn: turn,
      control: try await control())
    return try await carryOut(plan, wallets, market: market, price: price)
  }

  private func carryOut(
    _ plan: GridPlan, _ wallets: [Wallet], market: MarketSnapshot, price: PriceLots
  ) async throws -> Outcome {
    let generation = (last?.generation ?? 0) + 1
    let rule = rule(price)
    let changes = zip(wallets, plan.wallets).map { rule.change($0, to: $1) }
    let dispatch = Dispatch(
      run: run, tip: settings.tip, trigger: trigger, generation: generation, pivot: market.pivot)
    let report = try await dispatch.send(changes)
    if let reason = report.postponed { return .nothingToDo(reason) }
    let state = try await remember(plan, wallets, price: price, generation: generation)
    try await Announcement(state, market: market, wallets: wallets).publish(run)
    run.metrics.add("grid_rebuilds")
    run.metrics.set("grid_orders_planned", Double(plan.orders))
    return .done("\(trigger.rawValue): generation \(generation), \(report.summary)")
  }

  private func rule(_ price: PriceLots) -> ChangeRule {
    let rose = last.map { price > $0.reference } ?? false
    return ChangeRule(
      tolerance: settings.tolerance, livesUntil: run.now + settings.expiry / 2,
      expires: run.now + settings.expiry, isFull: trigger.isFull, first: rose ? .ask : .bid,
      consumes: trigger == .missing)
  }

  /// What target-control published lately, else the job's own multiplier and full depth.
  private func control() async throws -> BuyControl {
    if let (control, published) = try await run.board.value(
      "target-control", as: BuyControl.self), run.now - published <= .seconds(600)
    {
      return control
    }
    return BuyControl(multiplier: settings.bidMultiplier, depth: .whole)
  }

  private func remember(
    _ plan: GridPlan, _ wallets: [Wallet], price: PriceLots, generation: Int
  ) async throws -> GridState {
    let state = GridState(
      reference: price, lower: plan.lower, upper: plan.upper, rebuilt: run.now,
      refreshed: trigger.isFull ? run.now : last?.refreshed ?? run.now, generation: generation,
      expected: plan.orders, wallets: wallets.map(\.id), turn: settings.turn(run.now))
    try await run.state.set(GridState.key, to: state)
    return state
  }
}
