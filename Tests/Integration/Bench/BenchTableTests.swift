import JobTable
import Testing

@testable import Gridkeeper

@Suite struct BenchTableTests {
  @Test func itIsATableOfSoManyJobsOfWhichTheFirstMayDiffer() throws {
    var table = BenchTable(plugins: "/plugins", jobs: 12, every: "60s", settle: "5s")
    let loader = TableLoader(environment: [:], fileName: "bench")
    let plain = try #require(loader.load(Array(table.text.utf8)).table)
    #expect(plain.jobs.count == 12 && plain.host.settle == .seconds(5))
    #expect(plain.jobs.values.allSatisfy { $0.cadence.every == .seconds(60) })
    table.first = "61s"
    let changed = try #require(loader.load(Array(table.text.utf8)).table)
    #expect(TableDiff(from: plain, to: changed).changed.map(\.name) == [BenchTable.job(0)])
  }

  @Test func namesSortAsTheirNumbersDo() {
    let names = [0, 9, 10, 99_999, 100_000].map(BenchTable.job)
    #expect(names == names.sorted() && names.first == "job-000000")
  }
}
