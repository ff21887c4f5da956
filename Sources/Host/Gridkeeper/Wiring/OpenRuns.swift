import Bundles
import Isolation
import PluginAPI
import Scheduler

/// Which slot each open run works off, and how many bundles it has submitted.
///
/// The bundle service needs both: they are the identity under which nothing happens twice. The n-th
/// bundle of a slot's run is the same one in every attempt of the slot, whatever the attempt decided:
/// a second one gets the first one's receipt and is not sent. Bundles that only cancel do no harm
/// when they happen twice and much when they do not happen, so they count apart and anew in each
/// attempt.
final class OpenRuns: Sendable {
  private struct Entry {
    let order: RunOrder
    var bundles = 0
    var cancels = 0
  }

  private let entries = Guarded(NumberMap<Entry>())

  /// Remembers runs that are about to start.
  func begin(_ orders: [RunOrder]) {
    entries.withLock { entries in
      for order in orders { entries[order.id.rawValue] = Entry(order: order) }
    }
  }

  /// Forgets runs and gives back their orders, `nil` for those that were not open.
  @discardableResult func end(_ runs: some Sequence<UInt64>) -> [RunOrder?] {
    entries.withLock { entries in runs.map { entries.remove($0)?.order } }
  }

  /// Who a run's next bundle comes from; `nil` when the run is over.
  func submitter(of run: UInt64, cancels isCancel: Bool, _ capabilities: Set<Capability>)
    -> Submitter?
  {
    entries.withLock { entries in
      guard let entry = entries[run] else { return nil }
      let (order, slot) = (entry.order, entry.order.slot.description)
      entries.update(run) { if isCancel { $0.cancels += 1 } else { $0.bundles += 1 } }
      return Submitter(
        job: order.job, run: order.id.description,
        slot: isCancel ? "\(slot)/cancels/\(order.id)" : slot,
        effect: isCancel ? entry.cancels : entry.bundles, capabilities: capabilities,
        generation: Int64(order.generation))
    }
  }
}
