import PluginAPI

/// What the host loads.
@c(target_control_plugin_v1) public func targetControlPlugin() -> UnsafeMutableRawPointer {
  unsafe PluginManifest(name: "TargetControl", version: "1.0.0", jobs: [TargetControl.self])
    .exported()
}

/// Publishes how much of the emission others hold, and how densely the grid may buy.
struct TargetControl: Job {
  static let kind: JobKind = "target-control"
  static let summary = "Measures the headroom of the emission and steers the grid's BUY side."

  @Parameter("Whether the headroom is measured or given")
  var targetControl: HeadroomSource = .dynamic
  @Parameter("Headroom to steer by when it is given", in: 0...100)
  var fixedHeadroom: Percent = 51
  @Parameter("Headroom at and below which BUY depth is throttled", in: 0...100)
  var lowerHeadroom: Percent = 10
  @Parameter("Headroom at and above which BUY is densest", in: 0...100)
  var upperHeadroom: Percent = 90
  @Parameter("BUY multiplier at the lower headroom", in: 0.5...2)
  var minimumMultiplier: Double = 1.0
  @Parameter("BUY multiplier at the upper headroom", in: 0.5...2)
  var maximumMultiplier: Double = 1.2

  func validate() -> [ParameterProblem] {
    var problems: [ParameterProblem] = []
    if lowerHeadroom >= upperHeadroom {
      problems.append(
        ParameterProblem(
          parameter: "lower_headroom",
          message: "expected less than upper_headroom (\(upperHeadroom))"))
    }
    if minimumMultiplier > maximumMultiplier {
      problems.append(
        ParameterProblem(
          parameter: "minimum_multiplier",
          message: "expected at most maximum_multiplier (\(maximumMultiplier))"))
    }
    return problems
  }

  func run(_ run: Run) async throws -> Outcome {
    guard let headroom = try await headroom(run) else {
      return .nothingToDo("the token's emission is unknown")
    }
    let control = steer(headroom)
    try await run.board.publish("target-control", control)
    run.metrics.set("target_control_headroom", headroom.fraction)
    run.metrics.set("target_control_multiplier", control.multiplier)
    run.metrics.set("target_control_depth", control.depth.fraction)
    return .done(
      "headroom \(headroom), BUY multiplier \(control.multiplier), depth \(control.depth)")
  }

  /// What others hold, or what the table gives; `nil` when the emission is unknown.
  private func headroom(_ run: Run) async throws -> Percent? {
    guard targetControl == .dynamic else { return fixedHeadroom }
    let swarm = try await run.swarm
    guard swarm.emission > .zero else { return nil }
    let inventory = try Inventory(swarm, lots: try await run.market.lots)
    let taken = Int128(swarm.locked.count) + Int128(inventory.token.count)
    if taken > Int128(swarm.emission.count) {
      run.log.warning(
        "more tokens than exist: the emission or the locked amount is wrong",
        [
          "emission": "\(swarm.emission)", "locked": "\(swarm.locked)",
          "inventory": "\(inventory.token)",
        ])
    }
    return Headroom.of(swarm, inventory: inventory)
  }
}

/// Where the headroom comes from.
enum HeadroomSource: String, ParameterValue, CaseIterable {
  /// It is measured by the formula.
  case dynamic
  /// It is what the table says.
  case fixed
}

/// What the grid reads.
struct Control: Sendable, Hashable, Codable {
  /// The share of the emission that others hold.
  var headroom: Percent
  /// Growth of BUY sizes from level to level.
  var multiplier: Double
  /// The share of the BUY depth that may be quoted.
  var depth: Percent
}
