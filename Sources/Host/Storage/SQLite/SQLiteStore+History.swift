import FoundationEssentials
package import PluginAPI
package import Telemetry

extension SQLiteStore {
  package func appendEvents(_ events: [Event]) async throws(StoreError) {
    try await write { database throws(StoreError) in
      let insert = try database.statement(
        "INSERT INTO events (seq, time, name, job, run, fields) VALUES (?, ?, ?, ?, ?, ?) "
          + "ON CONFLICT DO NOTHING")
      for event in events {
        try insert.run([
          .integer(event.sequence), .time(event.time), .text(event.name), .text(event.job),
          .text(event.run), .text(JSONText.object(event.fields)),
        ])
      }
    }
  }

  package func events(after: Int64, limit: Int) async throws(StoreError) -> [Event] {
    try await read { database throws(StoreError) in
      try database.query(
        "SELECT seq, time, name, job, run, fields FROM events WHERE seq > ? ORDER BY seq LIMIT ?",
        [.integer(after), .integer(limit)], Event.init)
    }
  }

  package func lastEvent() async throws(StoreError) -> Int64 {
    try await read { database throws(StoreError) in
      try database.query("SELECT MAX(seq) FROM events") { $0.integer() }.first ?? 0
    }
  }

  package func appendTrades(_ trades: [Trade]) async throws(StoreError) -> Int {
    try await write { database throws(StoreError) in
      var new = 0
      for trade in trades { new += try trade.insert(into: database) }
      return new
    }
  }

  package func trades(since: Timestamp, limit: Int) async throws(StoreError) -> [Trade] {
    try await read { database throws(StoreError) in
      try database.query(
        "SELECT \(Trade.columns) FROM trades_history WHERE time >= ? ORDER BY time, id LIMIT ?",
        [.time(since), .integer(limit)], Trade.init)
    }
  }

  package func appendBars(_ bars: [BarRecord]) async throws(StoreError) {
    try await write { database throws(StoreError) in
      for bar in bars { try bar.insert(into: database) }
    }
  }

  package func bars(since: Timestamp, limit: Int) async throws(StoreError) -> [BarRecord] {
    try await read { database throws(StoreError) in
      try database.query(
        "SELECT \(BarRecord.columns) FROM price_history WHERE start >= ? ORDER BY start LIMIT ?",
        [.time(since), .integer(limit)], BarRecord.init)
    }
  }
}

extension Event {
  fileprivate init(_ row: inout Row) {
    self.init(
      sequence: row.integer(), time: row.time(), name: row.text(), job: row.optionalText(),
      run: row.optionalText())
    let json = Data(row.text().utf8)
    fields = (try? JSONDecoder().decode([String: String].self, from: json)) ?? [:]
  }
}

extension Trade {
  static let columns = "id, time, price, size, taker_side, wallet, is_synthetic"

  /// Says how many rows are new: one, or none for a trade that is known.
  func insert(into database: Database) throws(StoreError) -> Int {
    try database.run(
      "INSERT INTO trades_history (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?) "
        + "ON CONFLICT DO NOTHING", values)
    return database.changes
  }

  private var values: [SQLValue] {
    [
      .text(id.description), .time(time), .integer(price.count), .integer(size.count),
      .text(takerSide.rawValue), .text(wallet?.description), .bool(isSynthetic),
    ]
  }

  init(_ row: inout Row) {
    self.init(
      id: TradeID(row.text()), time: row.time(), price: PriceLots(row.integer()),
      size: BaseLots(row.integer()), takerSide: Side(rawValue: row.text()) ?? .bid,
      wallet: row.optionalText().map { WalletID($0) }, isSynthetic: row.bool())
  }
}

extension BarRecord {
  static let columns = "start, open, high, low, close, volume, trades, sol"

  func insert(into database: Database) throws(StoreError) {
    try database.run(
      "INSERT OR REPLACE INTO price_history (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      [
        .time(start), .integer(open.count), .integer(high.count), .integer(low.count),
        .integer(close.count), .integer(volume.count), .integer(trades), .integer(sol?.count),
      ])
  }

  init(_ row: inout Row) {
    self.init(start: row.time(), opening: PriceLots(row.integer()), volume: .zero)
    high = PriceLots(row.integer())
    low = PriceLots(row.integer())
    close = PriceLots(row.integer())
    volume = BaseLots(row.integer())
    trades = Int(row.integer())
    sol = row.optionalInteger().map { USD($0) }
  }
}
