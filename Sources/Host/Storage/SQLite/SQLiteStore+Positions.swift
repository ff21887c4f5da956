import Isolation
package import PluginAPI

extension SQLiteStore {
  package func anchors() async throws(StoreError) -> [AnchorRecord] {
    try await read { database throws(StoreError) in
      try database.query("SELECT job, kind, interval, anchor, last FROM anchors", []) { row in
        AnchorRecord(
          sequence: SlotSequence(&row), interval: .nanoseconds(row.integer()), anchor: row.time(),
          last: row.optionalTime())
      }
    }
  }

  package func lastSlots() async throws(StoreError) -> [SlotSequence: Timestamp] {
    let lasts = try await read { database throws(StoreError) in
      try database.query(
        "SELECT job, kind, MAX(last) FROM (SELECT job, kind, last FROM slot_streaks "
          + "UNION ALL SELECT job, kind, slot FROM slots) GROUP BY job, kind", []
      ) { (SlotSequence(&$0), $0.time()) }
    }
    return Dictionary(uniqueKeysWithValues: lasts)
  }

  package func standings() async throws(StoreError) -> [StandingRecord] {
    try await read { database throws(StoreError) in
      try database.query("SELECT job, state, note, since FROM standings ORDER BY job", []) {
        StandingRecord(job: $0.text(), state: $0.text(), note: $0.text(), since: $0.time())
      }
    }
  }
}

extension AnchorRecord {
  func insert(into database: Database) throws(StoreError) {
    try database.statement(
      "INSERT OR REPLACE INTO anchors (job, kind, interval, anchor, last) VALUES (?, ?, ?, ?, ?)"
    ).run([
      .text(sequence.job), .text(sequence.kind), .integer(interval.nanoseconds), .time(anchor),
      .time(last),
    ])
  }
}

extension StandingRecord {
  func insert(into database: Database) throws(StoreError) {
    try database.statement(
      "INSERT OR REPLACE INTO standings (job, state, note, since) VALUES (?, ?, ?, ?)"
    ).run([.text(job), .text(state), .text(note), .time(since)])
  }

  static func delete(_ job: String, from database: Database) throws(StoreError) {
    try database.statement("DELETE FROM standings WHERE job = ?").run([.text(job)])
  }
}

extension SlotSequence {
  func deleteAnchor(from database: Database) throws(StoreError) {
    try database.statement("DELETE FROM anchors WHERE job = ? AND kind = ?")
      .run([.text(job), .text(kind)])
  }

  /// Reads the columns job, kind.
  fileprivate init(_ row: inout Row) { self.init(job: row.text(), kind: row.text()) }
}
