package import Isolation

/// When and how often a dead worker is started again.
package struct RestartPolicy: Sendable, Hashable {
  /// The bound of the pause before the second restart in a row; the first one has none.
  package var firstPause: Duration = .milliseconds(500)
  /// The bound of any pause.
  package var longestPause: Duration = .seconds(30)
  /// So many deaths within the window trip the breaker.
  package var limit = 5
  /// How long a death is remembered.
  package var window: Duration = .seconds(60)

  package init() {}
}

/// Remembers a plugin's recent deaths and decides what follows from the next one.
package struct CrashHistory: Sendable {
  /// What follows from a death.
  package enum Decision: Sendable, Hashable {
    /// Start again after a pause.
    case restart(after: Duration)
    /// Stay down until an operator, a new table or a new library clears the history.
    case trip
  }

  private let policy: RestartPolicy
  private var deaths: [MonotonicInstant] = []

  package init(policy: RestartPolicy) { self.policy = policy }

  /// Deaths within the window before the newest one, itself included.
  package var count: Int { deaths.count }

  /// Takes note of a death.
  ///
  /// The pause doubles with each death within the window; jitter takes away up to half of it, so
  /// that workers that died together do not come back together.
  package mutating func died(at now: MonotonicInstant, random: inout SeededRandom) -> Decision {
    deaths.removeAll { now - $0 >= policy.window }
    deaths.append(now)
    guard deaths.count < policy.limit else { return .trip }
    guard deaths.count > 1 else { return .restart(after: .zero) }
    let doublings = min(deaths.count - 2, 20)
    let bound = min(policy.firstPause * (1 << doublings), policy.longestPause)
    let half = bound.nanoseconds / 2
    return .restart(after: .nanoseconds(half + Int64.random(in: 0...max(half, 0), using: &random)))
  }

  /// Forgets all deaths.
  package mutating func clear() { deaths = [] }
}
