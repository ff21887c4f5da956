import Foundation
import Testing

@testable import JobTable

/// The schema that editors complete and check a table with.
@Suite struct TableSchemaTests {
  private func schema() throws -> [String: Any] {
    let data = Data(TableSchema(.sample).text.utf8)
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  private func at(_ path: String, in value: Any?) -> Any? {
    path.split(separator: "/").reduce(value) { value, key in
      if let list = value as? [Any], let index = Int(key) { return list[index] }
      return (value as? [String: Any])?[String(key)]
    }
  }

  @Test func itDescribesEverySectionAndKey() throws {
    let schema = try schema()
    #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
    let sections = at("properties", in: schema) as? [String: Any]
    #expect(
      Set(sections?.keys.map { $0 } ?? [])
        == Set(
          SectionSettings.all.map(\.name) + ["version", "groups", "jobs"]))
    let keys = at("$defs/job/properties", in: schema) as? [String: Any]
    #expect(Set(keys?.keys.map { $0 } ?? []) == Set(TableBuilder.jobKeys))
  }

  @Test func defaultsUnitsAndBoundsAreShown() throws {
    let schema = try schema()
    let share = "properties/risk/properties/max_order_share"
    #expect(at(share + "/default", in: schema) as? String == "25%")
    #expect(at(share + "/$ref", in: schema) as? String == "#/$defs/percent")
    let workers = at("properties/host/properties/workers/description", in: schema) as? String
    #expect(workers?.contains("From 1 to 1024.") == true)
    #expect(workers?.contains("Needs a restart.") == true)
  }

  @Test func parametersFollowThePlugin() throws {
    let schema = try schema()
    let rules = try #require(at("$defs/job/allOf", in: schema) as? [Any])
    #expect(rules.count == 3)
    #expect(at("if/properties/plugin/const", in: rules[0]) as? String == "FlashVolume")
    let parameters = "then/properties/parameters/properties/"
    #expect(at(parameters + "size/default", in: rules[0]) as? String == "0.1 SOL")
    #expect(
      at(parameters + "rotation/anyOf/0/enum", in: rules[0]) as? [String] == ["fixed", "tick"])
    #expect(at(parameters + "phrase/writeOnly", in: rules[0]) as? Bool == true)
    #expect(at(parameters + "phrase/default", in: rules[0]) == nil)
    #expect(at("if/required", in: rules[1]) as? [String] == ["plugin", "job"])
  }

  @Test func everyReferenceLeadsSomewhere() throws {
    let text = TableSchema(.sample).text
    let names = Set((at("$defs", in: try schema()) as? [String: Any])?.keys.map { $0 } ?? [])
    for part in text.components(separatedBy: "#/$defs/").dropFirst() {
      #expect(names.contains(String(part.prefix { $0 != "\"" })))
    }
  }
}
