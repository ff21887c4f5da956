import FoundationEssentials
@_spi(Host) import PluginAPI
import Testing

@testable import MarketNoise

@Suite struct MarketNoiseManifestTests {
  @Test func theEntryReturnsTheManifest() {
    let manifest = PluginManifest.imported(marketNoisePlugin())
    #expect(manifest.name == "MarketNoise")
    #expect(manifest.jobs.map(\.kind) == ["market-noise"])
    #expect(PluginManifest.entrySymbol(plugin: manifest.name) == "market_noise_plugin_v1")
  }

  @Test func theDefaultsAreValid() throws {
    _ = try JobDescriptor(MarketNoise.self).make([:])
  }

  @Test func theReadmeShowsTheParameters() throws {
    let readme = try Self.text("README.md")
    let parameters = JobDescriptor(MarketNoise.self).parameters
    let table = parameters.isEmpty ? "None." : ParameterTable.markdown(parameters)
    #expect(readme.contains(table), "expected in the README:\n\(table)")
  }

  @Test(arguments: [("NOISE_MODE", "mode"), ("NOISE_ORDER_USD", "notional")])
  func theReadmeNamesTheSource(source: String, name: String) throws {
    let parameters = JobDescriptor(MarketNoise.self).parameters
    let parameter = try #require(parameters.first { $0.name == name })
    let row = "| `\(source)` | `\(name)` | `\(parameter.fallback)` |"
    #expect(try Self.text("README.md").contains(row))
  }

  @Test func theSampleHasTheSourcesCadence() throws {
    #expect(try Self.text("sample.yaml").contains("idle: 15m\n"))
    let row = "| `NOISE_IDLE_INTERVAL_MIN` | the entry's `idle` | `15m` |"
    #expect(try Self.text("README.md").contains(row))
  }

  private static func text(_ file: String) throws -> String {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let path = folder.path + "/../../../Sources/Plugins/MarketNoise/" + file
    return try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
  }
}
