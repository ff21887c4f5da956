import Isolation

/// Collects items from anywhere and hands them over in batches to one writer.
///
/// What does not fit while the writer is busy is dropped and counted; nothing grows without bound.
final class BatchBuffer<Item: Sendable>: Sendable {
  private struct State {
    var items: [Item] = []
    var dropped = 0
  }

  private let capacity: Int
  private let state = Guarded(State())
  private let bell: AsyncStream<Void>
  private let ring: AsyncStream<Void>.Continuation

  init(capacity: Int) {
    self.capacity = capacity
    (bell, ring) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// How many items were dropped so far.
  var dropped: Int { state.withLock(\.dropped) }

  func add(_ item: Item) {
    state.withLock { state in
      if state.items.count < capacity { state.items.append(item) } else { state.dropped += 1 }
    }
    ring.yield()
  }

  /// Hands batches to `write` until the task is cancelled.
  func drain(_ write: ([Item]) async -> Void) async {
    for await _ in bell {
      let batch = state.withLock { state in
        defer { state.items = [] }
        return state.items
      }
      if !batch.isEmpty { await write(batch) }
    }
  }
}
