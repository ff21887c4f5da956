package import PluginAPI

extension SQLiteStore {
  package func openSlots() async throws(StoreError) -> [SlotRecord] {
    try await read { database throws(StoreError) in
      try database.query(
        "SELECT \(SlotRecord.columns) FROM slots WHERE outcome IS NULL "
          + "ORDER BY slot, job, attempt", [], SlotRecord.init)
    }
  }

  package func slots(job: String, limit: Int) async throws(StoreError) -> [SlotRecord] {
    try await read { database throws(StoreError) in
      try database.query(
        "SELECT \(SlotRecord.columns) FROM slots WHERE job = ? "
          + "ORDER BY slot DESC, attempt DESC LIMIT ?",
        [.text(job), .integer(limit)], SlotRecord.init)
    }
  }

  package func slotSummary(job: String, in range: Range<Timestamp>) async throws(StoreError)
    -> SlotSummary
  {
    try await read { database throws(StoreError) in
      var summary = SlotSummary()
      summary.open =
        try database.query(
          "SELECT COUNT(*) FROM slots WHERE job = ? AND slot >= ? AND slot < ? "
            + "AND outcome IS NULL",
          [.text(job), .time(range.lowerBound), .time(range.upperBound)]
        ) { $0.integer() }.first ?? 0
      let streaks = try database.query(
        "SELECT job, kind, first, last, count, outcome FROM slot_streaks "
          + "WHERE job = ? AND first < ? AND last >= ?",
        [.text(job), .time(range.upperBound), .time(range.lowerBound)], SlotStreak.init)
      for streak in streaks { summary.add(streak, in: range) }
      return summary
    }
  }
}

extension SlotRecord {
  fileprivate static let columns =
    "job, kind, slot, attempt, generation, run, outcome, reason, superseded_by"

  func insert(into database: Database) throws(StoreError) {
    try database.statement(
      "INSERT INTO slots (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
        + "ON CONFLICT DO NOTHING"
    ).run([
      .text(key.job), .text(key.kind), .time(key.slot), .integer(key.attempt),
      .integer(generation), .text(run), .text(outcome), .text(reason), .time(supersededBy),
    ])
  }

  fileprivate init(_ row: inout Row) {
    self.init(
      key: SlotKey(&row), generation: row.integer(), run: row.optionalText(),
      outcome: row.optionalText(), reason: row.optionalText())
    supersededBy = row.optionalTime()
  }
}

extension SlotKey {
  /// Reads the columns job, kind, slot, attempt.
  init(_ row: inout Row) {
    self.init(
      job: row.text(), kind: row.text(), slot: row.time(), attempt: Int(row.integer()))
  }
}

extension SlotEnding {
  func update(_ database: Database) throws(StoreError) {
    try database.statement(
      "UPDATE slots SET outcome = ?, reason = ?, superseded_by = ? "
        + "WHERE job = ? AND slot = ? AND kind = ? AND attempt = ? AND outcome IS NULL"
    ).run(
      [.text(outcome), .text(reason), .time(supersededBy)]
        + [.text(key.job), .time(key.slot), .text(key.kind), .integer(key.attempt)])
  }
}

extension SlotStreak {
  func insert(into database: Database) throws(StoreError) {
    try database.statement(
      "UPDATE slots SET outcome = ? WHERE job = ? AND kind = ? AND slot >= ? AND slot <= ? "
        + "AND outcome IS NULL"
    ).run([.text(outcome), .text(job), .text(kind), .time(first), .time(last)])
    try database.statement(
      "INSERT INTO slot_streaks (job, kind, first, outcome, last, count) VALUES (?, ?, ?, ?, ?, ?) "
        + "ON CONFLICT DO UPDATE SET last = excluded.last, count = excluded.count"
    ).run([
      .text(job), .text(kind), .time(first), .text(outcome), .time(last), .integer(count),
    ])
  }

  fileprivate init(_ row: inout Row) {
    self.init(
      job: row.text(), kind: row.text(), first: row.time(), last: row.time(),
      count: row.integer(), outcome: row.text())
  }
}
