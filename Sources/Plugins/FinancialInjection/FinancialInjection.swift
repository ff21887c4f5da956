import PluginAPI

/// What the host loads.
@c(financial_injection_plugin_v1) public func financialInjectionPlugin() -> UnsafeMutableRawPointer
{
  unsafe PluginManifest(
    name: "FinancialInjection", version: "2.0.0", jobs: [FinancialInjection.self]
  ).exported()
}

/// Keeps every wallet in SOL, and a buffer of USDC that grows with the price.
struct FinancialInjection: Job {
  static let kind: JobKind = "financial-injection"
  static let summary = "Tops up low wallets and keeps the SOL/USDC buffer where the price says."
  static let capabilities: Set<Capability> = [.transfer, .swap]

  @Parameter("Free SOL below which a wallet is topped up", in: 0.001...1000)
  var lowBalance: SOL = 0.05
  @Parameter(
    "Free SOL that a topped-up wallet has then, and that no wallet swaps away", in: 0.001...10_000)
  var topUp: SOL = 0.5
  @Parameter("Least share of SOL in the reserve of SOL and USDC", in: 0...100)
  var minSolReserve: Percent = 70
  @Parameter("How far a share may stray before it is corrected", in: 0.1...50)
  var hysteresis: Percent = 5
  @Parameter("Share of USDC at the channel's upper edge", in: 0...100) var upperUsdc: Percent = 30
  @Parameter("Share of USDC that may remain at the channel's lower edge", in: 0...100)
  var lowerUsdc: Percent = 30
  @Parameter("Loss against the oracle, and against the quote, that a swap may have", in: 0...10)
  var slippage: Percent = 1
  @Parameter(
    "Gain against the oracle at which quote and oracle contradict each other", in: 0.1...50)
  var maxDeviation: Percent = 3
  @Parameter("Age at which the price of SOL is too old", in: .seconds(1)...(.seconds(3600)))
  var maxOracleAge: Duration = .seconds(60)
  @Parameter("How far off the price of SOL may be by its source's own word", in: 0.01...10)
  var oracleConfidence: Percent = 1
  @Parameter("Smallest swap that is worth its fees", in: 0.01...10_000) var minSwap: USD = 1
  @Parameter("Largest single swap", in: 1...1_000_000) var maxSwap: USD = 500
  @Parameter("All swaps of a day, midnight to midnight UTC", in: 1...10_000_000)
  var dayLimit: USD = 2000
  @Parameter("Tip of each bundle", in: 0...0.1) var tip: SOL = 0.0001

  func validate() -> [ParameterProblem] {
    var problems: [ParameterProblem] = []
    func check(_ holds: Bool, _ parameter: String, _ message: String) {
      if !holds { problems.append(ParameterProblem(parameter: parameter, message: message)) }
    }
    let room = Percent(Percent.whole.count - minSolReserve.count)
    let leaves = "expected at most what min_sol_reserve leaves (\(room))"
    check(lowBalance < topUp, "low_balance", "expected less than top_up (\(topUp))")
    check(tip < lowBalance, "tip", "expected less than low_balance (\(lowBalance))")
    check(
      hysteresis < minSolReserve, "hysteresis",
      "expected less than min_sol_reserve (\(minSolReserve))")
    check(upperUsdc <= room, "upper_usdc", leaves)
    check(lowerUsdc <= room, "lower_usdc", leaves)
    check(minSwap <= maxSwap, "min_swap", "expected at most max_swap (\(maxSwap))")
    check(maxSwap <= dayLimit, "max_swap", "expected at most day_limit (\(dayLimit))")
    return problems
  }

  func run(_ run: Run) async throws -> Outcome {
    var execution = Execution(settings: self, run: run, account: try await DayAccount.load(run))
    if let outcome = try await execution.finishEarlier() { return outcome }
    let market = try await run.market
    let price: USD
    switch market.solPrice(at: run.now, by: self) {
    case .success(let usable): price = usable
    case .failure(let reason): return .nothingToDo(reason.description)
    }
    let swarm = try await run.swarm
    let planner = InjectionPlanner(
      settings: self, swarm: swarm,
      reserve: try Reserve(swarm, lots: market.lots, price: price), place: ChannelPlace(market),
      price: price,
      allowance: min(maxSwap, execution.account.left(of: dayLimit, at: run.now)))
    switch try planner.plan() {
    case .nothing(let why): return .nothingToDo(why)
    case .injection(let injection): return try await execution.perform(injection, price: price)
    }
  }
}

/// Why there is no price to act on.
struct NoPrice: Error, Hashable, CustomStringConvertible {
  let description: String
}

extension MarketSnapshot {
  /// The price of SOL in dollars when it is fresh and its source is sure of it.
  func solPrice(at now: Timestamp, by settings: FinancialInjection) -> Result<USD, NoPrice> {
    guard let oracle, oracle.price > .zero else {
      return .failure(NoPrice(description: "no price of SOL in dollars"))
    }
    let limit = settings.maxOracleAge
    guard now - oracle.time <= limit else {
      return .failure(
        NoPrice(description: "the price of SOL in dollars is older than \(limit.parameterText)"))
    }
    let doubt = Int128(oracle.confidence.count) * Int128(Percent.whole.count)
    guard doubt <= Int128(oracle.price.count) * Int128(settings.oracleConfidence.count) else {
      return .failure(
        NoPrice(
          description: "the price of SOL may be off by \(oracle.confidence), more than "
            + "\(settings.oracleConfidence) of \(oracle.price)"))
    }
    return .success(oracle.price)
  }
}
