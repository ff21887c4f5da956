import Isolation
package import PluginAPI

/// A word that starts the jobs which listen to it.
package struct Signal: Sendable, Hashable {
  /// The name, without `signal.`.
  package var name: String
  /// The job or the operator that sent it.
  package var sender: String
  /// When it was sent.
  package var time: Timestamp

  package init(name: String, sender: String, time: Timestamp) {
    self.name = name
    self.sender = sender
    self.time = time
  }
}

/// Carries signals to whoever follows them, in this process or in others.
package protocol Signals: Sendable {
  /// Sends a signal to all who follow now.
  func send(_ signal: Signal) async

  /// The signals that are sent from now on. A follower that leaves too many unread loses the oldest
  /// of them.
  func follow() -> AsyncStream<Signal>
}

/// Signals inside the process.
package final class MemorySignals: Signals {
  private struct Followers {
    var continuations: [Int: AsyncStream<Signal>.Continuation] = [:]
    var last = 0
    var lost = 0
  }

  private let followers = Guarded(Followers())
  private let capacity: Int

  /// Makes signals of which a follower may leave `capacity` unread.
  package init(capacity: Int = 1_024) { self.capacity = capacity }

  /// How many signals followers lost because they did not read.
  package var lost: Int { followers.withLock(\.lost) }

  package func send(_ signal: Signal) async {
    let continuations = followers.withLock { $0.continuations.values.map(\.self) }
    var lost = 0
    for continuation in continuations {
      if case .dropped = continuation.yield(signal) { lost += 1 }
    }
    if lost > 0 { followers.withLock { $0.lost += lost } }
  }

  package func follow() -> AsyncStream<Signal> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: Signal.self, bufferingPolicy: .bufferingNewest(capacity))
    let number = followers.withLock { followers in
      followers.last += 1
      followers.continuations[followers.last] = continuation
      return followers.last
    }
    continuation.onTermination = { [weak self] _ in
      self?.followers.withLock { $0.continuations[number] = nil }
    }
    return stream
  }
}
