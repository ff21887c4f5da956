package import Isolation
import PluginAPI

/// Carries events to whoever follows them, newest last.
///
/// It keeps the newest events only. A follower that is slower than that learns how many it missed;
/// the store has them all. Nobody's slowness holds up anybody else, and nothing grows.
package final class EventBus: Sendable {
  /// What a follower gets.
  package enum Item: Sendable, Hashable {
    /// The next event.
    case event(Event)
    /// So many events were too old to be kept when the follower came for them.
    case missed(Int64)
  }

  private struct State {
    var ring: [Event] = []
    var start = 0
    var next: Int64
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    var lastWaiter = 0

    /// Adds an event; the oldest gives way when the ring is full.
    mutating func append(_ event: Event, capacity: Int) {
      if ring.count < capacity {
        ring.append(event)
      } else {
        ring[start] = event
        start = (start + 1) % capacity
      }
      next += 1
    }

    /// A kept event by its number.
    func event(_ sequence: Int64) -> Event {
      let age = Int(next - 1 - sequence)
      return ring[(start + ring.count - 1 - age) % ring.count]
    }
  }

  private let time: any TimeSource
  private let capacity: Int
  private let state: Guarded<State>

  /// How many events a bus keeps unless told otherwise.
  package static let usualCapacity = 4_096

  /// Makes a bus whose first event gets the number after `last`.
  package init(time: any TimeSource, startingAfter last: Int64 = 0, capacity: Int = usualCapacity) {
    precondition(capacity > 0, "a bus without room")
    self.time = time
    self.capacity = capacity
    state = Guarded(State(next: last + 1))
  }

  /// Publishes an event and returns it with its number and time.
  @discardableResult
  package func emit(
    _ name: String, job: String? = nil, run: String? = nil, _ fields: [String: String] = [:]
  ) -> Event {
    let now = time.wall
    let (event, waiters) = state.withLock { state in
      let event = Event(
        sequence: state.next, time: now, name: name, job: job, run: run, fields: fields)
      state.append(event, capacity: capacity)
      defer { state.waiters = [:] }
      return (event, state.waiters)
    }
    for waiter in waiters.values { waiter.resume() }
    return event
  }

  /// The number of the newest event, or the one the bus started after.
  package var last: Int64 { state.withLock { $0.next - 1 } }

  /// The newest kept events, at most `limit`, oldest first.
  package func recent(limit: Int) -> [Event] {
    state.withLock { state in
      let first = state.next - Int64(min(limit, state.ring.count))
      return (first..<state.next).map { state.event($0) }
    }
  }

  /// The events after `sequence`, then each new one as it comes; without a number, new ones only.
  ///
  /// Each call follows for itself. The stream ends when its task is cancelled.
  package func subscribe(after sequence: Int64? = nil) -> AsyncStream<Item> {
    let cursor = Guarded((sequence ?? last) + 1)
    return AsyncStream { [self] in await next(after: cursor) }
  }

  /// Waits for events after `sequence` and returns all that are kept, at most `limit`, oldest first;
  /// none when the task is cancelled. A gap before the first one was missed.
  package func next(after sequence: Int64, limit: Int) async -> [Event] {
    while !Task.isCancelled {
      let events = kept(after: sequence, limit: limit)
      if !events.isEmpty { return events }
      await wait(for: sequence + 1)
    }
    return []
  }

  /// The kept events after `sequence`, at most `limit`, oldest first.
  package func kept(after sequence: Int64, limit: Int) -> [Event] {
    state.withLock { state in
      let first = max(sequence + 1, state.next - Int64(state.ring.count))
      guard first < state.next else { return [] }
      return (first..<min(state.next, first + Int64(limit))).map { state.event($0) }
    }
  }

  private func next(after cursor: Guarded<Int64>) async -> Item? {
    while !Task.isCancelled {
      if let item = take(cursor) { return item }
      await wait(for: cursor.withLock(\.self))
    }
    return nil
  }

  private func take(_ cursor: Guarded<Int64>) -> Item? {
    state.withLock { state in
      cursor.withLock { wanted -> Item? in
        let oldest = state.next - Int64(state.ring.count)
        guard wanted < state.next else { return nil }
        guard wanted >= oldest else {
          defer { wanted = oldest }
          return .missed(oldest - wanted)
        }
        defer { wanted += 1 }
        return .event(state.event(wanted))
      }
    }
  }

  /// Waits until the event `wanted` was published or the task is cancelled.
  private func wait(for wanted: Int64) async {
    let number = state.withLock { state in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDone = state.withLock { state in
          guard wanted >= state.next, !Task.isCancelled else { return true }
          state.waiters[number] = continuation
          return false
        }
        if isDone { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
    }
  }
}
