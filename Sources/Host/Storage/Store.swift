package import PluginAPI
package import Telemetry

/// Where the host keeps what must survive it.
///
/// Every call that writes is durable when it returns: it is on disk, or it threw. Writes of one
/// caller take effect in the order of its calls. A batch is stored as a whole or not at all.
package protocol Store: SlotStore, RunStore, PositionStore, GenerationStore, JobStateStore,
  BundleStore, EventStore, MarketStore, AuditStore, BooksStore
{
  /// Carries out changes in their order, as one: a crash leaves all of them or none.
  func write(_ ledger: [LedgerWrite]) async throws(StoreError)

  /// Deletes finished records that are older than `retention` allows, in small steps that let other
  /// writes through, and returns how many went.
  ///
  /// What is unfinished is kept whatever its age, and so is the newest good generation.
  func prune(_ retention: Retention, now: Timestamp) async throws(StoreError) -> Int

  /// Writes what is queued and lets go of the store; later calls throw `closed`.
  func close() async
}

/// The slots of every job and how each ended.
package protocol SlotStore: Sendable {
  /// Slots that have no end, oldest first.
  func openSlots() async throws(StoreError) -> [SlotRecord]

  /// A job's newest slots, newest first.
  func slots(job: String, limit: Int) async throws(StoreError) -> [SlotRecord]

  /// How a job's slots in `range` ended, and how many have no end yet.
  func slotSummary(job: String, in range: Range<Timestamp>) async throws(StoreError) -> SlotSummary
}

/// Every run of every job.
package protocol RunStore: Sendable {
  /// Runs that have no end, oldest first. After a start these are the orphans of the last process.
  func openRuns() async throws(StoreError) -> [RunRecord]

  /// Runs planned before `before`, newest first; of all jobs when `job` is `nil`.
  func runs(job: String?, limit: Int, before: Timestamp?) async throws(StoreError) -> [RunRecord]

  /// One run.
  func run(id: String) async throws(StoreError) -> RunRecord?
}

/// Where each job stands: what its slots are counted from, and what keeps it from running.
package protocol PositionStore: Sendable {
  /// All anchors.
  func anchors() async throws(StoreError) -> [AnchorRecord]

  /// The newest slot of every sequence that is accounted for or planned. A pass over the slots that
  /// are kept; for the start of a host.
  func lastSlots() async throws(StoreError) -> [SlotSequence: Timestamp]

  /// All standings.
  func standings() async throws(StoreError) -> [StandingRecord]
}

/// Every job table that was read.
package protocol GenerationStore: Sendable {
  /// Stores a generation.
  ///
  /// - Throws: `conflict` when its number is taken.
  func appendGeneration(_ generation: GenerationRecord) async throws(StoreError)

  /// The newest generation that was in force.
  func lastGoodGeneration() async throws(StoreError) -> GenerationRecord?

  /// One generation.
  func generation(_ number: Int64) async throws(StoreError) -> GenerationRecord?

  /// The newest generations, newest first.
  func generations(limit: Int) async throws(StoreError) -> [GenerationRecord]
}

/// Keys that one job may have in its state.
package let mostStateKeys = 1_000

/// What jobs remember between runs.
package protocol JobStateStore: Sendable {
  /// The JSON text under a job's key.
  func loadState(job: String, key: String) async throws(StoreError) -> String?

  /// Stores JSON text under a job's key; `nil` forgets it.
  ///
  /// - Throws: `tooMany` when the key is new and the job has `mostStateKeys` already.
  func storeState(job: String, key: String, json: String?, at time: Timestamp)
    async throws(StoreError)

  /// All that a job remembers, by key.
  func state(job: String) async throws(StoreError) -> [String: String]
}

/// Every accepted bundle.
package protocol BundleStore: Sendable {
  /// Stores a bundle, unless one with the same job, slot and effect is stored already; then that one
  /// is returned and nothing changes. This is what keeps a retried run from acting twice.
  func acceptBundle(_ bundle: BundleRecord) async throws(StoreError) -> BundleAcceptance

  /// Replaces what is stored under the bundle's identifier.
  ///
  /// - Throws: `missing` when it was never accepted.
  func updateBundle(_ bundle: BundleRecord) async throws(StoreError)

  /// Bundles without an end, oldest first.
  func unfinishedBundles() async throws(StoreError) -> [BundleRecord]

  /// The newest bundles, newest first; of all jobs when `job` is `nil`.
  func bundles(job: String?, limit: Int) async throws(StoreError) -> [BundleRecord]

  /// The bundles of one run, oldest first.
  func bundles(run: String) async throws(StoreError) -> [BundleRecord]

  /// One bundle.
  func bundle(id: BundleID) async throws(StoreError) -> BundleRecord?

  /// What bundles accepted since `time` paid that landed, or may still pay; for day budgets.
  func bundleCosts(since time: Timestamp) async throws(StoreError) -> BundleCosts
}

/// What happened, in order.
package protocol EventStore: Sendable {
  /// Stores events; one with a known sequence number is ignored.
  func appendEvents(_ events: [Event]) async throws(StoreError)

  /// Events after sequence number `after`, oldest first.
  func events(after: Int64, limit: Int) async throws(StoreError) -> [Event]

  /// The highest sequence number stored, 0 when there is none.
  func lastEvent() async throws(StoreError) -> Int64
}

/// The market's history.
package protocol MarketStore: Sendable {
  /// Stores trades and says how many were new; a known identifier is never stored twice.
  func appendTrades(_ trades: [Trade]) async throws(StoreError) -> Int

  /// Trades at or after `since`, oldest first.
  func trades(since: Timestamp, limit: Int) async throws(StoreError) -> [Trade]

  /// Stores one-minute bars; one with a known start replaces the older one.
  func appendBars(_ bars: [BarRecord]) async throws(StoreError)

  /// Bars that start at or after `since`, oldest first.
  func bars(since: Timestamp, limit: Int) async throws(StoreError) -> [BarRecord]
}

/// Who changed what.
package protocol AuditStore: Sendable {
  /// Adds an entry; entries are never changed.
  func appendAudit(_ entry: AuditRecord) async throws(StoreError)

  /// The newest entries, newest first.
  func audit(limit: Int) async throws(StoreError) -> [AuditRecord]
}
