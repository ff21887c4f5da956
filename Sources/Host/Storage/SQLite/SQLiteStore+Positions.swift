import Isolation
package import PluginAPI

extension SQLiteStore {
  package func saveAnchors(_ anchors: [AnchorRecord]) async throws(StoreError) {
    try await write { database throws(StoreError) in
      let insert = try database.statement(
        "INSERT OR REPLACE INTO anchors (job, kind, interval, anchor, last) VALUES (?, ?, ?, ?, ?)")
      for anchor in anchors {
        try insert.run([
          .text(anchor.sequence.job), .text(anchor.sequence.kind),
          .integer(anchor.interval.nanoseconds), .time(anchor.anchor), .time(anchor.last),
        ])
      }
    }
  }

  package func forgetAnchors(_ sequences: [SlotSequence]) async throws(StoreError) {
    try await write { database throws(StoreError) in
      let delete = try database.statement("DELETE FROM anchors WHERE job = ? AND kind = ?")
      for sequence in sequences { try delete.run([.text(sequence.job), .text(sequence.kind)]) }
    }
  }

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

  package func saveStandings(_ standings: [StandingRecord]) async throws(StoreError) {
    try await write { database throws(StoreError) in
      let insert = try database.statement(
        "INSERT OR REPLACE INTO standings (job, state, note, since) VALUES (?, ?, ?, ?)")
      for standing in standings {
        try insert.run([
          .text(standing.job), .text(standing.state), .text(standing.note), .time(standing.since),
        ])
      }
    }
  }

  package func forgetStandings(_ jobs: [String]) async throws(StoreError) {
    try await write { database throws(StoreError) in
      let delete = try database.statement("DELETE FROM standings WHERE job = ?")
      for job in jobs { try delete.run([.text(job)]) }
    }
  }

  package func standings() async throws(StoreError) -> [StandingRecord] {
    try await read { database throws(StoreError) in
      try database.query("SELECT job, state, note, since FROM standings ORDER BY job", []) {
        StandingRecord(job: $0.text(), state: $0.text(), note: $0.text(), since: $0.time())
      }
    }
  }
}

extension SlotSequence {
  /// Reads the columns job, kind.
  fileprivate init(_ row: inout Row) { self.init(job: row.text(), kind: row.text()) }
}
