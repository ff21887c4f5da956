import PluginAPI

extension SQLiteStore {
  package func appendGeneration(_ generation: GenerationRecord) async throws(StoreError) {
    try await write { database throws(StoreError) in
      try database.run(
        "INSERT INTO generations (\(GenerationRecord.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
          + "ON CONFLICT DO NOTHING", generation.values)
      guard database.changes > 0 else {
        throw StoreError(.conflict, "generation \(generation.number) is stored already")
      }
    }
  }

  package func lastGoodGeneration() async throws(StoreError) -> GenerationRecord? {
    try await generations("WHERE is_good = 1 ORDER BY number DESC LIMIT 1", []).first
  }

  package func generation(_ number: Int64) async throws(StoreError) -> GenerationRecord? {
    try await generations("WHERE number = ?", [.integer(number)]).first
  }

  package func generations(limit: Int) async throws(StoreError) -> [GenerationRecord] {
    try await generations("ORDER BY number DESC LIMIT ?", [.integer(limit)])
  }

  private func generations(_ rest: String, _ values: [SQLValue]) async throws(StoreError)
    -> [GenerationRecord]
  {
    try await read { database throws(StoreError) in
      try database.query(
        "SELECT \(GenerationRecord.columns) FROM generations \(rest)", values,
        GenerationRecord.init)
    }
  }

  package func appendAudit(_ entry: AuditRecord) async throws(StoreError) {
    try await write { database throws(StoreError) in
      try database.run(
        "INSERT INTO audit (\(AuditRecord.columns)) VALUES (?, ?, ?, ?, ?, ?, ?)", entry.values)
    }
  }

  package func audit(limit: Int) async throws(StoreError) -> [AuditRecord] {
    try await read { database throws(StoreError) in
      try database.query(
        "SELECT \(AuditRecord.columns) FROM audit ORDER BY time DESC, id DESC LIMIT ?",
        [.integer(limit)],
        AuditRecord.init)
    }
  }
}

extension GenerationRecord {
  fileprivate static let columns =
    "number, digest, text, created, source, diff, is_good, outcome"

  fileprivate var values: [SQLValue] {
    [
      .integer(number), .text(digest), .text(table), .time(created), .text(source), .text(diff),
      .bool(isGood), .text(outcome),
    ]
  }

  fileprivate init(_ row: inout Row) {
    self.init(
      number: row.integer(), digest: row.text(), table: row.text(), created: row.time(),
      source: row.text())
    diff = row.text()
    isGood = row.bool()
    outcome = row.text()
  }
}

extension AuditRecord {
  fileprivate static let columns = "time, who, action, job, before, after, detail"

  fileprivate var values: [SQLValue] {
    [.time(time)] + [who, action, job, before, after, detail].map(SQLValue.text)
  }

  fileprivate init(_ row: inout Row) {
    self.init(
      time: row.time(), who: row.text(), action: row.text(), job: row.text(), before: row.text(),
      after: row.text(), detail: row.text())
  }
}
