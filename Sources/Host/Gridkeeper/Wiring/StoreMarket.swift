import Market
import PluginAPI
import Storage

/// Keeps the market's memory and the books in the store.
struct StoreMarket: Sendable {
  private static let (stateKey, ledgerKey) = ("market", "ledger")
  /// No entry has more lines.
  private static let mostLines = 4

  let store: any Store

  /// What the market goes on from; a new state, which is stored, when there is none. When the table
  /// has other units than the market had, its history does not count any more; the books do.
  ///
  /// - Throws: `StoreError`, or `DecodingError` when a stored text is not what a host wrote.
  func record(_ settings: PivotSettings, lots: MarketLots, now: Timestamp) async throws
    -> MarketRecord
  {
    let stored: MarketState? = try await store.marketText(Self.stateKey).map { text in
      try JSONText.decode(text)
    }
    var record = MarketRecord(state: stored ?? MarketState(start: now))
    if let old = stored?.lots, old != lots {
      record.state = MarketState(start: now)
      record.state.unitsSince = now
      record.state.peak = stored?.peak
    }
    record.state.lots = lots
    if record.state != stored { try await save(record.state) }
    try await readHistory(into: &record, settings, now)
    try await readBooks(into: &record)
    return record
  }

  private func save(_ state: MarketState) async throws {
    var write = MarketWrite()
    write.texts = [Self.stateKey: try JSONText.encode(state)]
    try await store.write(write)
  }

  private func readHistory(
    into record: inout MarketRecord, _ settings: PivotSettings, _ now: Timestamp
  ) async throws {
    let since = record.state.unitsSince ?? Timestamp(nanoseconds: .min)
    let window = Pivot.windowStart(settings, at: now)
    for day in try await store.tradeDays(since: max(since, window)) {
      record.days[day.day] = WeightedSum(value: day.value, volume: day.volume)
    }
    record.bars = try await store.newestBars(limit: Bars.capacity).reversed()
      .filter { $0.start >= since }.map(Bar.init)
    record.trades = try await store.newestTrades(limit: MarketMemory.identities).reversed()
      .filter { $0.time >= since }
  }

  private func readBooks(into record: inout MarketRecord) async throws {
    if let text = try await store.marketText(Self.ledgerKey) {
      record.ledger = try JSONText.decode(text)
    }
    let rows = try await store.newestLedger(limit: Books.identities * Self.mostLines)
    var entry: Int64?
    for row in rows.reversed() where row.entry != entry {
      record.sources.append(row.source)
      entry = row.entry
    }
  }

  /// Stores what happened, in one transaction.
  ///
  /// - Throws: `StoreError`, or `EncodingError`, which no value here can cause.
  func save(_ changes: MarketChanges) async throws {
    var write = MarketWrite()
    write.trades = changes.trades
    write.bars = changes.bars.map(BarRecord.init)
    write.ledger = changes.entries.flatMap(\.rows)
    write.texts[Self.stateKey] = try JSONText.encode(changes.state)
    if let ledger = changes.ledger { write.texts[Self.ledgerKey] = try JSONText.encode(ledger) }
    try await store.write(write)
  }
}

extension NumberedBooking {
  fileprivate var rows: [LedgerRow] {
    lines.enumerated().map { index, line in
      LedgerRow(
        entry: number, line: index, source: entry.source, time: entry.time,
        kind: line.kind.rawValue, wallet: line.wallet, asset: line.asset.rawValue,
        amount: line.amount, reason: entry.reason)
    }
  }
}

extension BarRecord {
  init(_ bar: Bar) {
    self.init(start: bar.start, opening: bar.open, volume: bar.volume)
    high = bar.high
    low = bar.low
    close = bar.close
    trades = bar.trades
    sol = bar.sol
  }
}

extension Bar {
  init(_ record: BarRecord) {
    self.init(start: record.start, opening: record.open)
    high = record.high
    low = record.low
    close = record.close
    volume = record.volume
    trades = record.trades
    sol = record.sol
  }
}
