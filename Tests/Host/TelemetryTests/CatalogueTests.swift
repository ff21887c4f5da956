import Foundation
import Testing

@testable import Telemetry

/// The catalogue knows every name that the code emits, and `docs/metrics.md` shows the catalogue.
@Suite struct CatalogueTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  /// Texts in capitals that are no events.
  private static let variables: Set<String> = [
    "GRIDKEEPER_SOCKET", "LD_LIBRARY_PATH", "NO_COLOR", "SWIFT_DETERMINISTIC_HASHING",
  ]

  private let metrics = MetricCatalogue.sections.flatMap(\.metrics)
  private let events = EventCatalogue.sections.flatMap(\.events)
  private let reference: String

  init() throws {
    reference = try String(
      contentsOf: Self.root.appendingPathComponent("docs/metrics.md"), encoding: .utf8)
  }

  private func sources(_ folder: String) throws -> [String] {
    let base = Self.root.appendingPathComponent("Sources/\(folder)")
    let paths =
      FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
    return try paths.filter { $0.hasSuffix(".swift") && !$0.contains("/Catalogue/") }.sorted()
      .map { try String(contentsOf: base.appendingPathComponent($0), encoding: .utf8) }
  }

  @Test func everyMetricOfTheHostIsInTheCatalogue() throws {
    let known = Set(metrics.map(\.name))
    let keys = /(?:Metrics\.Key|metrics\.\w+\(\s*\.init|\bset)\(\s*"([a-z][a-z0-9_]+)"/
    for text in try sources("Host") {
      for name in text.matches(of: keys).map({ String($0.output.1) }) where name != "job_" {
        #expect(known.contains(name), "\(name) is emitted and not in MetricCatalogue")
      }
    }
  }

  @Test func everyMetricOfAShippedJobIsInTheCatalogue() throws {
    let known = Set(metrics.map(\.name))
    for text in try sources("Plugins") {
      for match in text.matches(of: /metrics\.\w+\(\s*"([a-z][a-z0-9_]+)"/) {
        #expect(
          known.contains("job_\(match.output.1)"),
          "job_\(match.output.1) is emitted and not in MetricCatalogue")
      }
    }
  }

  @Test func everyEventIsInTheCatalogue() throws {
    let known = Set(events.map(\.name))
    for text in try sources("Host") + sources("Plugins") {
      let told = text.matches(of: /(?:emit|onEvent)\(\s*"([A-Z_]+)"/).map { String($0.output.1) }
      let named = text.matches(of: /"([A-Z]{3,}(?:_[A-Z]+)+)"/).map { String($0.output.1) }
      for name in told + named where !Self.variables.contains(name) {
        #expect(known.contains(name), "\(name) is emitted and not in EventCatalogue")
      }
    }
  }

  @Test func nothingInTheCatalogueIsMadeUp() throws {
    let code = try (sources("Host") + sources("Plugins")).joined()
    for name in metrics.map(\.name) {
      let own = name.hasPrefix("job_") ? String(name.dropFirst(4)) : name
      #expect(
        code.contains("\"\(own)\"") || code.contains("\"\(name)\"") || code.contains("\(name) "),
        "nobody emits \(name)")
    }
    for event in events {
      // Some names are put together: "ORDER_" and what is wrong with the order.
      let parts = event.name.split(separator: "_", maxSplits: 1)
      let isComposed =
        code.contains("\"\(parts[0])_\\(")
        && code.contains("case \(parts.last?.lowercased() ?? "")")
      #expect(isComposed || code.contains("\"\(event.name)\""), "nobody emits \(event.name)")
    }
  }

  @Test func aNameHasOneMeaning() {
    #expect(Set(metrics.map(\.name)).count == metrics.count)
    #expect(Set(events.map(\.name)).count == events.count)
  }

  @Test func theReferenceShowsTheCatalogue() {
    for metric in metrics {
      let prefix = metric.name.hasPrefix("process_") ? "" : Metrics.prefix
      let labels = metric.labels.map { "`\($0)`" }.joined(separator: ", ")
      let row =
        "| `\(prefix)\(metric.name)` | \(metric.kind.rawValue) | \(metric.unit) | \(labels) | \(metric.help) |"
      #expect(reference.contains(row), "expected the row\n\(row)")
    }
    for event in events {
      let fields = event.fields.map { "`\($0)`" }.joined(separator: ", ")
      let row = "| `\(event.name)` | \(fields) | \(event.help) |"
      #expect(reference.contains(row), "expected the row\n\(row)")
    }
  }
}
