import Isolation
package import PluginAPI

extension SQLiteStore {
  package func write(_ market: MarketWrite) async throws(StoreError) {
    try await write { database throws(StoreError) in
      for trade in market.trades { _ = try trade.insert(into: database) }
      for bar in market.bars { try bar.insert(into: database) }
      for row in market.ledger { try row.insert(into: database) }
      for (key, text) in market.texts {
        try database.run(
          "INSERT OR REPLACE INTO market_state (key, text) VALUES (?, ?)",
          [.text(key), .text(text)])
      }
    }
  }

  package func marketText(_ key: String) async throws(StoreError) -> String? {
    try await read { database throws(StoreError) in
      try database.query("SELECT text FROM market_state WHERE key = ?", [.text(key)]) {
        $0.text()
      }.first
    }
  }

  /// Sums in halves of 32 bits, because a day's sum may need more than 64. A product that does not
  /// fit is no integer to SQLite.
  package func tradeDays(since time: Timestamp) async throws(StoreError) -> [TradeDay] {
    try await read { database throws(StoreError) in
      try database.query(
        """
        SELECT time / \(Self.day) AS day, SUM(price * size >> 32), SUM(price * size & 4294967295),
          SUM(size >> 32), SUM(size & 4294967295)
        FROM trades_history
        WHERE time >= ? AND is_synthetic = 0 AND size > 0 AND typeof(price * size) = 'integer'
        GROUP BY day ORDER BY day
        """, [.time(time)]
      ) { row in
        TradeDay(
          day: row.integer(), value: (Int128(row.integer()) << 32) + Int128(row.integer()),
          volume: (Int128(row.integer()) << 32) + Int128(row.integer()))
      }
    }
  }

  private static let day: Int64 = 86_400_000_000_000

  package func newestTrades(limit: Int) async throws(StoreError) -> [Trade] {
    try await read { database throws(StoreError) in
      try database.query(
        "SELECT \(Trade.columns) FROM trades_history ORDER BY rowid DESC LIMIT ?",
        [.integer(limit)], Trade.init)
    }
  }

  package func newestBars(limit: Int) async throws(StoreError) -> [BarRecord] {
    try await read { database throws(StoreError) in
      try database.query(
        "SELECT \(BarRecord.columns) FROM price_history ORDER BY start DESC LIMIT ?",
        [.integer(limit)], BarRecord.init)
    }
  }

  package func newestLedger(limit: Int) async throws(StoreError) -> [LedgerRow] {
    try await read { database throws(StoreError) in
      try database.query(
        "SELECT \(LedgerRow.columns) FROM ledger ORDER BY entry DESC, line DESC LIMIT ?",
        [.integer(limit)], LedgerRow.init)
    }
  }

  package func ledgerBalances() async throws(StoreError) -> [LedgerBalance] {
    try await read { database throws(StoreError) in
      try database.query(
        "SELECT wallet, asset, SUM(amount) FROM ledger GROUP BY wallet, asset "
          + "ORDER BY wallet, asset", []
      ) {
        LedgerBalance(wallet: WalletID($0.text()), asset: $0.text(), amount: $0.integer())
      }
    }
  }

  package func appendLatencies(_ latencies: [LatencyRecord]) async throws(StoreError) {
    try await write { database throws(StoreError) in
      let insert = try database.statement(
        "INSERT INTO latency_history (time, target, operation, nanoseconds) VALUES (?, ?, ?, ?)")
      for latency in latencies {
        try insert.run([
          .time(latency.time), .text(latency.target), .text(latency.operation),
          .integer(latency.duration.nanoseconds),
        ])
      }
    }
  }

  package func latencies(since: Timestamp, limit: Int) async throws(StoreError) -> [LatencyRecord] {
    try await read { database throws(StoreError) in
      try database.query(
        "SELECT time, target, operation, nanoseconds FROM latency_history WHERE time >= ? "
          + "ORDER BY time, rowid LIMIT ?", [.time(since), .integer(limit)]
      ) {
        LatencyRecord(
          time: $0.time(), target: $0.text(), operation: $0.text(),
          duration: .nanoseconds($0.integer()))
      }
    }
  }
}

extension LedgerRow {
  fileprivate static let columns =
    "entry, line, source, time, kind, wallet, asset, amount, reason"

  fileprivate func insert(into database: Database) throws(StoreError) {
    try database.run(
      "INSERT INTO ledger (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
        + "ON CONFLICT DO NOTHING",
      [
        .integer(entry), .integer(line), .text(source), .time(time), .text(kind),
        .text(wallet.description), .text(asset), .integer(amount), .text(reason),
      ])
  }

  fileprivate init(_ row: inout Row) {
    self.init(
      entry: row.integer(), line: Int(row.integer()), source: row.text(), time: row.time(),
      kind: row.text(), wallet: WalletID(row.text()), asset: row.text(), amount: row.integer(),
      reason: row.text())
  }
}
