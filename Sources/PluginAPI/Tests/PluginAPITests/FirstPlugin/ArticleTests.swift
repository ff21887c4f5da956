import FoundationEssentials
import Testing

/// The article's code is the code beside this file, so that what readers copy compiles and works.
@Suite struct ArticleTests {
  @Test func everyExcerptIsRealCode() throws {
    let here = URL(filePath: #filePath).deletingLastPathComponent()
    let catalog = "../../../Sources/PluginAPI/PluginAPI.docc/YourFirstPlugin.md"
    let article = try text(here.path + "/" + catalog)
    let code = try text(here.path + "/SettleProceeds.swift")
    let tests = try text(here.path + "/SettleProceedsTests.swift")
    let excerpts = article.split(separator: "```swift\n").dropFirst().compactMap {
      $0.split(separator: "\n```").first
    }
    #expect(excerpts.count == 5)
    for excerpt in excerpts where !excerpt.hasPrefix("// swift-tools-version") {
      #expect(code.contains(excerpt) || tests.contains(excerpt), "not in the sample:\n\(excerpt)")
    }
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
  }
}
