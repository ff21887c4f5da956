package import PluginAPI

extension MemoryStore {
  package func write(_ market: MarketWrite) async throws(StoreError) {
    try write { content in
      content.add(market.trades)
      for bar in market.bars { content.bars[bar.start] = bar }
      for row in market.ledger
      where content.ledgerKeys.insert([row.entry, Int64(row.line)]).inserted {
        content.ledger.append(row)
      }
      content.texts.merge(market.texts) { $1 }
    }
  }

  package func marketText(_ key: String) async throws(StoreError) -> String? {
    try read { $0.texts[key] }
  }

  package func tradeDays(since time: Timestamp) async throws(StoreError) -> [TradeDay] {
    try read { content in
      var days: [Int64: TradeDay] = [:]
      for trade in content.trades.values where !trade.isSynthetic && trade.size.count > 0 {
        let (value, isAbsurd) = trade.price.count.multipliedReportingOverflow(by: trade.size.count)
        let number = TradeDay.number(of: trade.time)
        guard !isAbsurd, trade.time >= time else { continue }
        days[number, default: TradeDay(day: number, value: 0, volume: 0)].value += Int128(value)
        days[number]?.volume += Int128(trade.size.count)
      }
      return days.values.sorted(limit: .max) { $0.day < $1.day }
    }
  }

  package func newestTrades(limit: Int) async throws(StoreError) -> [Trade] {
    try read { content in
      content.arrivals.suffix(limit).reversed().compactMap { content.trades[$0] }
    }
  }

  package func newestBars(limit: Int) async throws(StoreError) -> [BarRecord] {
    try read { content in content.bars.values.sorted(limit: limit) { $0.start > $1.start } }
  }

  package func newestLedger(limit: Int) async throws(StoreError) -> [LedgerRow] {
    try read { content in
      content.ledger.sorted(limit: limit) { ($0.entry, $0.line) > ($1.entry, $1.line) }
    }
  }

  package func ledgerBalances() async throws(StoreError) -> [LedgerBalance] {
    try read { content in
      Dictionary(grouping: content.ledger) { [$0.wallet.description, $0.asset] }.values
        .compactMap { rows in
          rows.first.map {
            LedgerBalance(
              wallet: $0.wallet, asset: $0.asset, amount: rows.reduce(0) { $0 + $1.amount })
          }
        }.sorted(limit: .max) { ($0.wallet, $0.asset) < ($1.wallet, $1.asset) }
    }
  }

  package func appendLatencies(_ latencies: [LatencyRecord]) async throws(StoreError) {
    try write { $0.latencies += latencies }
  }

  package func latencies(since: Timestamp, limit: Int) async throws(StoreError) -> [LatencyRecord] {
    try read { content in
      content.latencies.filter { $0.time >= since }.sorted(limit: limit) { $0.time < $1.time }
    }
  }
}

extension MemoryStore.Content {
  /// Keeps the trades that are new, in the order in which they came.
  mutating func add(_ trades: [Trade]) {
    for trade in trades where self.trades[trade.id] == nil {
      self.trades[trade.id] = trade
      arrivals.append(trade.id)
    }
  }
}

extension TradeDay {
  fileprivate static func number(of time: Timestamp) -> Int64 {
    let day: Int64 = 86_400_000_000_000
    let whole = time.nanoseconds / day
    return time.nanoseconds % day < 0 ? whole - 1 : whole
  }
}
