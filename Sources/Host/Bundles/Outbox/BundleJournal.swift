import Isolation
package import PluginAPI

/// Where accepted bundles are written down before they are sent. Owned by the bundle service,
/// implemented by a store.
package protocol BundleJournal: Sendable {
  /// Stores a new record; durable when the call returns. Identities are unique: when one is
  /// there already, nothing is stored and the first record is returned.
  ///
  /// - Throws: Any error when the record could not be stored; the bundle is then not sent.
  func accept(_ record: BundleRecord) async throws -> BundleRecord?

  /// Replaces the record of the same identity; durable when the call returns.
  func update(_ record: BundleRecord) async throws

  /// The record of that identity, if any.
  func record(_ id: BundleID) async throws -> BundleRecord?

  /// Records whose state is not final, oldest first.
  func unfinished() async throws -> [BundleRecord]

  /// The tips and the fees of all records accepted since `time` that landed or still may.
  func spent(since time: Timestamp) async throws -> (tips: Lamports, fees: Lamports)
}

/// A journal that lasts as long as the process; for tests and the Lab.
package final class InMemoryJournal: BundleJournal {
  private let records = Guarded<[BundleID: BundleRecord]>([:])

  package init() {}

  package func accept(_ record: BundleRecord) -> BundleRecord? {
    records.withLock { records in
      if let first = records[record.id] { return first }
      records[record.id] = record
      return nil
    }
  }

  package func update(_ record: BundleRecord) { records.withLock { $0[record.id] = record } }

  package func record(_ id: BundleID) -> BundleRecord? { records.withLock { $0[id] } }

  package func unfinished() -> [BundleRecord] { all.filter { !$0.state.isFinal } }

  package func spent(since time: Timestamp) -> (tips: Lamports, fees: Lamports) {
    let spent = all.filter {
      $0.accepted >= time && $0.state != .refused && $0.state != .expired
    }
    return (
      Lamports(spent.filter { $0.state != .reverted }.reduce(0) { $0 + $1.bundle.tip.count }),
      Lamports(spent.reduce(0) { $0 + $1.fee.count })
    )
  }

  /// All records, oldest first.
  package var all: [BundleRecord] {
    records.withLock { records in
      records.values.sorted { ($0.accepted, $0.id) < ($1.accepted, $1.id) }
    }
  }
}
