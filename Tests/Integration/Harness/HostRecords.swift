import PluginAPI
import Storage
import Telemetry

/// What a host that ended left in its store.
struct HostRecords {
  private let store: SQLiteStore

  /// Opens the store of a folder; no host may run on it.
  init(_ folder: HostFolder, _ name: String = "store.db") async throws {
    store = try await SQLiteStore.open(path: folder.file(name))
  }

  /// How a job's slots in a range of time ended; all of them without one.
  func slots(_ job: String, from: Timestamp? = nil, to: Timestamp? = nil) async throws
    -> SlotSummary
  {
    let range = (from ?? Timestamp(nanoseconds: 0))..<(to ?? Timestamp(nanoseconds: .max))
    return try await store.slotSummary(job: job, in: range)
  }

  /// Slots that were planned and have no end.
  func openSlots() async throws -> [SlotRecord] { try await store.openSlots() }

  /// Attempts of a job's slots that were written down before they started.
  func recorded(_ job: String) async throws -> [SlotRecord] {
    try await store.slots(job: job, limit: 10_000)
  }

  /// A job's recorded runs, newest first.
  func runs(_ job: String) async throws -> [RunRecord] {
    try await store.runs(job: job, limit: 1_000, before: nil)
  }

  func openRuns() async throws -> [RunRecord] { try await store.openRuns() }

  func bundles() async throws -> [BundleRecord] { try await store.bundles(job: nil, limit: 10_000) }

  func unfinishedBundles() async throws -> [BundleRecord] { try await store.unfinishedBundles() }

  /// The numbers of the tables that were in force, oldest first.
  func tables() async throws -> [Int64] {
    try await store.generations(limit: 100).map(\.number).reversed()
  }

  /// What operators did, newest first.
  func audit() async throws -> [AuditRecord] { try await store.audit(limit: 100) }

  func events() async throws -> [String] {
    try await store.events(after: 0, limit: 10_000).map(\.name)
  }

  func close() async { await store.close() }
}
