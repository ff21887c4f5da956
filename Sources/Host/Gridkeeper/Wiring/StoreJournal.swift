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

  func spent(since time: Timestamp) async throws -> (tips: Lamports, fees: Lamports) {
    let costs = try await store.bundleCosts(since: time)
    return (costs.tips.lamports, costs.fees.lamports)
  }

  /// The record as columns, for those who look into the store; the whole of it travels in one of
  /// them, so that reading gives it back exactly.
  private func stored(_ record: Bundles.BundleRecord) throws -> Storage.BundleRecord {
    var row = Storage.BundleRecord(
      id: record.id, job: record.submitter.job, run: record.submitter.run,
      slot: record.submitter.slot, effect: record.submitter.effect)
    row.label = record.label
    row.intents = try JSONText.encode(record.bundle.intents)
    row.record = try JSONText.encode(record)
    row.tip = SOL(record.bundle.tip)
    row.fee = SOL(record.fee)
    row.isSynthetic = record.isSynthetic
    row.state = record.state.rawValue
    row.landedSlot = record.landedSlot
    row.results = record.results.isEmpty ? nil : try JSONText.encode(record.results)
    row.reason = record.refusal?.description ?? record.reason
    row.accepted = record.accepted
    row.sent = record.sent
    row.ended = record.ended
    row.generation = record.submitter.generation
    row.sends = record.sends
    if let signed = record.signed {
      row.signatures = signed.transactions.map(\.signature.description).joined(separator: " ")
      row.attempt = signed.attempt
      row.lastValidHeight = signed.blockhash.lastValidBlockHeight
    }
    return row
  }

  /// A record of an older host keeps its identity and its end.
  func read(_ row: Storage.BundleRecord) throws -> Bundles.BundleRecord {
    if let record = row.record { return try JSONText.decode(record) }
    var record = Bundles.BundleRecord(
      submitter: Submitter(
        job: row.job, run: row.run, slot: row.slot, effect: row.effect, capabilities: []),
      label: row.label,
      bundle: AcceptedBundle(
        id: row.id, intents: [], tip: row.tip.lamports, priority: .normal, payer: ""),
      isSynthetic: row.isSynthetic, accepted: row.accepted)
    record.state = row.landedSlot == nil ? .expired : .finalized
    record.landedSlot = row.landedSlot
    record.ended = row.ended
    return record
  }
}
