import Foundation
import Isolation
import Testing

@testable import Scheduler

@Suite struct BenchmarkTests {
  @Test func theBenchmarkAccountsForEverySlot() {
    let report = SchedulerBenchmark(jobs: 1000, seconds: 3).run(SystemTime())
    #expect(report.slots == 3000)
    #expect(report.accounted == 3000)
  }

  /// By hand: `SCHEDULER_BENCH=1 swift test -c release -Xswiftc -enable-testing --filter Benchmark`.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["SCHEDULER_BENCH"] != nil))
  func aHundredThousandJobs() throws {
    let before = Self.resident()
    for _ in 0..<3 {
      let report = SchedulerBenchmark().run(SystemTime())
      print(report)
      #expect(report.slots == report.accounted)
    }
    var core = SchedulerCore(now: SchedulerNow(SystemTime()))
    core.apply(SchedulerBenchmark.table(100_000), SchedulerNow(SystemTime()))
    print("resident MB before", before, "with a core of 100,000 jobs", Self.resident())
    print("bytes of a job", MemoryLayout<JobState>.stride, "jobs", core.jobCount)
  }

  private static func resident() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return pages * 4096 >> 20
  }
}
