import FoundationEssentials
@_spi(Host) import PluginAPI
import Testing

@testable import TargetControl

@Suite struct TargetControlManifestTests {
  @Test func theEntryReturnsTheManifest() {
    let manifest = PluginManifest.imported(targetControlPlugin())
    #expect(manifest.name == "TargetControl")
    #expect(manifest.jobs.map(\.kind) == ["target-control"])
    #expect(PluginManifest.entrySymbol(plugin: manifest.name) == "target_control_plugin_v1")
  }

  @Test func theDefaultsAreValid() throws {
    _ = try JobDescriptor(TargetControl.self).make([:])
  }

  @Test func theReadmeShowsTheParameters() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let path = folder.path + "/../../../Sources/Plugins/TargetControl/README.md"
    let readme = try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    let parameters = JobDescriptor(TargetControl.self).parameters
    let table = parameters.isEmpty ? "None." : ParameterTable.markdown(parameters)
    #expect(readme.contains(table), "expected in the README:\n\(table)")
  }
}
