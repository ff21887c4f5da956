package import PluginAPI

extension SQLiteStore {
  package func acceptBundle(_ bundle: BundleRecord) async throws(StoreError) -> BundleAcceptance {
    try await write { database throws(StoreError) in
      let stored = try database.query(
        "SELECT \(BundleRecord.columns) FROM bundles WHERE job = ? AND slot = ? AND effect = ?",
        [.text(bundle.job), .text(bundle.slot), .integer(bundle.effect)], BundleRecord.init)
      if let stored = stored.first { return .existing(stored) }
      try database.run(
        "INSERT INTO bundles (\(BundleRecord.columns)) "
          + "VALUES (\(BundleRecord.places)) ON CONFLICT DO NOTHING",
        bundle.values)
      guard database.changes > 0 else {
        throw StoreError(.conflict, "bundle \(bundle.id) is stored already for another effect")
      }
      return .accepted
    }
  }

  package func updateBundle(_ bundle: BundleRecord) async throws(StoreError) {
    try await write { database throws(StoreError) in
      try database.run(
        "UPDATE bundles SET (\(BundleRecord.columns)) = (\(BundleRecord.places)) WHERE id = ?",
        bundle.values + [.text(bundle.id.description)])
      guard database.changes > 0 else {
        throw StoreError(.missing, "bundle \(bundle.id) was never accepted")
      }
    }
  }

  package func unfinishedBundles() async throws(StoreError) -> [BundleRecord] {
    try await bundles("WHERE ended IS NULL ORDER BY accepted, id", [])
  }

  package func bundles(job: String?, limit: Int) async throws(StoreError) -> [BundleRecord] {
    let order = "ORDER BY accepted DESC, id DESC LIMIT ?"
    guard let job else { return try await bundles(order, [.integer(limit)]) }
    return try await bundles("WHERE job = ? " + order, [.text(job), .integer(limit)])
  }

  package func bundles(run: String) async throws(StoreError) -> [BundleRecord] {
    try await bundles("WHERE run = ? ORDER BY effect", [.text(run)])
  }

  package func bundle(id: BundleID) async throws(StoreError) -> BundleRecord? {
    try await bundles("WHERE id = ?", [.text(id.description)]).first
  }

  package func bundleCosts(since time: Timestamp) async throws(StoreError) -> BundleCosts {
    try await read { database throws(StoreError) in
      let sums = try database.query(
        "SELECT SUM(tip), SUM(fee) FROM bundles "
          + "WHERE accepted >= ? AND (landed_slot IS NOT NULL OR ended IS NULL)",
        [.time(time)]
      ) { row in BundleCosts(tips: SOL(row.integer()), fees: SOL(row.integer())) }
      return sums.first ?? BundleCosts(tips: 0, fees: 0)
    }
  }

  private func bundles(_ rest: String, _ values: [SQLValue]) async throws(StoreError)
    -> [BundleRecord]
  {
    try await read { database throws(StoreError) in
      try database.query(
        "SELECT \(BundleRecord.columns) FROM bundles \(rest)", values, BundleRecord.init)
    }
  }
}

extension BundleRecord {
  fileprivate static let columns =
    "id, job, run, slot, effect, label, intents, tip, is_synthetic, state, landed_slot, results, "
    + "reason, accepted, sent, ended, record, fee, signatures, attempt, sends, "
    + "last_valid_height, generation"

  fileprivate static let places = Array(repeating: "?", count: 23).joined(separator: ", ")

  fileprivate var values: [SQLValue] {
    [
      .text(id.description), .text(job), .text(run), .text(slot), .integer(effect), .text(label),
      .text(intents), .integer(tip.count), .bool(isSynthetic), .text(state),
      .integer(landedSlot.map { Int64(bitPattern: $0) }), .text(results), .text(reason),
      .time(accepted), .time(sent), .time(ended), .text(record), .integer(fee.count),
      .text(signatures), .integer(attempt), .integer(sends),
      .integer(lastValidHeight.map { Int64(bitPattern: $0) }), .integer(generation),
    ]
  }

  fileprivate init(_ row: inout Row) {
    self.init(
      id: BundleID(row.text()), job: row.text(), run: row.text(), slot: row.text(),
      effect: Int(row.integer()))
    label = row.text()
    intents = row.text()
    tip = SOL(row.integer())
    isSynthetic = row.bool()
    state = row.text()
    landedSlot = row.optionalInteger().map { UInt64(bitPattern: $0) }
    results = row.optionalText()
    reason = row.optionalText()
    accepted = row.time()
    sent = row.optionalTime()
    ended = row.optionalTime()
    record = row.optionalText()
    fee = SOL(row.integer())
    signatures = row.text()
    attempt = Int(row.integer())
    sends = Int(row.integer())
    lastValidHeight = row.optionalInteger().map { UInt64(bitPattern: $0) }
    generation = row.integer()
  }
}
