import FoundationEssentials
@_spi(Host) import PluginAPI
import Testing

@testable import FlashVolume

@Suite struct FlashVolumeManifestTests {
  @Test func theEntryReturnsTheManifest() {
    let manifest = PluginManifest.imported(flashVolumePlugin())
    #expect(manifest.name == "FlashVolume")
    #expect(manifest.jobs.map(\.kind) == ["flash-volume"])
    #expect(PluginManifest.entrySymbol(plugin: manifest.name) == "flash_volume_plugin_v1")
  }

  @Test func theDefaultsAreValid() throws {
    _ = try JobDescriptor(FlashVolume.self).make([:])
  }

  @Test func theReadmeShowsTheParameters() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let path = folder.path + "/../../../Sources/Plugins/FlashVolume/README.md"
    let readme = try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    let parameters = JobDescriptor(FlashVolume.self).parameters
    let table = parameters.isEmpty ? "None." : ParameterTable.markdown(parameters)
    #expect(readme.contains(table), "expected in the README:\n\(table)")
  }
}
