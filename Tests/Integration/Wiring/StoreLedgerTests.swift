import Isolation
import PluginAPI
import Scheduler
import Storage
import TestSupport
import Testing

@testable import Gridkeeper

/// What a host knows after the one before it died between two writes.
@Suite struct StoreLedgerTests {
  private let directory = TemporaryDirectory()

  private func withLedger(_ body: (StoreLedger) async throws -> Void) async throws {
    let store = try await SQLiteStore.open(path: directory.file("ledger.db"))
    try await body(StoreLedger(store: store))
    await store.close()
  }

  private let slot = SlotID(job: "job", kind: .signal, time: Timestamp(seconds: 10))

  private func order(_ id: UInt64, attempt: Int) -> RunOrder {
    RunOrder(
      id: RunID(id), plugin: "Plugin", slot: slot, plannedAt: slot.time, cause: .signal,
      attempt: attempt, generation: 1, deadline: MonotonicInstant(nanoseconds: 1))
  }

  private func end(_ outcome: RunOutcome) -> LedgerEntry {
    .slots(
      Streak(
        job: "job", kind: .signal, outcome: .ran(outcome), first: slot.time, last: slot.time,
        count: 1))
  }

  private func record(_ order: RunOrder, _ outcome: RunOutcome) -> LedgerEntry {
    .run(
      Scheduler.RunRecord(
        order: order, outcome: outcome, dispatched: slot.time, ended: slot.time,
        lateness: Scheduler.Lateness(timer: .zero, queue: .zero, worker: .zero, plugin: .zero)))
  }

  @Test func `a slot that is planned and ends in one batch is no orphan`() async throws {
    try await withLedger { ledger in
      let order = order(1, attempt: 1)
      try await ledger.append([.planned(order), record(order, .done("")), end(.done(""))])
      #expect(try await ledger.memory().orphans == [])
    }
  }

  @Test func `a slot that waits for another attempt is not lost with its host`() async throws {
    try await withLedger { ledger in
      let first = order(1, attempt: 1)
      try await ledger.record([.planned(first)])
      try await ledger.append([record(first, .failed("no route")), .planned(order(2, attempt: 0))])
      #expect(try await ledger.memory().orphans.map(\.attempt) == [0])
      #expect(try await ledger.store.openRuns() == [])
      try await ledger.record([.planned(order(3, attempt: 2))])
      #expect(try await ledger.memory().orphans.map(\.id) == [RunID(3)])
      try await ledger.append([end(.failed("no route"))])
      #expect(try await ledger.memory().orphans == [])
    }
  }

  @Test func `the last word about a job counts, also within one batch`() async throws {
    let paused = JobStanding(job: "job", state: .paused, note: "x", since: slot.time)
    let free = JobStanding(job: "job", state: .free, note: "", since: slot.time)
    let anchor = JobAnchor(job: "job", kind: .every, interval: .seconds(1), anchor: slot.time)
    try await withLedger { ledger in
      try await ledger.append([
        .standing(paused), .standing(free), .anchor(anchor), .forget(job: "job", kind: .every),
      ])
      #expect(try await ledger.memory().standings == [])
      #expect(try await ledger.memory().anchors == [])
    }
  }
}
