import PluginAPI

/// What the host loads.
@c(grid_rebalancer_plugin_v1) public func gridRebalancerPlugin() -> UnsafeMutableRawPointer {
  unsafe PluginManifest(name: "GridRebalancer", version: "2.0.0", jobs: [GridRebalancer.self])
    .exported()
}

/// Quotes a two-sided grid over the swarm and rebuilds it when the market asks for it.
struct GridRebalancer: Job {
  static let kind: JobKind = "grid-rebalancer"
  static let summary = "Quotes a two-sided grid over several wallets and keeps it near the market."
  static let capabilities: Set<Capability> = [.trade, .createAccounts]

  // MARK: Zones and levels

  @Parameter("Width of the BUY zone below its anchor", in: 0.1...90) var buyWidth: Percent = 15
  @Parameter("Width of the SELL zone above its anchor", in: 0.1...300) var sellWidth: Percent = 30
  @Parameter(
    "Inertia of the zones' edges: after so long they have gone half of their way; 0 follows at once",
    in: .zero...(.seconds(2_592_000)))
  var inertia: Duration = .seconds(3600)
  @Parameter("Levels per side, over all wallets", in: 1...500) var levels: Int = 16
  @Parameter("Whether gamma is fixed or follows the market's volatility")
  var gammaMode: GammaMode = .fixed
  @Parameter(
    "Exponent of the distance: 1 spaces evenly, more crowds the anchor", in: 0.25...4)
  var gamma: Double = 1.0
  @Parameter("Smallest gamma that volatility may lead to", in: 0.25...4)
  var gammaMinimum: Double = 0.5
  @Parameter("Largest gamma that volatility may lead to", in: 0.25...4)
  var gammaMaximum: Double = 2.0
  @Parameter(
    "Volatility of a day at which gamma has its value; twice as much halves it", in: 0.1...100)
  var usualVolatility: Percent = 5

  // MARK: Depth

  @Parameter("Value of all BUY orders, over all wallets", in: 0...1_000_000)
  var depthBid: SOL = 10
  @Parameter("Value of all SELL orders at their anchor, over all wallets", in: 0...1_000_000)
  var depthAsk: SOL = 10
  @Parameter(
    "Growth of BUY sizes from level to level, unless target-control publishes one", in: 0.5...2)
  var bidMultiplier: Double = 1.05
  @Parameter("Growth of SELL sizes from level to level", in: 0.5...2)
  var askMultiplier: Double = 1.02
  @Parameter("Age beyond which what target-control published is ignored", in: .seconds(1)...day)
  var controlAge: Duration = .seconds(600)
  @Parameter("Smallest order that is worth its place", in: 0...1000)
  var minimumOrder: SOL = 0.001
  @Parameter("Largest order as a share of its wallet's funds on that side", in: 1...100)
  var orderShare: Percent = 25
  @Parameter("SOL that each wallet keeps for fees, tips and rent", in: 0...1000)
  var reserve: SOL = 0.1

  // MARK: Triggers

  @Parameter("Move of the price since the last rebuild that calls for the next", in: 0.01...50)
  var deviation: Percent = 1
  @Parameter("Distance to the channel's outermost levels that calls for a rebuild", in: 0...50)
  var proximity: Percent = 3
  @Parameter("Longest time between two full rebuilds", in: .seconds(10)...(.seconds(604_800)))
  var entropy: Duration = .seconds(3600)
  @Parameter("Shortest time between two rebuilds", in: .zero...(.seconds(3600)))
  var minimumGap: Duration = .seconds(5)
  @Parameter("Part of a level that must be filled before it is placed anew", in: 1...100)
  var refill: Percent = 50

  // MARK: Orders

