/// What happened to a standing order and waits to be written into its account.
struct HeapEvent: Sendable {
  /// The account's row; negative for an outsider's.
  var account: Int
  /// What the account gets.
  var sol: Int64 = 0
  var token: Int64 = 0
  /// Whether the order is gone and its slot becomes free.
  var freesSlot: Bool
}

/// The events that a market holds until somebody has them processed, oldest first.
struct EventHeap: Sendable {
  static let capacity = 600

  private var events: [HeapEvent] = []
  private var head = 0

  var count: Int { events.count - head }
  var room: Int { Self.capacity - count }
  var waiting: ArraySlice<HeapEvent> { events[head...] }

  /// - Precondition: There is room.
  mutating func add(_ event: HeapEvent) {
    precondition(room > 0, "the event heap is full")
    events.append(event)
  }

  mutating func removeFirst() -> HeapEvent? {
    guard count > 0 else { return nil }
    head += 1
    return events[head - 1]
  }

  /// Where the heap stands; valid until `compact`.
  struct Mark: Sendable {
    fileprivate let head: Int
    fileprivate let end: Int
  }

  var mark: Mark { Mark(head: head, end: events.count) }

  /// Forgets what was added since and takes back what was removed since.
  mutating func restore(_ mark: Mark) {
    events.removeLast(events.count - mark.end)
    head = mark.head
  }

  /// Drops what was removed, once that is worth its cost.
  mutating func compact() {
    guard head > Self.capacity else { return }
    events.removeFirst(head)
    head = 0
  }
}
