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
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let path = folder.path + "/../../../Sources/Plugins/MarketNoise/README.md"
    let readme = try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    let parameters = JobDescriptor(MarketNoise.self).parameters
    let table = parameters.isEmpty ? "None." : ParameterTable.markdown(parameters)
    #expect(readme.contains(table), "expected in the README:\n\(table)")
  }
}
