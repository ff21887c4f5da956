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
    let readme = try Self.readme()
    let parameters = JobDescriptor(FinancialInjection.self).parameters
    let table = parameters.isEmpty ? "None." : ParameterTable.markdown(parameters)
    #expect(readme.contains(table), "expected in the README:\n\(table)")
  }

  @Test(arguments: [
    ("`MIN_SOL_RESERVE_%`", "min_sol_reserve"), ("`UPPER_USDC_RATIO_MAX_%`", "upper_usdc"),
    ("`LOWER_USDC_RATIO_MAX_%`", "lower_usdc"),
    ("SOL auto-injection below 0.05 SOL", "low_balance"),
  ])
  func theReadmeNamesTheSource(source: String, name: String) throws {
    let parameters = JobDescriptor(FinancialInjection.self).parameters
    let parameter = try #require(parameters.first { $0.name == name })
    #expect(try Self.readme().contains("| \(source) | `\(name)` | `\(parameter.fallback)` |"))
  }

  private static func readme() throws -> String {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let path = folder.path + "/../../../Sources/Plugins/FinancialInjection/README.md"
    return try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
  }
}
