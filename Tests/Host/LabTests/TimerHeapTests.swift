import Isolation
import Testing

@testable import Lab

@Suite struct TimerHeapTests {
  @Test("the earliest leaves first, and of the same time the first that came")
  func order() {
    var heap = TimerHeap<Int>()
    var random = SeededRandom(seed: 7)
    var expected: [(time: Int64, number: Int)] = []
    for number in 0..<1_000 {
      let time = Int64(random.next() % 50)
      heap.add(number, at: MonotonicInstant(nanoseconds: time))
      expected.append((time, number))
    }
    expected.sort { ($0.time, $0.number) < ($1.time, $1.number) }
    for (time, number) in expected {
      #expect(heap.earliest == MonotonicInstant(nanoseconds: time))
      #expect(heap.removeFirst() == number)
    }
    #expect(heap.earliest == nil)
    #expect(heap.removeFirst() == nil)
  }
}