  @Parameter("Difference in price within which a standing order is kept", in: 0...10)
  var tolerance: Percent = 0.2
  @Parameter("Difference in size within which a standing order is kept", in: 0...50)
  var sizeTolerance: Percent = 5
  @Parameter(
    "Life of an order, after which the book drops it by itself",
    in: .seconds(15)...(.seconds(65_000)))
  var expiry: Duration = .seconds(600)
  @Parameter("Rest of its life at which an order is renewed", in: .seconds(5)...(.seconds(32_000)))
  var renewal: Duration = .seconds(120)
  @Parameter("Outside order that the nearest level is moved in front of", in: 0...1_000_000)
  var largeOrder: SOL = 5
  @Parameter("Ticks that a level is moved in front of a large order; 0 turns it off", in: 0...2)
  var improveTicks: Int = 1

  // MARK: Swarm

  @Parameter("Wallets that quote, the first of the swarm; 0 for all", in: 0...1000)
  var wallets: Int = 0
  @Parameter("Orders that one wallet may hold, half of them on each side", in: 2...48)
  var ordersPerWallet: Int = 32
  @Parameter("Whether wallets keep their segments or take turns") var rotation: Rotation = .fixed
  @Parameter("Length of a turn when wallets take turns", in: .seconds(1)...day)
  var tick: Duration = .seconds(60)
  @Parameter("Tip of each bundle", in: 0...0.1) var tip: SOL = 0.0001

  func run(_ run: Run) async throws -> Outcome {
    let outcome = try await act(run)
    if case .nothingToDo = outcome, [.signal, .manual].contains(run.cause) { try await owe(run) }
    return outcome
  }

  private func act(_ run: Run) async throws -> Outcome {
    var state: GridState? = try await run.state.value(GridState.key)
    if let unfinished = state, !unfinished.pending.isEmpty {
      state = try await Dispatch(run: run).resume(unfinished)
    }
    let market = try await run.market
    guard state?.landed.isSeen(at: market.slot, run.now) ?? true else {
      return .nothingToDo("the market was read before the last bundle landed")
    }
    guard let price = market.reference else {
      return .nothingToDo("no price: nothing stands on the book and nothing was traded")
    }
    let input = GridInput(
      market: market, swarm: quoting(try await run.swarm), price: price,
      control: try await .current(self, run))
    return try await decide(input, state, run)
  }

  /// The wallets that quote, the first ones or all, with their accounts on the market that is traded.
  func quoting(_ swarm: Swarm) -> Swarm {
    var swarm = swarm
    if wallets > 0 { swarm.wallets = Array(swarm.wallets.prefix(wallets)) }
    let market = swarm.market
    guard !market.isEmpty else { return swarm }
    for (index, wallet) in swarm.wallets.enumerated() {
      let isElsewhere = { (account: OpenOrdersAccount) in
        !account.market.isEmpty && account.market != market
      }
      guard wallet.accounts.contains(where: isElsewhere) else { continue }
      swarm.wallets[index].accounts.removeAll(where: isElsewhere)
    }
    return swarm
  }

  private func decide(_ input: GridInput, _ state: GridState?, _ run: Run) async throws -> Outcome {
    let moment = GridMoment(
      now: run.now, cause: run.cause, price: input.price, wallets: input.swarm.complete,
      turn: turn(run.now), control: input.control)
    switch TriggerRule(self).decide(moment, after: state) {
    case .rest(let why):
      if let state {
        try await Announcement(state, input.market, moment.wallets).publishIfMissing(run)
      }
      return .nothingToDo(why)
    case .rebuild(let trigger):
      return try await Rebuild(settings: self, run: run, trigger: trigger, last: state)
        .perform(input)
    }
  }

  /// Keeps in mind that a rebuild was asked for which could not be made.
  private func owe(_ run: Run) async throws {
    guard var state = try await run.state.value(GridState.key, as: GridState.self), !state.isOwed
    else { return }
    state.isOwed = true
    try await run.state.set(GridState.key, to: state)
  }
}

/// What a run works on.
struct GridInput: Sendable, Hashable {
  var market: MarketSnapshot
  /// The wallets that quote.
  var swarm: Swarm
  /// The market's price.
  var price: PriceLots
  /// How the BUY side shall be shaped.
  var control: BuyControl
}

extension Swarm {
  /// The wallets that have an account for bids and one for asks.
  var complete: [Wallet] { wallets.filter { $0.accounts.count >= 2 } }
}

private let day = Duration.seconds(86_400)
