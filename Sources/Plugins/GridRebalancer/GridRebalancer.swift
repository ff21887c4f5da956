import PluginAPI

/// What the host loads.
@c(grid_rebalancer_plugin_v1) public func gridRebalancerPlugin() -> UnsafeMutableRawPointer {
  unsafe PluginManifest(name: "GridRebalancer", version: "1.0.0", jobs: [GridRebalancer.self])
    .exported()
}

/// Quotes a two-sided grid over the swarm and rebuilds it when the market asks for it.
struct GridRebalancer: Job {
  static let kind: JobKind = "grid-rebalancer"
  static let summary = "Quotes a two-sided grid over several wallets and keeps it near the market."
  static let capabilities: Set<Capability> = [.trade, .createAccounts]

  @Parameter("Width of the BUY zone below its anchor", in: 0.1...90) var buyWidth: Percent = 15
  @Parameter("Width of the SELL zone above its anchor", in: 0.1...300) var sellWidth: Percent = 30
  @Parameter("Levels per side, over all wallets", in: 1...500) var levels: Int = 16
  @Parameter("Value of all BUY orders, over all wallets", in: 0...1_000_000)
  var depthBid: SOL = 10
  @Parameter("Value of all SELL orders at their anchor, over all wallets", in: 0...1_000_000)
  var depthAsk: SOL = 10
  @Parameter("Exponent of the distance: 1 spaces evenly, more crowds the anchor", in: 0.25...4)
  var gamma: Double = 1.0
  @Parameter(
    "Growth of BUY sizes from level to level, unless target-control publishes one", in: 0.5...2)
  var bidMultiplier: Double = 1.05
  @Parameter("Growth of SELL sizes from level to level", in: 0.5...2)
  var askMultiplier: Double = 1.02
  @Parameter("Move of the price since the last rebuild that calls for the next", in: 0.01...50)
  var deviation: Percent = 1
  @Parameter("Distance to the channel's outermost levels that calls for a rebuild", in: 0...50)
  var proximity: Percent = 3
  @Parameter("Difference in price or size within which a standing order is kept", in: 0...10)
  var tolerance: Percent = 0.2
  @Parameter("Longest time between two full rebuilds", in: .seconds(10)...(.seconds(604_800)))
  var entropy: Duration = .seconds(3600)
  @Parameter("Shortest time between two rebuilds", in: .zero...(.seconds(3600)))
  var minimumGap: Duration = .seconds(5)
  @Parameter(
    "Life of an order; renewed when a third is left", in: .seconds(15)...(.seconds(65_000)))
  var expiry: Duration = .seconds(600)
  @Parameter("Outside order that the nearest level is moved in front of", in: 0...1_000_000)
  var largeOrder: SOL = 5
  @Parameter("Ticks that a level is moved in front of a large order; 0 turns it off", in: 0...2)
  var improveTicks: Int = 1
  @Parameter("Whether wallets keep their segments or take turns") var rotation: Rotation = .fixed
  @Parameter("Length of a turn when wallets take turns", in: .seconds(1)...(.seconds(86_400)))
  var tick: Duration = .seconds(60)
  @Parameter("Orders that one wallet may hold", in: 2...48) var ordersPerWallet: Int = 32
  @Parameter("Largest order as a share of its wallet's funds on that side", in: 1...100)
  var orderShare: Percent = 25
  @Parameter("Tip of each bundle", in: 0...0.1) var tip: SOL = 0.0001
  @Parameter("SOL that each wallet keeps for fees, tips and rent", in: 0...1000)
  var reserve: SOL = 0.1

  func validate() -> [ParameterProblem] {
    var problems: [ParameterProblem] = []
    func check(_ holds: Bool, _ parameter: String, _ message: String) {
      if !holds { problems.append(ParameterProblem(parameter: parameter, message: message)) }
    }
    check(tolerance < deviation, "tolerance", "expected less than deviation (\(deviation))")
    let narrow = min(buyWidth, sellWidth)
    check(proximity < narrow, "proximity", "expected less than the narrower zone (\(narrow))")
    check(minimumGap < expiry / 3, "minimum_gap", "expected less than a third of expiry")
    check(minimumGap < entropy, "minimum_gap", "expected less than entropy")
    check(
      rotation == .fixed || tick > minimumGap, "tick", "expected more than minimum_gap")
    return problems
  }

  func run(_ run: Run) async throws -> Outcome {
    let market = try await run.market
    guard let price = market.reference else {
      return .nothingToDo("no price: nothing stands on the book and nothing was traded")
    }
    let swarm = try await run.swarm
    let state: GridState? = try await run.state.value(GridState.key)
    let moment = GridMoment(
      now: run.now, cause: run.cause, price: price, standing: Standing(swarm), turn: turn(run.now))
    switch TriggerRule(self).decide(moment, after: state) {
    case .rest(let why):
      if let state {
        try await Announcement(state, market: market, wallets: swarm.quoting).publishIfMissing(run)
      }
      return .nothingToDo(why)
    case .postpone(let why): return try await postpone(state, why, run)
    case .rebuild(let trigger):
      return try await Rebuild(settings: self, run: run, trigger: trigger, last: state)
        .perform(market: market, swarm: swarm, price: price)
    }
  }

  /// The number of the turn at `now`; always 0 when wallets keep their segments.
  func turn(_ now: Timestamp) -> Int64 {
    rotation == .fixed ? 0 : now.nanoseconds / max(1, tick.wholeNanoseconds)
  }

  private func postpone(_ state: GridState?, _ why: String, _ run: Run) async throws -> Outcome {
    if var state, !state.isOwed {
      state.isOwed = true
      try await run.state.set(GridState.key, to: state)
    }
    return .nothingToDo(why)
  }
}

/// Whether wallets keep their segments of the grid.
enum Rotation: String, ParameterValue, CaseIterable {
  /// A segment stays with its wallet: no fees for moving it, and queue positions last.
  case fixed
  /// Segments move on by one wallet each tick.
  case tick
}

extension Duration {
  /// Whole nanoseconds, saturating.
  var wholeNanoseconds: Int64 {
    let whole = Int128(components.seconds) * 1_000_000_000
    return Int64(clamping: whole + Int128(components.attoseconds / 1_000_000_000))
  }
}
