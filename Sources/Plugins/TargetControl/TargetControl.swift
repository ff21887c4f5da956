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

  @Parameter("Headroom at and below which BUY depth is throttled", in: 0...100)
  var lowerHeadroom: Percent = 10
  @Parameter("Headroom at and above which BUY is densest", in: 0...100)
  var upperHeadroom: Percent = 90
  @Parameter("BUY multiplier at the lower headroom", in: 0.5...2) var minimumMultiplier: Double =
    1.0
  @Parameter("BUY multiplier at the upper headroom", in: 0.5...2) var maximumMultiplier: Double =
    1.2

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
    let swarm = try await run.swarm
    guard swarm.emission > .zero else { return .nothingToDo("the token's emission is unknown") }
    let inventory = try Inventory(swarm, lots: try await run.market.lots)
    let headroom = Headroom.of(swarm, inventory: inventory)
    let control = steer(headroom)
    try await run.board.publish("target-control", control)
    run.metrics.set("target_control_headroom", headroom.fraction)
    run.metrics.set("target_control_multiplier", control.multiplier)
    run.metrics.set("target_control_depth", control.depth.fraction)
    return .done(
      "headroom \(headroom), BUY multiplier \(control.multiplier), depth \(control.depth)")
  }
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
