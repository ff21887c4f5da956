import Bundles
import Isolation
@testable import Market
import PluginAPI
import Storage
import Telemetry
import TestSupport
import Testing

@testable import Gridkeeper

private let begin = Timestamp(seconds: 20_000 * 86_400)

private let lots = MarketLots(
  baseLot: TokenAmount(1), quoteLot: Lamports(1), tokenDecimals: 0, minimumSize: BaseLots(1))

/// A feed that tells a prepared life, step by step, to whoever asks.
private actor ScriptedFeed: MarketFeed {
  private var trades: [FeedTrade] = []
  private var slot: UInt64 = 0

  func tell(_ trade: FeedTrade) {
    trades.append(trade)
    slot += 1
  }

  func poll(after cursor: FeedCursor) -> FeedBatch {
    let count = UInt64(trades.count)
    var batch = FeedBatch(
      after: cursor, cursor: FeedCursor(trades: count, slot: slot),
      identity: VenueIdentity(kind: "fake", cluster: "test", allowsSyntheticVolume: true),
      lots: lots,
      time: trades.last?.trade.time ?? begin)
    let price = trades.last?.trade.price.count ?? 1_000
    batch.bids = [BookLevel(price: PriceLots(price - 1), size: BaseLots(1))]
    batch.asks = [BookLevel(price: PriceLots(price + 1), size: BaseLots(1))]
    batch.oracle = OraclePrice(price: USD(150_000_000 + price * 1_000), time: batch.time)
    // What happened long ago is not told again.
    batch.trades = trades.suffix(min(40, trades.count - Int(cursor.trades)))
    return batch
  }

  func waitForNews(after cursor: FeedCursor) async throws {}
}

