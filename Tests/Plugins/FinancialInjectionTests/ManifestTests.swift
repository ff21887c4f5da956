import FoundationEssentials
@_spi(Host) import PluginAPI
import Testing

@testable import FinancialInjection

@Suite struct FinancialInjectionManifestTests {
  @Test func theEntryReturnsTheManifest() {
    let manifest = PluginManifest.imported(financialInjectionPlugin())
    #expect(manifest.name == "FinancialInjection")
    #expect(manifest.jobs.map(\.kind) == ["financial-injection"])
    #expect(PluginManifest.entrySymbol(plugin: manifest.name) == "financial_injection_plugin_v1")
  }

  @Test func theDefaultsAreValid() throws {
    _ = try JobDescriptor(FinancialInjection.self).make([:])
  }

  @Test func theReadmeShowsTheParameters() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let path = folder.path + "/../../../Sources/Plugins/FinancialInjection/README.md"
    let readme = try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    let parameters = JobDescriptor(FinancialInjection.self).parameters
    let table = parameters.isEmpty ? "None." : ParameterTable.markdown(parameters)
    #expect(readme.contains(table), "expected in the README:\n\(table)")
  }
}
