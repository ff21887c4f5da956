package import PluginAPI

extension SQLiteStore {
  package func openRuns() async throws(StoreError) -> [RunRecord] {
    try await read { database throws(StoreError) in
      try database.query(
        "SELECT \(RunRecord.columns) FROM runs WHERE ended IS NULL ORDER BY slot, id", [],
        RunRecord.init)
    }
  }

  package func runs(job: String?, limit: Int, before: Timestamp?) async throws(StoreError)
    -> [RunRecord]
  {
    let end = before ?? Timestamp(nanoseconds: .max)
    return try await read { database throws(StoreError) in
      let columns = "SELECT \(RunRecord.columns) FROM runs WHERE "
      let order = "slot < ? ORDER BY slot DESC, id DESC LIMIT ?"
      guard let job else {
        return try database.query(
          columns + order, [.time(end), .integer(limit)], RunRecord.init)
      }
      return try database.query(
        columns + "job = ? AND " + order, [.text(job), .time(end), .integer(limit)],
        RunRecord.init)
    }
  }

  package func run(id: String) async throws(StoreError) -> RunRecord? {
    try await read { database throws(StoreError) in
      try database.query(
        "SELECT \(RunRecord.columns) FROM runs WHERE id = ?", [.text(id)], RunRecord.init
      ).first
    }
  }
}

extension RunRecord {
  fileprivate static let columns =
    "job, kind, slot, attempt, id, cause, started, ended, outcome, text, generation, "
    + "plugin_version, worker, late_timer, late_queue, late_wake, late_start, bundles"

  func insert(into database: Database) throws(StoreError) {
    try database.statement(
      "INSERT OR REPLACE INTO runs (\(Self.columns)) "
        + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    ).run(bounded.values)
  }

  private var values: [SQLValue] {
    [
      .text(slot.job), .text(slot.kind), .time(slot.slot), .integer(slot.attempt), .text(id),
      .text(cause.rawValue), .time(started), .time(ended), .text(outcome), .text(text),
      .integer(generation), .text(pluginVersion), .integer(worker.map(Int64.init)),
      .integer(lateness.timer), .integer(lateness.queue), .integer(lateness.wake),
      .integer(lateness.start), .integer(bundles),
    ]
  }

  fileprivate init(_ row: inout Row) {
    let slot = SlotKey(&row)
    self.init(
      id: row.text(), slot: slot, cause: Cause(rawValue: row.text()) ?? .cadence, generation: 0)
    started = row.optionalTime()
    ended = row.optionalTime()
    outcome = row.optionalText()
    text = row.optionalText()
    generation = row.integer()
    pluginVersion = row.optionalText()
    worker = row.optionalInteger().map { Int32(truncatingIfNeeded: $0) }
    lateness = Lateness(
      timer: row.integer(), queue: row.integer(), wake: row.integer(), start: row.integer())
    bundles = Int(row.integer())
  }
}
