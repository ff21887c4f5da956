import FoundationEssentials
@_spi(Host) import PluginAPI
import Testing

@testable import RentRecovery

@Suite struct RentRecoveryManifestTests {
  @Test func theEntryReturnsTheManifest() {
    let manifest = PluginManifest.imported(rentRecoveryPlugin())
    #expect(manifest.name == "RentRecovery")
    #expect(manifest.jobs.map(\.kind) == ["rent-recovery"])
    #expect(PluginManifest.entrySymbol(plugin: manifest.name) == "rent_recovery_plugin_v1")
  }

  @Test func theDefaultsAreValid() throws {
    _ = try JobDescriptor(RentRecovery.self).make([:])
  }

  @Test func theReadmeShowsTheParameters() throws {
    let readme = try Self.text("README.md")
    let parameters = JobDescriptor(RentRecovery.self).parameters
    let table = parameters.isEmpty ? "None." : ParameterTable.markdown(parameters)
    #expect(readme.contains(table), "expected in the README:\n\(table)")
  }

  @Test func theSampleHasTheSourcesCadence() throws {
    #expect(try Self.text("sample.yaml").contains("every: 1h\n"))
    let row = "| `RENT_RECOVERY_TIME` | the entry's `every` | `1h` |"
    #expect(try Self.text("README.md").contains(row))
  }

  private static func text(_ file: String) throws -> String {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let path = folder.path + "/../../../Sources/Plugins/RentRecovery/" + file
    return try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
  }
}
