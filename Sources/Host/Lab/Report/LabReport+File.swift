package import FoundationEssentials

/// A report could not be read.
package struct ReportError: Error, Sendable, Hashable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

extension LabReport {
  /// The report as JSON: keys sorted, so that equal reports are equal files.
  package var json: Data {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
      return try encoder.encode(self) + [10]
    }
  }

  /// Reads a report from a file's bytes; `name` stands in errors.
  ///
  /// - Throws: `ReportError` saying what was found and what was expected.
  package init(json: Data, name: String) throws(ReportError) {
    struct Head: Decodable { var schema: String }
    guard let head = try? JSONDecoder().decode(Head.self, from: json) else {
      throw ReportError("\(name): expected a report that 'lab run --json' wrote")
    }
    guard head.schema == Self.schema else {
      throw ReportError("\(name): has the form \(head.schema), expected \(Self.schema)")
    }
    do {
      self = try JSONDecoder().decode(LabReport.self, from: json)
    } catch {
      throw ReportError("\(name): is damaged: \(error)")
    }
  }
}
