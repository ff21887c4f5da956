import PluginAPI

/// Does nothing, to measure what hosting costs.
struct NoOp: Job {
  static let kind: JobKind = "no-op"
  static let summary = "Does nothing."

  @Parameter("How often the run reads and writes its state") var states: Int = 0
  @Parameter("How often the run publishes on the board") var boards: Int = 0

  func run(_ run: Run) async throws -> Outcome {
    for number in 0..<states {
      let count: Int = try await run.state.value("count") ?? 0
      try await run.state.set("count", to: count + number)
    }
    for number in 0..<boards { try await run.board.publish("number", number) }
    return .done("")
  }
}

/// The plugin's entry.
@c(idle_plugin_v1) public func idlePlugin() -> UnsafeMutableRawPointer {
  PluginManifest(name: "Idle", version: "1.0.0", jobs: [NoOp.self]).exported()
}
