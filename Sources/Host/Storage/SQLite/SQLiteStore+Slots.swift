package import PluginAPI

extension SQLiteStore {
  package func recordSlots(_ slots: [SlotRecord]) async throws(StoreError) -> [Bool] {
    try await write { database throws(StoreError) in
      let insert = try database.statement(
        "INSERT INTO slots (\(SlotRecord.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
          + "ON CONFLICT DO NOTHING")
      var isNew: [Bool] = []
      isNew.reserveCapacity(slots.count)
      for slot in slots {
        try insert.run(slot.values)
        isNew.append(database.changes > 0)
      }
      return isNew
    }
  }

  package func closeSlots(_ endings: [SlotEnding]) async throws(StoreError) {
    try await write { database throws(StoreError) in
      let update = try database.statement(
        "UPDATE slots SET outcome = ?, reason = ?, superseded_by = ? "
          + "WHERE job = ? AND slot = ? AND kind = ? AND attempt = ? AND outcome IS NULL")
      for ending in endings {
        try update.run(
          [.text(ending.outcome), .text(ending.reason), .time(ending.supersededBy)]
            + [.text(ending.key.job), .time(ending.key.slot), .text(ending.key.kind)]
            + [.integer(ending.key.attempt)])
      }
    }
  }

  package func recordStreaks(_ streaks: [SlotStreak]) async throws(StoreError) {
    try await write { database throws(StoreError) in
      let insert = try database.statement(
        "INSERT INTO slot_streaks (job, kind, first, outcome, last, count) "
          + "VALUES (?, ?, ?, ?, ?, ?) "
          + "ON CONFLICT DO UPDATE SET last = excluded.last, count = excluded.count")
      let close = try database.statement(
        "UPDATE slots SET outcome = ? WHERE job = ? AND kind = ? AND slot >= ? AND slot <= ? "
          + "AND outcome IS NULL")
      for streak in streaks {
        try close.run([
          .text(streak.outcome), .text(streak.job), .text(streak.kind), .time(streak.first),
          .time(streak.last),
        ])
        try insert.run([
          .text(streak.job), .text(streak.kind), .time(streak.first), .text(streak.outcome),
          .time(streak.last), .integer(streak.count),
        ])
      }
    }
  }

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

  fileprivate var values: [SQLValue] {
    [
      .text(key.job), .text(key.kind), .time(key.slot), .integer(key.attempt),
      .integer(generation), .text(run), .text(outcome), .text(reason), .time(supersededBy),
    ]
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

extension SlotStreak {
  fileprivate init(_ row: inout Row) {
    self.init(
      job: row.text(), kind: row.text(), first: row.time(), last: row.time(),
      count: row.integer(), outcome: row.text())
  }
}
