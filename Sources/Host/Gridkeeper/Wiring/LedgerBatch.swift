import Isolation
import PluginAPI
import Scheduler
import Storage

/// Ledger entries sorted by the tables that they go to.
struct LedgerBatch {
  private var slots: [SlotRecord] = []
  private var endings: [SlotEnding] = []
  private var runs: [Storage.RunRecord] = []
  private var streaks: [SlotStreak] = []
  private var anchors: [AnchorRecord] = []
  private var forgotten: [SlotSequence] = []
  private var standings: [StandingRecord] = []
  private var freed: [String] = []

  mutating func add(_ entry: LedgerEntry) {
    switch entry {
    case .planned(let order):
      slots.append(SlotRecord(order))
      runs.append(Storage.RunRecord(order))
    case .run(let record):
      endings.append(
        SlotEnding(key: SlotKey(record.order), outcome: record.outcome.label))
      runs.append(Storage.RunRecord(record))
    case .slots(let streak): streaks.append(SlotStreak(streak))
    case .anchor(let anchor): anchors.append(AnchorRecord(anchor))
    case .forget(let job, let kind):
      forgotten.append(SlotSequence(job: job, kind: kind.rawValue))
    case .standing(let standing) where standing.state == .free: freed.append(standing.job)
    case .standing(let standing): standings.append(StandingRecord(standing))
    }
  }

  /// Writes everything. What is planned comes last, so that it is stored only when all that came
  /// before it is.
  func write(to store: any Store) async throws {
    if !forgotten.isEmpty { try await store.forgetAnchors(forgotten) }
    if !anchors.isEmpty { try await store.saveAnchors(anchors) }
    if !freed.isEmpty { try await store.forgetStandings(freed) }
    if !standings.isEmpty { try await store.saveStandings(standings) }
    if !streaks.isEmpty { try await store.recordStreaks(streaks) }
    if !runs.isEmpty { try await store.appendRuns(runs) }
    if !endings.isEmpty { try await store.closeSlots(endings) }
    if !slots.isEmpty { _ = try await store.recordSlots(slots) }
  }
}

extension SlotKey {
  fileprivate init(_ order: RunOrder) {
    self.init(
      job: order.job, kind: order.slot.kind.rawValue, slot: order.slot.time,
      attempt: order.attempt)
  }
}

extension SlotRecord {
  fileprivate init(_ order: RunOrder) {
    self.init(
      key: SlotKey(order), generation: Int64(order.generation), run: order.id.description)
  }
}

extension Storage.RunRecord {
  fileprivate init(_ order: RunOrder) {
    self.init(
      id: order.id.description, slot: SlotKey(order), cause: order.cause,
      generation: Int64(order.generation))
  }

  fileprivate init(_ record: Scheduler.RunRecord) {
    self.init(record.order)
    started = record.dispatched
    ended = record.ended
    outcome = record.outcome.label
    text = record.outcome.detail
    let late = record.lateness
    lateness = Storage.Lateness(
      timer: late.timer.nanoseconds, queue: late.queue.nanoseconds, wake: late.worker.nanoseconds,
      start: late.plugin.nanoseconds)
  }
}

extension SlotStreak {
  fileprivate init(_ streak: Streak) {
    self.init(
      job: streak.job, kind: streak.kind.rawValue, first: streak.first, last: streak.last,
      count: Int64(streak.count), outcome: streak.outcome.label)
  }
}

extension AnchorRecord {
  fileprivate init(_ anchor: JobAnchor) {
    self.init(
      sequence: SlotSequence(job: anchor.job, kind: anchor.kind.rawValue),
      interval: anchor.interval, anchor: anchor.anchor, last: anchor.last)
  }
}

extension StandingRecord {
  fileprivate init(_ standing: JobStanding) {
    self.init(
      job: standing.job, state: standing.state.rawValue, note: standing.note,
      since: standing.since)
  }
}
