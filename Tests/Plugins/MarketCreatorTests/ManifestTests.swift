import FoundationEssentials
@_spi(Host) import PluginAPI
import Testing

@testable import MarketCreator

@Suite struct MarketCreatorManifestTests {
  @Test func theEntryReturnsTheManifest() {
    let manifest = PluginManifest.imported(marketCreatorPlugin())
    #expect(manifest.name == "MarketCreator")
    #expect(manifest.jobs.map(\.kind) == ["market-creator"])
    #expect(PluginManifest.entrySymbol(plugin: manifest.name) == "market_creator_plugin_v1")
  }

  @Test func theDefaultsAreValid() throws {
    _ = try JobDescriptor(MarketCreator.self).make([:])
  }

  @Test func theReadmeShowsTheParameters() throws {
    let readme = try Self.text("README.md")
    let parameters = JobDescriptor(MarketCreator.self).parameters
    let table = parameters.isEmpty ? "None." : ParameterTable.markdown(parameters)
    #expect(readme.contains(table), "expected in the README:\n\(table)")
  }

  @Test func theSampleNeverRunsByItself() throws {
    #expect(try Self.text("sample.yaml").contains("\n  manual: true "))
  }

  private static func text(_ file: String) throws -> String {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let path = folder.path + "/../../../Sources/Plugins/MarketCreator/" + file
    return try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
  }
}
