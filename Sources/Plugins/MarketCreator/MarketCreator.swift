import PluginAPI

/// What the host loads.
@c(market_creator_plugin_v1) public func marketCreatorPlugin() -> UnsafeMutableRawPointer {
  unsafe PluginManifest(name: "MarketCreator", version: "1.0.0", jobs: [MarketCreator.self])
    .exported()
}

/// Creates a market that takes the present one's place, in an emergency.
///
/// Two deliberate acts of different kinds are needed: a trigger that shows what it would cost and
/// gives a code, and that code in the job table before a second trigger.
struct MarketCreator: Job {
  static let kind: JobKind = "market-creator"
  static let summary = "Replaces the market by a new one, after a preview and a confirmation."
  static let capabilities: Set<Capability> = [.trade, .createMarket]

  @Parameter("Name of the new market, at most 16 bytes") var name: String = "BMV/SOL"
  @Parameter(
    "Token atoms in a base lot; 0 keeps the present market's", in: 0...1_000_000_000_000_000)
  var baseLot: Int = 0
  @Parameter(
    "Lamports in a quote lot, the tick; 0 keeps the present market's", in: 0...1_000_000_000_000)
  var quoteLot: Int = 0
  @Parameter("What makers pay, in millionths; negative for a rebate", in: -1_000_000...1_000_000)
  var makerFee: Int = 0
  @Parameter("What takers pay, in millionths", in: 0...1_000_000) var takerFee: Int = 400
  @Parameter("The wallet that pays; the one with most SOL when empty") var wallet: String = ""
  @Parameter("Rent and tips that a new market may cost", in: 0.01...100) var maxCost: SOL = 2.5
  @Parameter("Tip of each bundle", in: 0...0.1) var tip: SOL = 0.001
  @Parameter("The code that the preview gave; five minutes later it is void")
  var confirm: String = ""

  func validate() -> [ParameterProblem] {
    var problems: [ParameterProblem] = []
    if !(1...NewMarket.longestName).contains(name.utf8.count) {
      problems.append(
        ParameterProblem(
          parameter: "name",
          message: "expected 1 to \(NewMarket.longestName) bytes, found \(name.utf8.count)"))
    }
    if makerFee < -takerFee {
      problems.append(
        ParameterProblem(
          parameter: "maker_fee", message: "expected a rebate of at most taker_fee (\(takerFee))"))
    }
    if tip >= maxCost {
      problems.append(
        ParameterProblem(parameter: "tip", message: "expected less than max_cost (\(maxCost))"))
    }
    return problems
  }

  func run(_ run: Run) async throws -> Outcome {
    guard run.cause == .manual || run.cause == .retry else {
      return .nothingToDo("it runs only when an operator triggers it")
    }
    let restart = Restart(settings: self, run: run)
    if let outcome = try await restart.finishEarlier() { return outcome }
    switch try await RestartPlan.make(self, run) {
    case .failure(let reason): return .nothingToDo(reason.description)
    case .success(let plan):
      switch try await Preview.judge(confirm, plan, run) {
      case .confirmed: return try await restart.begin(plan)
      case .asks(let why): return try await preview(plan, because: why, run)
      }
    }
  }

  private func preview(_ plan: RestartPlan, because why: String?, _ run: Run) async throws
    -> Outcome
  {
    let preview = Preview(plan, run)
    try await preview.store(run)
    let text = (why.map { "\($0); " } ?? "") + preview.text(job: run.job)
    run.log.warning(text)
    return .done(text)
  }
}
