import Isolation
import PluginAPI
import Scheduler
import Storage

/// Keeps what the scheduler accounts for in the store.
struct StoreLedger: SlotLedger {
  let store: any Store

  // Concurrent, because sorting many entries would hold up the scheduler's loop.
  @concurrent func record(_ entries: [LedgerEntry]) async throws { try await write(entries) }

  @concurrent func append(_ entries: [LedgerEntry]) async throws { try await write(entries) }

  private func write(_ entries: [LedgerEntry]) async throws {
    try await store.write(entries.flatMap { $0.writes })
  }

  // MARK: Restart

  /// Ends the records of runs that nobody will report on. One whose slot has no end was lost with its
  /// host, and the scheduler decides about the slot; any other never started.
  func closeRuns(at now: Timestamp) async throws {
    let orphans = Set(try await store.openSlots().map(\.key))
    let closed = try await store.openRuns().map { run in
      var run = run
      let isLost = orphans.contains(run.slot)
      run.ended = now
      run.outcome = (isLost ? RunOutcome.lost("") : .cancelled("")).label
      run.text = isLost ? "its host ended" : "it was planned and did not start"
      return run
    }
    if !closed.isEmpty { try await store.write(closed.map(LedgerWrite.run)) }
  }

  /// What the scheduler must know when the host starts.
  func memory() async throws -> SchedulerMemory {
    var memory = SchedulerMemory()
    let lasts = try await store.lastSlots()
    memory.anchors = try await store.anchors().compactMap { anchor in
      JobAnchor(anchor, lastSlot: lasts[anchor.sequence])
    }
    memory.standings = try await store.standings().compactMap(JobStanding.init)
    memory.orphans = try await orphans()
    return memory
  }

  /// The newest attempt of every slot that was planned and has no end: its host died.
  private func orphans() async throws -> [RunOrder] {
    var newest: [SlotID: RunOrder] = [:]
    for record in try await store.openSlots() {
      guard let order = RunOrder(record) else { continue }
      if newest[order.slot].map({ $0.attempt < order.attempt }) ?? true {
        newest[order.slot] = order
      }
    }
    return newest.values.sorted { $0.id < $1.id }
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
  fileprivate init?(_ record: SlotRecord) {
    guard let id = record.run.flatMap(UInt64.init),
      let kind = SlotID.Kind(rawValue: record.key.kind)
    else { return nil }
    self.init(
      id: RunID(id), plugin: "",
      slot: SlotID(job: record.key.job, kind: kind, time: record.key.slot),
      plannedAt: record.key.slot, cause: .cadence, attempt: record.key.attempt,
      generation: Int(record.generation), deadline: MonotonicInstant(nanoseconds: 0))
  }
}
