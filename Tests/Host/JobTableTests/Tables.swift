import PluginAPI

@testable import JobTable

/// Loads a table from text, with the zones that tests speak of.
func load(_ text: String, environment: [String: String] = [:]) -> LoadedTable {
  load(bytes: Array(text.utf8), environment: environment)
}

func load(bytes: [UInt8], environment: [String: String] = [:]) -> LoadedTable {
  let zones: Set<String> = ["UTC", "Europe/Berlin", "America/New_York"]
  return TableLoader(
    environment: environment, fileName: "jobs.yaml", zoneExists: { zones.contains($0) }
  ).load(bytes)
}

/// Loads a table with one job whose body is `keys`, one a line.
func load(job keys: String, environment: [String: String] = [:]) -> LoadedTable {
  let body = keys.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
  return load(
    "version: 1\ngroups: { solana: 2 }\njobs:\n  one:\n    plugin: Idle\n" + body + "\n",
    environment: environment)
}

extension LoadedTable {
  var job: JobEntry? { table?.jobs["one"] }

  /// The diagnostics without excerpts.
  var summaries: [String] { diagnostics.map(\.summary) }

  var messages: [String] { diagnostics.map(\.message) }
}

extension PluginCatalog {
  /// A plugin of each shape that matters.
  static let sample = PluginCatalog([
    "FlashVolume": [
      Kind(
        kind: "flash-volume", summary: "Trades.", capabilities: [.trade, .syntheticVolume],
        parameters: [
          ParameterSchema(
            name: "size", type: .sol, help: "Volume.", fallback: "0.1 SOL", minimum: "0.001 SOL",
            maximum: "10 SOL"),
          ParameterSchema(name: "levels", type: .integer, help: "Levels.", fallback: "16"),
          ParameterSchema(
            name: "rotation", type: .choice, help: "Turns.", fallback: "tick",
            choices: ["fixed", "tick"]),
          ParameterSchema(name: "pause", type: .duration, help: "Pause.", fallback: "5s"),
          ParameterSchema(
            name: "phrase", type: .string, help: "A secret.", fallback: "", isSecret: true),
          ParameterSchema(name: "active", type: .boolean, help: "On.", fallback: "true"),
          ParameterSchema(
            name: "gamma", type: .number, help: "Curve.", fallback: "1.0", minimum: "0.5",
            maximum: "3.0"),
        ])
    ],
    "Reports": [
      Kind(kind: "daily", summary: "Daily.", capabilities: [], parameters: []),
      Kind(kind: "weekly", summary: "Weekly.", capabilities: [], parameters: []),
    ],
  ])
}
