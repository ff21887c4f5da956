import PluginAPI
import Telemetry

@testable import Storage

/// A point in time, `seconds` after a fixed one.
func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 1_750_000_000 + seconds) }

extension Store {
  func record(_ slots: [SlotRecord]) async throws(StoreError) {
    try await write(slots.map { .slot($0) })
  }
  func record(_ streaks: [SlotStreak]) async throws(StoreError) {
    try await write(streaks.map { .streak($0) })
  }
  func record(_ runs: [RunRecord]) async throws(StoreError) {
    try await write(runs.map { .run($0) })
  }
  func close(_ endings: [SlotEnding]) async throws(StoreError) {
    try await write(endings.map { .ending($0) })
  }
}

extension SlotKey {
  init(_ job: String, _ seconds: Int64, kind: String = "cadence", attempt: Int = 1) {
    self.init(job: job, kind: kind, slot: at(seconds), attempt: attempt)
  }
}

extension SlotRecord {
  init(_ job: String, _ seconds: Int64, attempt: Int = 1) {
    self.init(key: SlotKey(job, seconds, attempt: attempt), generation: 3, run: "r\(seconds)")
  }
}

extension RunRecord {
  init(_ id: String, _ job: String, _ seconds: Int64) {
    self.init(id: id, slot: SlotKey(job, seconds), cause: .cadence, generation: 3)
  }

  /// The run with all its fields set.
  var finished: RunRecord {
    var run = self
    run.started = slot.slot + .milliseconds(2)
    run.ended = slot.slot + .milliseconds(9)
    run.outcome = "done"
    run.text = "kept 12, \"placed\" 3\nümläut \u{0}"
    run.pluginVersion = "1.0.0"
    run.worker = 4_711
    run.lateness = Lateness(timer: 1, queue: 2, wake: 3, start: 4)
    run.bundles = 2
    return run
  }
}

extension BundleRecord {
  init(_ id: String, slot: String = "grid/cadence/1", effect: Int = 1, accepted: Int64 = 0) {
    self.init(id: BundleID(id), job: "grid", run: "r1", slot: slot, effect: effect)
    label = ""
    intents = "[{\"cancelAll\":{}}]"
    tip = 0.001
    self.accepted = at(accepted)
  }

  /// The bundle at the end of its way.
  var landed: BundleRecord {
    var bundle = self
    bundle.state = "landed"
    bundle.isSynthetic = true
    bundle.landedSlot = .max
    bundle.results = "[]"
    bundle.record = "{}"
    bundle.fee = 0.000_01
    bundle.signatures = "a b"
    bundle.attempt = 2
    bundle.sends = 3
    bundle.lastValidHeight = 150
    bundle.generation = 7
    bundle.reason = "why"
    bundle.sent = accepted + .seconds(1)
    bundle.ended = accepted + .seconds(2)
    return bundle
  }
}

extension Trade {
  init(_ id: String, _ seconds: Int64) {
    self.init(
      id: TradeID(id), time: at(seconds), price: PriceLots(1_000), size: BaseLots(5),
      takerSide: .ask, wallet: "w1", isSynthetic: true)
  }
}

extension Event {
  init(_ sequence: Int64, fields: [String: String] = [:]) {
    self.init(
      sequence: sequence, time: at(sequence), name: "GRID_REBUILD", job: "grid", fields: fields)
  }
}
