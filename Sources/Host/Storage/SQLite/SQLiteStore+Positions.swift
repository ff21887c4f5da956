import Isolation
package import PluginAPI

extension SQLiteStore {
  package func savePositions(_ positions: [PositionRecord]) async throws(StoreError) {
    try await write { database throws(StoreError) in
      let insert = try database.statement(
        "INSERT OR REPLACE INTO positions (\(PositionRecord.columns)) "
          + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      for position in positions { try insert.run(position.values) }
    }
  }

  package func positions() async throws(StoreError) -> [String: PositionRecord] {
    let all = try await read { database throws(StoreError) in
      try database.query(
        "SELECT \(PositionRecord.columns) FROM positions", [], PositionRecord.init)
    }
    return Dictionary(uniqueKeysWithValues: all.map { ($0.job, $0) })
  }

  package func loadState(job: String, key: String) async throws(StoreError) -> String? {
    try await read { database throws(StoreError) in
      try database.query(
        "SELECT json FROM job_state WHERE job = ? AND key = ?", [.text(job), .text(key)]
      ) { $0.text() }.first
    }
  }

  package func storeState(job: String, key: String, json: String?, at time: Timestamp)
    async throws(StoreError)
  {
    try await write { database throws(StoreError) in
      guard let json else {
        return try database.run(
          "DELETE FROM job_state WHERE job = ? AND key = ?", [.text(job), .text(key)])
      }
      try database.run(
        "INSERT OR REPLACE INTO job_state (job, key, json, updated) VALUES (?, ?, ?, ?)",
        [.text(job), .text(key), .text(json), .time(time)])
    }
  }

  package func state(job: String) async throws(StoreError) -> [String: String] {
    let pairs = try await read { database throws(StoreError) in
      try database.query("SELECT key, json FROM job_state WHERE job = ?", [.text(job)]) {
        ($0.text(), $0.text())
      }
    }
    return Dictionary(uniqueKeysWithValues: pairs)
  }
}

extension PositionRecord {
  fileprivate static let columns =
    "job, anchor, interval, last_slot, pause_note, pause_by, pause_at, quarantine_error, "
    + "quarantine_at, is_enabled"

  fileprivate var values: [SQLValue] {
    [
      .text(job), .time(anchor), .integer(interval?.nanoseconds), .time(lastSlot),
      .text(pause?.note), .text(pause?.by), .time(pause?.at), .text(quarantine?.error),
      .time(quarantine?.at), isEnabled.map(SQLValue.bool) ?? .null,
    ]
  }

  fileprivate init(_ row: inout Row) {
    self.init(job: row.text())
    anchor = row.optionalTime()
    interval = row.optionalInteger().map { .nanoseconds($0) }
    lastSlot = row.optionalTime()
    let (note, by, at) = (row.text(), row.text(), row.optionalTime())
    pause = at.map { Pause(note: note, by: by, at: $0) }
    let (error, since) = (row.text(), row.optionalTime())
    quarantine = since.map { Quarantine(error: error, at: $0) }
    isEnabled = row.optionalInteger().map { $0 != 0 }
  }
}
