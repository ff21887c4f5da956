import Isolation
import PluginAPI

/// Decides which accepted bundle may go next: one at a time on each account and wallet, the urgent
/// first, and jobs in turn among equals.
struct DispatchLine: Sendable {
  private struct Entry {
    let id: BundleID
    let job: String
    let keys: Set<WorkKey>
    let priority: Bundle.Priority
    let isCancel: Bool

    init(_ record: BundleRecord) {
      id = record.id
      job = record.submitter.job
      keys = record.keys
      priority = record.bundle.priority
      isCancel = record.isCancel
    }

    /// An emergency stop waits for nothing.
    var isKill: Bool { isCancel && priority == .kill }
  }

  private struct Work {
    let keys: Set<WorkKey>
    let since: MonotonicInstant
  }

  private var waiting: [Entry] = []
  private var working: [BundleID: Work] = [:]
  private var unknown: [BundleID: Set<WorkKey>] = [:]
  private var served: [String: UInt64] = [:]
  private var turn: UInt64 = 0

  /// Whether nothing waits or works.
  var isIdle: Bool { waiting.isEmpty && working.isEmpty }

  /// Whether nothing waits.
  var isEmpty: Bool { waiting.isEmpty }

  /// What bundles of unknown fate work on.
  var unsettled: Set<WorkKey> { unknown.values.reduce(into: []) { $0.formUnion($1) } }

  /// Bundles of unknown fate.
  var unknownBundles: [BundleID] { unknown.keys.sorted() }

  mutating func add(_ record: BundleRecord) {
    let entry = Entry(record)
    let place = waiting.firstIndex { $0.priority < entry.priority } ?? waiting.count
    waiting.insert(entry, at: place)
  }

  /// The next bundle that can go now, none less urgent than `lowest`; call until it returns `nil`.
  /// A cancel no longer waits behind work that is older than `patience`.
  mutating func next(
    at now: MonotonicInstant, patience: Duration = .seconds(2), lowest: Bundle.Priority = .normal
  ) -> BundleID? {
    guard let index = nextIndex(now, patience, lowest) else { return nil }
    let entry = waiting.remove(at: index)
    turn += 1
    served[entry.job] = turn
    working[entry.id] = Work(keys: entry.keys, since: now)
    return entry.id
  }

  private func nextIndex(
    _ now: MonotonicInstant, _ patience: Duration, _ lowest: Bundle.Priority
  ) -> Int? {
    guard !waiting.isEmpty else { return nil }
    var (all, fresh) = taken(now, patience)
    let unsettled = unsettled
    var best: Int?
    for (index, entry) in waiting.enumerated() where entry.priority >= lowest {
      if let best, waiting[best].priority > entry.priority { break }
      let isFree =
        entry.isKill
        || (entry.isCancel
          ? entry.keys.isDisjoint(with: fresh)
          : entry.keys.isDisjoint(with: all) && entry.keys.isDisjoint(with: unsettled))
      // Those behind must not overtake on the same accounts.
      all.formUnion(entry.keys)
      fresh.formUnion(entry.keys)
      guard isFree else { continue }
      if let best, lastTurn(best) <= lastTurn(index) { continue }
      best = index
    }
    return best
  }

  private func lastTurn(_ index: Int) -> UInt64 { served[waiting[index].job] ?? 0 }

  /// What is worked on, and what of it a cancel waits for.
  private func taken(_ now: MonotonicInstant, _ patience: Duration)
    -> (all: Set<WorkKey>, fresh: Set<WorkKey>)
  {
    var (all, fresh): (Set<WorkKey>, Set<WorkKey>) = ([], [])
    for work in working.values {
      all.formUnion(work.keys)
      if now - work.since < patience { fresh.formUnion(work.keys) }
    }
    return (all, fresh)
  }

  /// Lets a bundle begin at once when nobody waits and its accounts are free.
  mutating func startIfFree(_ record: BundleRecord, at now: MonotonicInstant) -> Bool {
    let keys = record.keys
    guard waiting.isEmpty, keys.isDisjoint(with: unsettled) || record.isCancel,
      working.values.allSatisfy({ $0.keys.isDisjoint(with: keys) })
    else { return false }
    turn += 1
    served[record.submitter.job] = turn
    working[record.id] = Work(keys: keys, since: now)
    return true
  }

  /// The bundle works already.
  mutating func start(_ record: BundleRecord, at now: MonotonicInstant) {
    unknown[record.id] = nil
    working[record.id] = Work(keys: record.keys, since: now)
  }

  mutating func end(_ id: BundleID) {
    working[id] = nil
    unknown[id] = nil
    waiting.removeAll { $0.id == id }
  }

  /// The bundle's fate is unknown: its accounts take nothing new but cancels.
  mutating func suspend(_ record: BundleRecord) {
    working[record.id] = nil
    unknown[record.id] = record.keys
  }
}
