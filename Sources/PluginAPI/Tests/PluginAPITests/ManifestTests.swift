@_spi(Host) import PluginAPI
import Testing

private struct First: Job {
  static let kind: JobKind = "first"
  static let summary = "One."
  func run(_ run: Run) async throws -> Outcome { .done("first") }
}

private struct Second: Job {
  static let kind: JobKind = "second"
  static let summary = "Two."
  static let capabilities: Set<Capability> = [.trade, .signal]
  @Parameter("At least this") var low: Int = 1
  @Parameter("At most this") var high: Int = 2
  @Parameter("Hidden", secret: true) var token: String = ""
  func validate() -> [ParameterProblem] {
    low <= high ? [] : [ParameterProblem(parameter: "low", message: "expected at most \(high)")]
  }
  func run(_ run: Run) async throws -> Outcome { .done("\(low) to \(high)") }
}

@Suite struct ManifestTests {
  @Test(arguments: [
    ("FlashVolume", "flash_volume_plugin_v1"), ("Report", "report_plugin_v1"),
    ("RSIWatch", "rsiwatch_plugin_v1"),
  ])
  func theEntryIsNamedAfterPluginAndContract(plugin: String, symbol: String) {
    #expect(PluginManifest.entrySymbol(plugin: plugin) == symbol)
    #expect(PluginManifest.entrySymbol(plugin: "A", contract: 9) == "a_plugin_v9")
  }

  @Test func aManifestCrossesThePointer() {
    let manifest = PluginManifest(name: "Two", version: "1.2.3", jobs: [First.self, Second.self])
    let arrived = unsafe PluginManifest.imported(manifest.exported())
    #expect(arrived.name == "Two" && arrived.version == "1.2.3")
    #expect(arrived.jobs.map(\.kind) == ["first", "second"])
    #expect(arrived.jobs.map(\.capabilities) == [[], [.trade, .signal]])
    #expect(arrived.jobs[1].parameters.map(\.isSecret) == [false, false, true])
  }

  @Test func aJobsOwnChecksAreReported() throws {
    let second = JobDescriptor(Second.self)
    #expect(
      throws: ParameterProblems([
        ParameterProblem(
          parameter: "low", message: "expected at most 2")
      ])
    ) { try second.make(["low": "3"]) }
    _ = try second.make(["low": "3", "high": "4"])
  }

  @Test func onlySignalsMoveNoMoney() {
    #expect(Capability.allCases.filter { !$0.movesMoney } == [.signal])
  }

  @Test func theParameterTableIsMarkdown() {
    let table = ParameterTable.markdown([
      ParameterSchema(
        name: "size", type: .sol, help: "A size", fallback: "1 SOL", minimum: "0 SOL",
        maximum: "2 SOL"),
      ParameterSchema(
        name: "mode", type: .choice, help: "A mode", fallback: "a", choices: ["a", "b"]),
    ])
    #expect(
      table == """
        | name | type | default | bounds | meaning |
        |---|---|---|---|---|
        | `size` | sol | `1 SOL` | 0 SOL to 2 SOL | A size |
        | `mode` | choice | `a` | a, b | A mode |
        """)
  }
}
