import PluginAPI

/// What the host loads.
@c(settle_proceeds_plugin_v1) public func settleProceedsPlugin() -> UnsafeMutableRawPointer {
  unsafe PluginManifest(name: "SettleProceeds", version: "1.0.0", jobs: [SettleProceeds.self])
    .exported()
}

struct SettleProceeds: Job {
  static let kind: JobKind = "settle-proceeds"
  static let summary = "Moves proceeds that wait in open-orders accounts to their wallets."
  static let capabilities: Set<Capability> = [.trade]

  @Parameter("Least SOL worth a bundle", in: 0...100) var minimum: SOL = 0.5
  @Parameter("Tip of the bundle", in: 0...0.1) var tip: SOL = 0.0001

  func run(_ run: Run) async throws -> Outcome {
    let due = waiting(in: try await run.swarm)
    guard !due.isEmpty else { return .nothingToDo("no account holds \(minimum) or more") }
    let bundle = Bundle("settle", tip: tip, intents: due.map { .settle(account: $0) })
    let receipt = try await run.bundles.submit(bundle)
    guard try await run.bundles.outcome(of: receipt).hasLanded else {
      return .retry(after: .seconds(10))
    }
    run.metrics.add("settled_accounts", Double(due.count))
    return .done("settled \(due.count) accounts")
  }

  func waiting(in swarm: Swarm) -> [AccountID] {
    swarm.wallets.flatMap(\.accounts).filter { $0.freeSOL >= minimum.lamports }.map(\.id)
  }
}
