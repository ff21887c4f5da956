import FoundationEssentials
import PluginAPI
import Testing

@testable import Lab

@Suite struct ReportTests {
  @Test("a report that is written and read is the same")
  func roundTrip() throws {
    let report = LabReport.example
    #expect(try LabReport(json: report.json, name: "x") == report)
  }

  @Test("files that are no reports are refused with what was expected")
  func refused() throws {
    let noReport = #expect(throws: ReportError.self) {
      try LabReport(json: Data("[]".utf8), name: "a.json")
    }
    #expect(noReport?.description == "a.json: expected a report that 'lab run --json' wrote")
    let other = #expect(throws: ReportError.self) {
      try LabReport(json: Data(#"{"schema": "gridkeeper-lab/9"}"#.utf8), name: "b.json")
    }
    #expect(
      other?.description == "b.json: has the form gridkeeper-lab/9, expected gridkeeper-lab/1")
  }

  @Test("reports of equal runs have no differences and no cautions")
  func equal() {
    let comparison = LabComparison(.example, .example)
    #expect(comparison.cautions.isEmpty)
    #expect(comparison.rows.allSatisfy { $0.difference == 0 })
  }

  @Test("a comparison shows what differs, and by how much")
  func differences() throws {
    var other = LabReport.example
    other.setup.seed = 8
    other.money.equityEnd += 250_000_000
    other.refusals = ["STALE_ORACLE": 4]
    let comparison = LabComparison(.example, other)
    #expect(comparison.cautions == ["seed: 7 against 8"])
    let differing = comparison.rows.filter { $0.difference != 0 }
    let found = Dictionary(uniqueKeysWithValues: differing.map { ($0.name, $0.difference ?? 0) })
    #expect(found == ["result": 0.25, "equity at the end": 0.25, "refusals: STALE_ORACLE": 4])
  }

  @Test("counters, wallets and prices do not make another reason")
  func reasons() {
    let first = OrderWords.text(job: "grid", label: "rebuild 17 wallet-1 deviation")
    let second = OrderWords.text(job: "grid", label: "rebuild 18 wallet-3 deviation")
    #expect(first == "grid: rebuild deviation")
    #expect(first == second)
  }

  @Test("reasons of the newest orders are known, however many there were")
  func newest() {
    var reasons = OrderWords(capacity: 100)
    let reason = reasons.number(of: "grid: rebuild")
    for number in 0..<1_000 { reasons.add(.init("\(number)"), reason) }
    #expect(reasons[.init("899")] == nil)
    #expect(reasons[.init("900")] == "grid: rebuild")
    #expect(reasons[.init("999")] == "grid: rebuild")
  }
}