@Suite(.timeLimit(.minutes(1))) struct StoreMarketTests {
  private let directory = TemporaryDirectory()
  private let pivot = PivotSettings(
    lookbackDays: 2, nominalDailyVolume: BaseLots(900), seedPrice: PriceLots(1_000))

  private func market(_ feed: ScriptedFeed, _ store: any Store) async throws -> MarketService {
    let record = try await StoreMarket(store: store).record(pivot, lots: lots, now: begin)
    return MarketService(
      feed: feed, memory: MarketMemory(record, pivot: pivot, channel: ChannelSettings()),
      books: Books(record.ledger, sources: record.sources, peak: record.state.peak),
      metrics: Metrics())
  }

  /// Trades minutes apart; most of them one's own, some with a rebate.
  private func life(_ seed: UInt64) -> [FeedTrade] {
    var (random, time): (SeededRandom, Int64) = (SeededRandom(seed: seed), 0)
    return (0..<250).map { number in
      time += Int64.random(in: 1...900, using: &random)
      let side: Side = Bool.random(using: &random) ? .bid : .ask
      let fill = OwnFill(
        wallet: "w1", account: "w1/1", order: OrderID("o\(number)"), side: side,
        fee: Lamports(Int64.random(in: -9...9, using: &random)))
      return FeedTrade(
        trade: Trade(
          id: TradeID("SIG\(number)/0/0"), time: begin + .seconds(time),
          price: PriceLots(Int64.random(in: 800...1_200, using: &random)),
          size: BaseLots(Int64.random(in: 1...50, using: &random)), takerSide: side.opposite),
        fills: number % 3 == 0 ? [] : [fill])
    }
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `a host that was killed and started again stands where one stands that never stopped`(
    seed: UInt64
  ) async throws {
    let feed = ScriptedFeed()
    let store = try await SQLiteStore.open(path: directory.file("\(seed).db"))
    let whole = try await market(feed, MemoryStore())
    var parted = try await market(feed, store)
    var random = SeededRandom(seed: seed + 100)
    for item in life(seed) {
      await feed.tell(item)
      _ = try await whole.snapshot()
      _ = try await parted.snapshot()
      if Int.random(in: 0..<4, using: &random) == 0, let changes = await parted.takeChanges() {
        try await StoreMarket(store: store).save(changes)
        // Killed right after a write: what came in since is told again by the feed.
        if Int.random(in: 0..<4, using: &random) == 0 { parted = try await market(feed, store) }
      }
    }
    let (left, right) = (try await whole.snapshot(), try await parted.snapshot())
    #expect(left == right)
    #expect(await whole.ledger == parted.ledger)
    #expect(await whole.equity() == parted.equity())
    #expect(await whole.bars(.max) == parted.bars(.max))
    if let changes = await parted.takeChanges() {
      try await StoreMarket(store: store).save(changes)
    }
    let books = await parted.ledger
    for balance in try await store.ledgerBalances() {
      let asset = try #require(LedgerAsset(rawValue: balance.asset))
      #expect(books.balances[balance.wallet]?[asset] == Int128(balance.amount))
    }
    await store.close()
  }
}

@Suite struct MarketUnitsTests {
  @Test func `a table with other units begins a new history and keeps the books`() async throws {
    let store = MemoryStore()
    let pivot = PivotSettings(
      lookbackDays: 2, nominalDailyVolume: BaseLots(1), seedPrice: PriceLots(7))
    let keeper = StoreMarket(store: store)
    var changes = MarketChanges(
      state: try await keeper.record(pivot, lots: lots, now: begin).state)
    changes.trades = [
      Trade(id: "old", time: begin, price: PriceLots(1_000), size: BaseLots(9), takerSide: .bid)
    ]
    var ledger = Ledger()
    ledger.post(Booking("a", at: begin, .external("w1", .sol, 5, value: 5)))
    changes.ledger = ledger
    try await keeper.save(changes)
    var coarse = lots
    coarse.quoteLot = Lamports(100)
    for minute in 1...2 {
      let now = begin + .seconds(60 * minute)
      let record = try await keeper.record(pivot, lots: coarse, now: now)
      #expect(record.days.isEmpty && record.trades.isEmpty)
      #expect(record.state.start == begin + .seconds(60))
      #expect(record.ledger == ledger)
    }
  }
}

@Suite struct BundleBookingsTests {
  private func bookings(_ moves: [MoneyMove]) -> [Booking] {
    BundleBookings.bookings(moves, of: "b1", at: begin, reason: "job b1 why") { $0.amount * 2 }
  }

  @Test func `costs and rent are booked one by one`() {
    let actions = bookings([
      MoneyMove(.fee, "w1", .sol, -5_000), MoneyMove(.tip, "w1", .sol, -1_000_000),
      MoneyMove(.rentLock, "w2", .sol, -9), MoneyMove(.rentReclaim, "w2", .sol, 4),
      MoneyMove(.heapPenalty, "w1", .sol, -500),
    ]).map(\.action)
    #expect(
      actions == [
        .cost(.fee, "w1", 5_000), .cost(.tip, "w1", 1_000_000), .rent("w2", 9), .rent("w2", -4),
        .cost(.heapPenalty, "w1", 500),
      ])
  }

  @Test func `halves of swaps and transfers find each other`() {
    let actions = bookings([
      MoneyMove(.transfer, "w1", .sol, -70), MoneyMove(.transfer, "w2", .sol, 70),
      MoneyMove(.swap, "w1", .usdc, 30), MoneyMove(.swap, "w1", .sol, -20),
      MoneyMove(.fee, "w1", .sol, -1), MoneyMove(.swap, "w2", .token, -3),
      MoneyMove(.swap, "w2", .usdc, 8),
    ]).map(\.action)
    #expect(
      actions == [
        .transfer(from: "w1", to: "w2", .sol, 70),
        .swap("w1", given: .sol, 20, got: .usdc, 30, value: 40), .cost(.fee, "w1", 1),
        .swap("w2", given: .token, 3, got: .usdc, 8, value: 6),
      ])
  }

  @Test func `a half without its other came from outside`() {
    let entries = bookings([
      MoneyMove(.transfer, "w1", .token, -70), MoneyMove(.transfer, "w2", .sol, 70),
    ])
    #expect(
      entries.map(\.action) == [
        .external("w1", .token, -70, value: -140), .external("w2", .sol, 70, value: 140),
      ])
    #expect(entries.map(\.source) == ["b1/0", "b1/1"])
  }
}
