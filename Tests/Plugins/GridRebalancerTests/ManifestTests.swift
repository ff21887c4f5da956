import FoundationEssentials
@_spi(Host) import PluginAPI
import Testing

@testable import GridRebalancer

@Suite struct GridRebalancerManifestTests {
  @Test func theEntryReturnsTheManifest() {
    let manifest = PluginManifest.imported(gridRebalancerPlugin())
    #expect(manifest.name == "GridRebalancer")
    #expect(manifest.jobs.map(\.kind) == ["grid-rebalancer"])
    #expect(PluginManifest.entrySymbol(plugin: manifest.name) == "grid_rebalancer_plugin_v1")
  }

  @Test func theDefaultsAreValid() throws {
    _ = try JobDescriptor(GridRebalancer.self).make([:])
  }

  @Test func theReadmeShowsTheParameters() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let path = folder.path + "/../../../Sources/Plugins/GridRebalancer/README.md"
    let readme = try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    let parameters = JobDescriptor(GridRebalancer.self).parameters
    let table = parameters.isEmpty ? "None." : ParameterTable.markdown(parameters)
    #expect(readme.contains(table), "expected in the README:\n\(table)")
  }

  @Test func theReadmeNamesTheSourcesOfParametersThatExist() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let path = folder.path + "/../../../Sources/Plugins/GridRebalancer/README.md"
    let readme = try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    let sources = readme.split(separator: "### Names in the source specification").last ?? ""
    let named = sources.matches(of: /(?m)^\| `(\w+)` \|/).map { String($0.output.1) }
    let known = Set(JobDescriptor(GridRebalancer.self).parameters.map(\.name))
    #expect(named.count > 10 && Set(named).count == named.count)
    #expect(named.allSatisfy(known.contains))
  }
}
