import Isolation

/// Things that wait for a time: the earliest first, and of the same time the first that came.
///
/// Adding and taking cost O(log n).
struct TimerHeap<Element> {
  private struct Entry {
    let time: MonotonicInstant
    let number: UInt64
    let element: Element

    func isBefore(_ other: Entry) -> Bool { (time, number) < (other.time, other.number) }
  }

  private var entries: [Entry] = []
  private var last: UInt64 = 0

  /// When the first one is due; `nil` when nothing waits.
  var earliest: MonotonicInstant? { entries.first?.time }

  /// Lets `element` wait for `time`.
  mutating func add(_ element: Element, at time: MonotonicInstant) {
    last += 1
    entries.append(Entry(time: time, number: last, element: element))
    var child = entries.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard entries[child].isBefore(entries[parent]) else { return }
      entries.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes the first one, whether its time has come or not.
  mutating func removeFirst() -> Element? {
    guard let first = entries.first else { return nil }
    let moved = entries.removeLast()
    if !entries.isEmpty {
      entries[0] = moved
      sink()
    }
    return first.element
  }

  private mutating func sink() {
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < entries.count && entries[child].isBefore(entries[least]) {
        least = child
      }
      guard least != parent else { return }
      entries.swapAt(parent, least)
      parent = least
    }
  }
}
