import Foundation
import PluginAPI
import Testing

@testable import JobTable

@Suite struct JobEntryTests {
  @Test func changingOneJobDoesNotChangeAnotherOfTheSameTerms() throws {
    let table = try #require(
      load(
        "version: 1\njobs:\n  a: { plugin: Idle, every: 1s }\n  b: { plugin: Idle, every: 1s }\n"
      )
      .table)
    let before = try #require(table.jobs["b"])
    var entry = try #require(table.jobs["a"])
    #expect(entry.terms == before.terms && entry.termsHash == before.termsHash)
    entry.cadence.every = .seconds(2)
    entry.timeout = .seconds(3)
    #expect(before.cadence.every == .seconds(1) && before.timeout == .seconds(60))
    #expect(entry.terms != before.terms && !entry.isSame(as: before))
  }

  @Test func lineAndSecrecyAreNoPartOfItsIdentity() {
    var one = JobEntry(name: "job", plugin: "Idle")
    one.parameters = ["key": "x"]
    var other = one
    other.line = 7
    other.secretParameters = ["key"]
    #expect(one.isSame(as: other) && one.digest == other.digest && one != other)
    other.parameters["key"] = "y"
    #expect(!one.isSame(as: other) && one.digest != other.digest)
  }

  @Test func itTravelsAsOneFlatObject() throws {
    var entry = JobEntry(name: "job", plugin: "Idle")
    entry.line = 3
    entry.grants = [.trade]
    let data = try JSONEncoder().encode(entry)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(object["name"] as? String == "job" && object["plugin"] as? String == "Idle")
    #expect(try JSONDecoder().decode(JobEntry.self, from: data) == entry)
  }
}
