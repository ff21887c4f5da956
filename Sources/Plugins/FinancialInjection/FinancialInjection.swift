import PluginAPI

/// What the host loads.
@c(financial_injection_plugin_v1) public func financialInjectionPlugin() -> UnsafeMutableRawPointer
{
  unsafe PluginManifest(
    name: "FinancialInjection", version: "1.0.0", jobs: [FinancialInjection.self]
  ).exported()
}

/// Keeps every wallet in SOL, and a buffer of USDC that grows with the price.
struct FinancialInjection: Job {
  static let kind: JobKind = "financial-injection"
  static let summary = "Tops up low wallets and keeps the SOL/USDC buffer where the price says."
  static let capabilities: Set<Capability> = [.transfer, .swap]

  @Parameter("Free SOL below which a wallet is topped up", in: 0.001...1000)
  var lowBalance: SOL = 0.05
  @Parameter("Free SOL that a topped-up wallet has then", in: 0.001...10_000) var topUp: SOL = 0.5
  @Parameter("Least share of SOL in the reserve of SOL and USDC", in: 0...100)
  var minSolReserve: Percent = 70
  @Parameter("How far a share may stray before it is corrected", in: 0.1...50)
  var hysteresis: Percent = 5
  @Parameter("Share of USDC at the channel's upper edge", in: 0...100) var upperUsdc: Percent = 30
  @Parameter("Share of USDC that may remain at the channel's lower edge", in: 0...100)
  var lowerUsdc: Percent = 30
  @Parameter("Loss against the oracle that a swap may have", in: 0...10) var slippage: Percent = 1
  @Parameter("Largest single swap", in: 1...1_000_000) var maxSwap: USD = 500
  @Parameter("All swaps of a day, midnight to midnight UTC", in: 1...10_000_000)
  var dayLimit: USD = 2000
  @Parameter("Tip of each bundle", in: 0...0.1) var tip: SOL = 0.0001

  func validate() -> [ParameterProblem] {
    var problems: [ParameterProblem] = []
    func check(_ holds: Bool, _ parameter: String, _ message: String) {
      if !holds { problems.append(ParameterProblem(parameter: parameter, message: message)) }
    }
    check(lowBalance < topUp, "low_balance", "expected less than top_up (\(topUp))")
    check(hysteresis < minSolReserve, "hysteresis", "expected less than min_sol_reserve")
    let room = Percent(Percent.whole.count - minSolReserve.count)
    check(upperUsdc <= room, "upper_usdc", "expected at most what min_sol_reserve leaves (\(room))")
    check(maxSwap <= dayLimit, "max_swap", "expected at most day_limit (\(dayLimit))")
    return problems
  }

  func run(_ run: Run) async throws -> Outcome {
    let market = try await run.market
    guard let oracle = market.oracle, oracle.price > .zero else {
      return .nothingToDo("no price of SOL in dollars")
    }
    guard run.now - oracle.time <= .seconds(120) else {
      return .nothingToDo("the price of SOL in dollars is older than 2 minutes")
    }
    let swarm = try await run.swarm
    let reserve = try Reserve(swarm, lots: market.lots, price: oracle.price)
    let channel = try await run.board.value("grid.channel", as: Channel.self)?.value
    let place = ChannelPlace(market, channel: channel)
    let budget = try await DayBudget.load(run)
    let planner = InjectionPlanner(
      settings: self, swarm: swarm, reserve: reserve, place: place, price: oracle.price,
      allowance: min(maxSwap, budget.left(of: dayLimit)))
    switch planner.plan() {
    case .nothing(let why): return .nothingToDo(why)
    case .injection(let injection):
      return try await Execution(settings: self, run: run, price: oracle.price, budget: budget)
        .perform(injection)
    }
  }
}

/// The channel that the grid published.
struct Channel: Sendable, Hashable, Codable {
  var lower: PriceLots
  var upper: PriceLots
}
