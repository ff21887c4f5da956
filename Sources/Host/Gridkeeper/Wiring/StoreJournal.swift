import Bundles
import PluginAPI
import Storage

/// Keeps accepted bundles in the store.
struct StoreJournal: BundleJournal {
  let store: any Store

  func accept(_ record: Bundles.BundleRecord) async throws -> Bundles.BundleRecord? {
    switch try await store.acceptBundle(try stored(record)) {
    case .accepted: nil
    case .existing(let first): try read(first)
    }
  }

  func update(_ record: Bundles.BundleRecord) async throws {
    try await store.updateBundle(try stored(record))
  }

  func record(_ id: BundleID) async throws -> Bundles.BundleRecord? {
    try await store.bundle(id: id).map(read)
  }

  func unfinished() async throws -> [Bundles.BundleRecord] {
    try await store.unfinishedBundles().map(read)
  }

  func tips(since time: Timestamp) async throws -> Lamports {
    try await store.tipsPaid(since: time).lamports
  }

  /// The record as columns; the whole of it travels in one of them, so that reading gives it back
  /// exactly.
  private func stored(_ record: Bundles.BundleRecord) throws -> Storage.BundleRecord {
    var row = Storage.BundleRecord(
      id: record.id, job: record.submitter.job, run: record.submitter.run,
      slot: record.submitter.slot, effect: record.submitter.effect)
    row.label = record.label
    row.intents = try JSONText.encode(record)
    row.tip = SOL(record.bundle.tip)
    row.isSynthetic = record.isSynthetic
    row.state = record.state.rawValue
    row.landedSlot = record.landedSlot
    row.results = record.results.isEmpty ? nil : try JSONText.encode(record.results)
    row.reason = record.reason ?? record.refusal?.description
    row.accepted = record.accepted
    row.sent = record.sent
    row.ended = record.ended
    return row
  }

  private func read(_ row: Storage.BundleRecord) throws -> Bundles.BundleRecord {
    try JSONText.decode(row.intents)
  }
}
