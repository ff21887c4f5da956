import PluginAPI

/// Decides which accepted bundle may go next: one at a time on each account, the urgent first.
struct DispatchLine: Sendable {
  private struct Entry {
    let id: BundleID
    let keys: Set<WorkKey>
    let priority: Bundle.Priority
    let isCancel: Bool
  }

  private var waiting: [Entry] = []
  private var running: [BundleID: Set<WorkKey>] = [:]
  private var unknown: [BundleID: Set<WorkKey>] = [:]

  /// Whether nothing waits or runs.
  var isIdle: Bool { waiting.isEmpty && running.isEmpty }

  /// What bundles of unknown fate work on.
  var unsettled: Set<WorkKey> { unknown.values.reduce(into: []) { $0.formUnion($1) } }

  /// Bundles of unknown fate.
  var unknownBundles: [BundleID] { unknown.keys.sorted() }

  mutating func add(_ record: BundleRecord) {
    let entry = Entry(
      id: record.id, keys: WorkKey.keys(of: record.bundle.intents),
      priority: record.bundle.priority,
      isCancel: record.bundle.intents.allSatisfy(\.isCancel))
    let place = waiting.firstIndex { $0.priority < entry.priority } ?? waiting.count
    waiting.insert(entry, at: place)
  }

  /// The next bundle that can go now; call until it returns `nil`.
  mutating func next() -> BundleID? {
    var taken = running.values.reduce(into: Set<WorkKey>()) { $0.formUnion($1) }
    let unsettled = unsettled
    for (index, entry) in waiting.enumerated() {
      let isFree = entry.keys.isDisjoint(with: taken)
      if isFree, entry.isCancel || entry.keys.isDisjoint(with: unsettled) {
        waiting.remove(at: index)
        running[entry.id] = entry.keys
        return entry.id
      }
      // Those behind must not overtake on the same accounts.
      taken.formUnion(entry.keys)
    }
    return nil
  }

  mutating func end(_ id: BundleID) {
    running[id] = nil
    unknown[id] = nil
  }

  /// The bundle's fate is unknown: its accounts take nothing new but cancels.
  mutating func suspend(_ record: BundleRecord) {
    running[record.id] = nil
    unknown[record.id] = WorkKey.keys(of: record.bundle.intents)
  }
}
