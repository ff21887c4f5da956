package import PluginAPI

extension SQLiteStore {
  /// Rows that one transaction deletes, so that other writes wait milliseconds.
  private static let pruneStep = 5_000

  package func prune(_ retention: Retention, now: Timestamp) async throws(StoreError) -> Int {
    var deleted = 0
    for (duration, kind) in Self.prunings {
      guard let limit = retention[keyPath: duration].map({ now - $0 }) else { continue }
      deleted += try await delete(kind.table, by: kind.key, where: kind.condition, before: limit)
    }
    return deleted
  }

  private struct Pruning {
    let table: String
    let key: String
    let condition: String
  }

  private static var prunings: [(KeyPath<Retention, Duration?>, Pruning)] {
    [
      (
        \.slots,
        Pruning(
          table: "slots", key: "job, slot, kind, attempt",
          condition: "slot < ? AND outcome IS NOT NULL")
      ),
      (
        \.slots,
        Pruning(table: "slot_streaks", key: "job, kind, first, outcome", condition: "last < ?")
      ),
      (\.runs, Pruning(table: "runs", key: "id", condition: "ended < ?")),
      (\.bundles, Pruning(table: "bundles", key: "id", condition: "ended < ?")),
      (\.events, Pruning(table: "events", key: "seq", condition: "time < ?")),
      (\.events, Pruning(table: "latency_history", key: "rowid", condition: "time < ?")),
      (\.market, Pruning(table: "trades_history", key: "id", condition: "time < ?")),
      (\.market, Pruning(table: "price_history", key: "start", condition: "start < ?")),
      (
        \.generations,
        Pruning(
          table: "generations", key: "number",
          condition: "created < ? AND number IS NOT "
            + "(SELECT MAX(number) FROM generations WHERE is_good = 1)")
      ),
    ]
  }

  private func delete(
    _ table: String, by key: String, where condition: String, before limit: Timestamp
  ) async throws(StoreError) -> Int {
    var deleted = 0
    while true {
      let count = try await write { database throws(StoreError) in
        try database.run(
          "DELETE FROM \(table) WHERE (\(key)) IN "
            + "(SELECT \(key) FROM \(table) WHERE \(condition) LIMIT \(Self.pruneStep))",
          [.time(limit)])
        return database.changes
      }
      deleted += count
      guard count == Self.pruneStep else { return deleted }
    }
  }
}
