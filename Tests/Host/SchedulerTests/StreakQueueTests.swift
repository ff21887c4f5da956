import Testing

@testable import Scheduler

@Suite struct StreakQueueTests {
  @Test func theLongestWaitingComesFirstAndNobodyTooEarly() {
    var queue = StreakQueue()
    for job in UInt32(0)..<3 { queue.add(job, at: Int64(job) * 10) }
    #expect(!queue.isReady(before: -1) && queue.next(before: -1) == nil)
    #expect(queue.next(before: 15) == 0)
    #expect(queue.next(before: 15) == 1)
    #expect(queue.next(before: 15) == nil && queue.count == 1)
    #expect(queue.next(before: 20) == 2)
    #expect(queue.next(before: .max) == nil && queue.count == 0)
  }

  /// Far more pass through it than ever stand in it, so the memory of those that left is used again.
  @Test func nobodyIsLostWhenManyPass() {
    var queue = StreakQueue()
    var left: [UInt32] = []
    for job in UInt32(0)..<30_000 {
      queue.add(job, at: Int64(job))
      if job >= 100 { left.append(queue.next(before: .max) ?? .max) }
    }
    #expect(left == Array(0..<29_900) && queue.count == 100)
  }

  /// A thousand a second are written down, but none waits for less than one second or more than ten.
  @Test(arguments: [(0, 1), (1_000, 1), (3_000, 3), (10_000, 10), (1_000_000, 10)])
  func theWaitGrowsWithTheirNumber(count: Int, seconds: Int64) {
    #expect(StreakQueue.wait(count) == seconds * 1_000_000_000)
  }
}
