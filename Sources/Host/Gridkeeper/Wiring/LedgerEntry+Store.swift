import Isolation
import PluginAPI
import Scheduler
import Storage

extension LedgerEntry {
  /// The entry in the store's words, in the order in which it must be written.
  var writes: [LedgerWrite] {
    switch self {
    // A slot that waits is no run yet.
    case .planned(let order) where order.attempt == 0: [.slot(SlotRecord(order))]
    case .planned(let order): [.slot(SlotRecord(order)), .run(Storage.RunRecord(order))]
    case .run(let record):
      [
        .ending(SlotEnding(key: SlotKey(record.order), outcome: record.outcome.label)),
        .run(Storage.RunRecord(record)),
      ]
    case .slots(let streak): [.streak(SlotStreak(streak))]
    case .anchor(let anchor): [.anchor(AnchorRecord(anchor))]
    case .forget(let job, let kind):
      [.forgetAnchor(SlotSequence(job: job, kind: kind.rawValue))]
    case .standing(let standing) where standing.state == .free: [.forgetStanding(standing.job)]
    case .standing(let standing): [.standing(StandingRecord(standing))]
    }
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
