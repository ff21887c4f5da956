/// Orders by the time at which they expire, in nanoseconds; cancelled ones stay until they come up.
struct ExpiryHeap: Sendable {
  private var heap: [(time: Int64, number: UInt64)] = []

  var count: Int { heap.count }

  mutating func add(_ time: Int64, _ number: UInt64) {
    heap.append((time, number))
    var child = heap.count - 1
    while child > 0, isBefore(child, (child - 1) / 2) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Takes out one order whose time has come.
  mutating func popDue(at now: Int64) -> UInt64? {
    guard let first = heap.first, first.time <= now else { return nil }
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    sink()
    return first.number
  }

  mutating func rebuild(_ items: some Sequence<(Int64, UInt64)>) {
    heap = items.map { (time: $0.0, number: $0.1) }
    heap.sort { ($0.time, $0.number) < ($1.time, $1.number) }
  }

  private mutating func sink() {
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && isBefore(child, least) { least = child }
      guard least != parent else { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }

  private func isBefore(_ left: Int, _ right: Int) -> Bool {
    (heap[left].time, heap[left].number) < (heap[right].time, heap[right].number)
  }
}
