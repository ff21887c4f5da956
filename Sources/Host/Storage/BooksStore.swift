package import PluginAPI

/// The books, and what the market needs to go on after a restart as if it had never stopped.
package protocol BooksStore: Sendable {
  /// Stores trades, bars, lines of the books and texts in one transaction. Trades and lines that are
  /// known stay as they are; bars and texts replace older ones.
  func write(_ market: MarketWrite) async throws(StoreError)

  /// The text under a key.
  func marketText(_ key: String) async throws(StoreError) -> String?

  /// Sums of the genuine trades at or after `time` by day, oldest first. Trades whose value does not
  /// fit in 64 bits are left out. One pass over the trades, by the database itself.
  func tradeDays(since time: Timestamp) async throws(StoreError) -> [TradeDay]

  /// The newest trades in the order in which they were stored, newest first.
  func newestTrades(limit: Int) async throws(StoreError) -> [Trade]

  /// The newest bars, newest first.
  func newestBars(limit: Int) async throws(StoreError) -> [BarRecord]

  /// The newest lines of the books, newest first.
  func newestLedger(limit: Int) async throws(StoreError) -> [LedgerRow]

  /// What the lines of each wallet and asset come to, by wallet and asset.
  func ledgerBalances() async throws(StoreError) -> [LedgerBalance]

  /// Stores how long things took.
  func appendLatencies(_ latencies: [LatencyRecord]) async throws(StoreError)

  /// What was measured at or after `since`, oldest first.
  func latencies(since: Timestamp, limit: Int) async throws(StoreError) -> [LatencyRecord]
}
