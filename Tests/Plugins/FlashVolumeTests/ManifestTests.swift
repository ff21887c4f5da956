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
    let readme = try Self.text("README.md")
    let parameters = JobDescriptor(FlashVolume.self).parameters
    let table = parameters.isEmpty ? "None." : ParameterTable.markdown(parameters)
    #expect(readme.contains(table), "expected in the README:\n\(table)")
  }

  @Test(arguments: [("FLASH_VOLUME_SIZE_SOL", "size"), ("FLASH_VOLUME_TIP_SOL", "tip")])
  func theReadmeNamesTheSource(source: String, name: String) throws {
    let parameters = JobDescriptor(FlashVolume.self).parameters
    let parameter = try #require(parameters.first { $0.name == name })
    let row = "| `\(source)` | `\(name)` | `\(parameter.fallback)` |"
    #expect(try Self.text("README.md").contains(row))
  }

  @Test func theSampleHasTheSourcesCadence() throws {
    #expect(try Self.text("sample.yaml").contains("every: 15m\n"))
    let row = "| `FLASH_VOLUME_INTERVAL_MIN` | the entry's `every` | `15m` |"
    #expect(try Self.text("README.md").contains(row))
  }

  private static func text(_ file: String) throws -> String {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let path = folder.path + "/../../../Sources/Plugins/FlashVolume/" + file
    return try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
  }
}
