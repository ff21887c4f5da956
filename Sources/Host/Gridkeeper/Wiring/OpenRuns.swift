import Isolation
import PluginAPI
import Scheduler

/// Which slot each open run works off, and how many bundles it has submitted.
///
/// The bundle service needs both: they are the identity under which nothing happens twice.
final class OpenRuns: Sendable {
  private struct Entry {
    let order: RunOrder
    var bundles = 0
  }

  private let entries = Guarded<[UInt64: Entry]>([:])

  /// Remembers runs that are about to start.
  func begin(_ orders: [RunOrder]) {
    entries.withLock { entries in
      for order in orders { entries[order.id.rawValue] = Entry(order: order) }
    }
  }

  /// Forgets runs and gives back their orders, `nil` for those that were not open.
  @discardableResult func end(_ runs: some Sequence<UInt64>) -> [RunOrder?] {
    entries.withLock { entries in runs.map { entries.removeValue(forKey: $0)?.order } }
  }

  /// The order of an open run.
  func order(of run: UInt64) -> RunOrder? { entries.withLock { $0[run]?.order } }

  /// The number of the run's next submission, counted from 0; `nil` when the run is over.
  func nextEffect(of run: UInt64) -> Int? {
    entries.withLock { entries in
      guard let count = entries[run]?.bundles else { return nil }
      entries[run]?.bundles = count + 1
      return count
    }
  }
}
