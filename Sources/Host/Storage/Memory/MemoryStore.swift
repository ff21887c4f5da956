import Isolation
package import PluginAPI
import Telemetry

/// A store that lasts as long as its process: the double for tests and the Lab, and the definition
/// of what the other stores must do.
package final class MemoryStore: Store {
  let content: Guarded<Content>

  struct Content {
    var slots: [SlotKey: SlotRecord] = [:]
    var streaks: [StreakKey: SlotStreak] = [:]
    var runs: [String: RunRecord] = [:]
    var anchors: [SlotSequence: AnchorRecord] = [:]
    var standings: [String: StandingRecord] = [:]
    var generations: [Int64: GenerationRecord] = [:]
    var states: [String: [String: String]] = [:]
    var bundles: [BundleID: BundleRecord] = [:]
    var effects: [EffectKey: BundleID] = [:]
    var events: [Int64: Event] = [:]
    var trades: [TradeID: Trade] = [:]
    var arrivals: [TradeID] = []
    var bars: [Timestamp: BarRecord] = [:]
    var ledger: [LedgerRow] = []
    var ledgerKeys: Set<[Int64]> = []
    var texts: [String: String] = [:]
    var latencies: [LatencyRecord] = []
    var audit: [AuditRecord] = []
    var isClosed = false
    var failure: StoreError?
  }

  struct StreakKey: Hashable {
    let sequence: SlotSequence
    let first: Timestamp
    let outcome: String
  }

  struct EffectKey: Hashable {
    let job: String
    let slot: String
    let effect: Int

    init(_ bundle: BundleRecord) {
      job = bundle.job
      slot = bundle.slot
      effect = bundle.effect
    }
  }

  package init() { content = Guarded(Content()) }

  /// Makes every later write fail as a full or broken disk would, until called with `nil`.
  package func failWrites(with failure: StoreError?) {
    content.withLock { $0.failure = failure }
  }

  package func close() async { content.withLock { $0.isClosed = true } }

  package func prune(_ retention: Retention, now: Timestamp) async throws(StoreError) -> Int {
    try write { $0.prune(retention, now: now) }
  }

  func read<Result>(_ body: (Content) -> Result) throws(StoreError) -> Result {
    try content.withLock { content throws(StoreError) in
      guard !content.isClosed else { throw StoreError(.closed, "the store was closed") }
      return body(content)
    }
  }

  func write<Result>(
    _ body: (inout Content) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try content.withLock { content throws(StoreError) in
      guard !content.isClosed else { throw StoreError(.closed, "the store was closed") }
      if let failure = content.failure { throw failure }
      return try body(&content)
    }
  }
}

extension Sequence {
  /// The first `limit` of the elements sorted by `isBefore`.
  func sorted(limit: Int, by isBefore: (Element, Element) -> Bool) -> [Element] {
    Array(sorted(by: isBefore).prefix(limit))
  }
}
