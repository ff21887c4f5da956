import PluginAPI
import Scheduler
import Storage

/// Keeps what the scheduler accounts for in the store.
struct StoreLedger: SlotLedger {
  let store: any Store

  func record(_ entries: [LedgerEntry]) async throws { try await write(entries) }

  func append(_ entries: [LedgerEntry]) async throws { try await write(entries) }

  private func write(_ entries: [LedgerEntry]) async throws {
    var batch = LedgerBatch()
    for entry in entries { batch.add(entry) }
    try await batch.write(to: store)
  }

  // MARK: Restart

  /// What the scheduler must know when the host starts.
  func memory() async throws -> SchedulerMemory {
    var memory = SchedulerMemory()
    let lasts = try await store.lastSlots()
    for position in try await store.positions().values {
      if let standing = JobStanding(position) { memory.standings.append(standing) }
    }
    for anchor in try await store.anchors() {
      guard let kind = SlotID.Kind(rawValue: anchor.kind) else { continue }
      let last = [anchor.last, lasts[SlotSequence(job: anchor.job, kind: anchor.kind)]]
        .compactMap(\.self).max()
      memory.anchors.append(
        JobAnchor(
          job: anchor.job, kind: kind, interval: anchor.interval, anchor: anchor.anchor, last: last)
      )
    }
    memory.orphans = try await store.openRuns().compactMap(RunOrder.init)
    return memory
  }
}
