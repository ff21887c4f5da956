import Foundation
import PluginAPI
import Testing

@testable import JobTable

/// `docs/job-table.md` says of every key what the code says of it. When a row is missing, the
/// failure shows it as it should stand there.
@Suite struct TableReferenceTests {
  private let reference: String

  init() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    reference = try String(
      contentsOf: root.appendingPathComponent("docs/job-table.md"), encoding: .utf8)
  }

  @Test(arguments: SectionSettings.all.map(\.name))
  func everySettingHasItsRow(name: String) throws {
    let section = try #require(SectionSettings.all.first { $0.name == name })
    let text = try #require(chapter("### `\(name)`"))
    #expect(text.contains(section.help))
    for (field, fallback) in zip(section.fields, section.show(JobTable())) {
      let row = Self.row(field, fallback)
      #expect(text.contains(row), "expected the row\n\(row)")
    }
    #expect(Self.keys(in: text) == section.fields.map(\.key))
  }

  @Test func everyKeyOfAJobHasItsRow() throws {
    let text = try #require(chapter("## Jobs"))
    #expect(Set(Self.keys(in: text)) == Set(TableBuilder.jobKeys))
    for (key, bounds) in TableBuilder.durationBounds where key != "backoff" {
      let range = "\(bounds.lowerBound.parameterText) to \(bounds.upperBound.parameterText)"
      let row = text.split(separator: "\n").first { $0.hasPrefix("| `\(key)` |") }
      #expect(row?.contains(range) == true, "expected '\(range)' in the row of \(key)")
    }
  }

  @Test func everyCapabilityIsNamed() throws {
    let text = try #require(chapter("## Jobs"))
    for capability in Capability.allCases { #expect(text.contains("`\(capability.rawValue)`")) }
  }

  /// From the heading to the next one of its level or above.
  private func chapter(_ heading: String) -> String? {
    guard let start = reference.range(of: heading + "\n") else { return nil }
    let level = heading.prefix { $0 == "#" }.count
    let lines = reference[start.upperBound...].split(
      separator: "\n", omittingEmptySubsequences: false)
    return lines.prefix { line in
      let depth = line.prefix { $0 == "#" }.count
      return depth == 0 || depth > level
    }.joined(separator: "\n")
  }

  /// The first cells of the rows that begin with a key.
  private static func keys(in chapter: String) -> [String] {
    chapter.split(separator: "\n").filter { $0.hasPrefix("| `") }.compactMap { line in
      line.split(separator: "`").dropFirst().first.map(String.init)
    }
  }

  private static func row(_ field: SettingField, _ fallback: String) -> String {
    let hasDefault = !fallback.isEmpty && fallback != "none"
    let bounds = field.minimum.flatMap { low in field.maximum.map { "\(low) to \($0)" } }
    let cells = [
      "`\(field.key)`",
      field.isMap ? "map" : field.items.isEmpty ? type(field.shape) : "list",
      hasDefault ? "`\(fallback)`" : "none", bounds ?? "-", field.help,
      field.needsRestart ? "yes" : "-",
    ]
    return "| " + cells.joined(separator: " | ") + " |"
  }

  private static func type(_ shape: ScalarShape) -> String {
    switch shape {
    case .choice(let words): words.map { "`\($0)`" }.joined(separator: " \\| ")
    case .size: "size"
    case .digest: "digest"
    case .time: "time"
    case .port: "port"
    case .parameter(.sol): "SOL"
    case .parameter(.usd): "USD"
    case .parameter(.string): "text"
    case .parameter(let type): type.rawValue
    }
  }
}
