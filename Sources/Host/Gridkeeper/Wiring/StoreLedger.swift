import Isolation
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
    memory.anchors = try await store.anchors().compactMap { anchor in
      JobAnchor(anchor, lastSlot: lasts[anchor.sequence])
    }
    memory.standings = try await store.standings().compactMap(JobStanding.init)
    memory.orphans = try await store.openRuns().compactMap(RunOrder.init)
    return memory
  }
}

extension JobAnchor {
  fileprivate init?(_ record: AnchorRecord, lastSlot: Timestamp?) {
    guard let kind = SlotID.Kind(rawValue: record.sequence.kind) else { return nil }
    self.init(
      job: record.sequence.job, kind: kind, interval: record.interval, anchor: record.anchor,
      last: [record.last, lastSlot].compactMap(\.self).max())
  }
}

extension JobStanding {
  fileprivate init?(_ record: StandingRecord) {
    guard let state = State(rawValue: record.state) else { return nil }
    self.init(job: record.job, state: state, note: record.note, since: record.since)
  }
}

extension RunOrder {
  /// The order of a run that a dead host left open; its deadline has passed.
  fileprivate init?(_ record: Storage.RunRecord) {
    guard let id = UInt64(record.id), let kind = SlotID.Kind(rawValue: record.slot.kind) else {
      return nil
    }
    self.init(
      id: RunID(id), plugin: "",
      slot: SlotID(job: record.slot.job, kind: kind, time: record.slot.slot),
      plannedAt: record.slot.slot, cause: record.cause, attempt: record.slot.attempt,
      generation: Int(record.generation), deadline: MonotonicInstant(nanoseconds: 0))
  }
}
