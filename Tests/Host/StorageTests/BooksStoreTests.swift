import PluginAPI
import TestSupport
import Testing

@testable import Storage

extension Trade {
  fileprivate init(_ id: String, day: Int64, price: Int64, size: Int64, synthetic: Bool = false) {
    self.init(
      id: TradeID(id), time: Timestamp(seconds: day * 86_400 + 7), price: PriceLots(price),
      size: BaseLots(size), takerSide: .bid, isSynthetic: synthetic)
  }
}

private func row(_ entry: Int64, _ line: Int, _ wallet: WalletID, _ asset: String, _ amount: Int64)
  -> LedgerRow
{
  LedgerRow(
    entry: entry, line: line, source: "s\(entry)", time: at(entry), kind: "trade", wallet: wallet,
    asset: asset, amount: amount, reason: "grid b1 rebuild #2")
}

@Suite(.timeLimit(.minutes(1))) struct BooksStoreTests {
  @Test(arguments: Engine.allCases)
  func oneWriteHoldsAllThatHappened(_ engine: Engine) async throws {
    try await engine.run { store in
      var bar = BarRecord(start: at(60), opening: PriceLots(5), volume: BaseLots(1))
      (bar.trades, bar.sol) = (3, 151.25)
      var write = MarketWrite()
      write.trades = [Trade("t2", 2), Trade("t1", 1)]
      write.bars = [bar]
      write.ledger = [row(1, 0, "w1", "token", 10), row(1, 1, "w1", "sol", -500)]
      write.texts = ["market": "{}"]
      try await store.write(write)
      write.texts = ["market": "{\"a\":1}"]
      write.ledger.append(row(2, 0, "w1", "sol", 7))
      try await store.write(write)
      #expect(try await store.newestTrades(limit: 9).map(\.id) == ["t1", "t2"])
      #expect(try await store.newestBars(limit: 9) == [bar])
      #expect(try await store.marketText("market") == "{\"a\":1}")
      #expect(try await store.marketText("other") == nil)
      #expect(
        try await store.newestLedger(limit: 2)
          == [row(2, 0, "w1", "sol", 7), row(1, 1, "w1", "sol", -500)])
      #expect(
        try await store.ledgerBalances() == [
          LedgerBalance(wallet: "w1", asset: "sol", amount: -493),
          LedgerBalance(wallet: "w1", asset: "token", amount: 10),
        ])
    }
  }

  @Test(arguments: Engine.allCases)
  func aDaysSumsAreExactBeyond64Bits(_ engine: Engine) async throws {
    try await engine.run { store in
      let large: Int64 = 3_037_000_499
      let trades =
        (0..<5).map { Trade("big\($0)", day: 20_001, price: large, size: large) } + [
          Trade("old", day: 20_000, price: 3, size: 7),
          Trade("synthetic", day: 20_001, price: 3, size: 7, synthetic: true),
          Trade("absurd", day: 20_001, price: .max, size: 2),
          Trade("older", day: 19_999, price: 3, size: 7),
        ]
      _ = try await store.appendTrades(trades)
      #expect(
        try await store.tradeDays(since: Timestamp(seconds: 20_000 * 86_400)) == [
          TradeDay(day: 20_000, value: 21, volume: 7),
          TradeDay(
            day: 20_001, value: 5 * Int128(large) * Int128(large), volume: 5 * Int128(large)),
        ])
    }
  }

  @Test(arguments: Engine.allCases)
  func latenciesAreKeptAsLongAsEvents(_ engine: Engine) async throws {
    try await engine.run { store in
      let latencies = [1, 90].map {
        LatencyRecord(
          time: at($0), target: "venue", operation: "read", duration: .microseconds(1_500))
      }
      try await store.appendLatencies(latencies)
      #expect(try await store.latencies(since: at(0), limit: 9) == latencies)
      #expect(try await store.prune(.all(.seconds(50)), now: at(100)) == 1)
      #expect(try await store.latencies(since: at(0), limit: 9) == [latencies[1]])
    }
  }

  @Test func aFileOfTheFirstShapeKeepsItsBars() async throws {
    let directory = TemporaryDirectory()
    let path = directory.file("old.db")
    do {
      let database = try Database(path: path, create: true)
      try database.execute(Migrations.steps[0])
      try database.execute("PRAGMA user_version = 1")
      try database.execute("INSERT INTO price_history VALUES (60, 5, 9, 3, 6, 1)")
    }
    let store = try await SQLiteStore.open(path: path)
    let bar = try #require(try await store.newestBars(limit: 1).first)
    #expect([bar.open, bar.high, bar.low, bar.close].map(\.count) == [5, 9, 3, 6])
    #expect(bar.trades == 0 && bar.sol == nil)
    await store.close()
  }
}
