import FoundationEssentials
@_spi(Host) import PluginAPI
import Testing

@testable import EntropyRefresh

@Suite struct EntropyRefreshManifestTests {
  @Test func theEntryReturnsTheManifest() {
    let manifest = PluginManifest.imported(entropyRefreshPlugin())
    #expect(manifest.name == "EntropyRefresh")
    #expect(manifest.jobs.map(\.kind) == ["entropy-refresh"])
    #expect(PluginManifest.entrySymbol(plugin: manifest.name) == "entropy_refresh_plugin_v1")
  }

  @Test func theDefaultsAreValid() throws {
    _ = try JobDescriptor(EntropyRefresh.self).make([:])
  }

  @Test func theReadmeShowsTheParameters() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let path = folder.path + "/../../../Sources/Plugins/EntropyRefresh/README.md"
    let readme = try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    let parameters = JobDescriptor(EntropyRefresh.self).parameters
    let table = parameters.isEmpty ? "None." : ParameterTable.markdown(parameters)
    #expect(readme.contains(table), "expected in the README:\n\(table)")
  }
}
