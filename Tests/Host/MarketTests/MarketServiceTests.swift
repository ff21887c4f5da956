import Isolation
import PluginAPI
import Telemetry
import Testing

@testable import Market

/// A feed that a test writes into.
private actor FakeFeed: MarketFeed {
  private var trades: [FeedTrade] = []
  private var isDown = false
  private var waiters: [CheckedContinuation<Void, any Error>] = []

  func add(_ trade: FeedTrade) {
    trades.append(trade)
    for waiter in waiters { waiter.resume() }
    waiters = []
  }

  func fail() { isDown = true }

  func poll(after cursor: FeedCursor) async throws -> FeedBatch {
    if isDown { throw ServiceError("no route") }
    let count = UInt64(trades.count)
    var batch = FeedBatch(
      after: cursor, cursor: FeedCursor(trades: count, slot: count + 1),
      identity: VenueIdentity(kind: "fake", cluster: "test", allowsSyntheticVolume: true),
      lots: MarketLots(
        baseLot: TokenAmount(1), quoteLot: Lamports(1), tokenDecimals: 0, minimumSize: BaseLots(1)),
      time: Timestamp(seconds: 1_750_000_000))
    batch.bids = [BookLevel(price: PriceLots(99), size: BaseLots(3))]
    batch.asks = [BookLevel(price: PriceLots(101), size: BaseLots(1))]
    batch.trades = Array(trades.dropFirst(Int(cursor.trades)))
    // Lets a second reader poll from the same place before the first one has its answer.
    await Task.yield()
    return batch
  }

  func waitForNews(after cursor: FeedCursor) async throws {
    guard UInt64(trades.count) <= cursor.trades else { return }
    try await withCheckedThrowingContinuation { waiters.append($0) }
  }
}

private func trade(_ number: Int, synthetic: Bool = false, fills: [OwnFill] = []) -> FeedTrade {
  FeedTrade(
    trade: Trade(
      id: TradeID("t\(number)"), time: Timestamp(seconds: 1_750_000_000), price: PriceLots(200),
      size: BaseLots(100), takerSide: .bid, isSynthetic: synthetic), fills: fills)
}

private func service(_ feed: FakeFeed, _ hooks: MarketHooks = MarketHooks()) -> MarketService {
  let settings = PivotSettings(
    lookbackDays: 1, nominalDailyVolume: BaseLots(100), seedPrice: PriceLots(100))
  let start = Timestamp(seconds: 1_750_000_000)
  return MarketService(
    feed: feed, memory: MarketMemory(pivot: Pivot(settings, start: start)), metrics: Metrics(),
    hooks: hooks)
}

@Suite(.timeLimit(.minutes(1))) struct MarketServiceTests {
  @Test func `a snapshot holds book, trades and pivot of this moment`() async throws {
    let feed = FakeFeed()
    let market = service(feed)
    #expect(try await market.snapshot().pivot == PriceLots(100))
    await feed.add(trade(1))
    let snapshot = try await market.snapshot()
    #expect(snapshot.pivot == PriceLots(150))
    #expect(snapshot.trades.map(\.id) == ["t1"])
    #expect(snapshot.mid == PriceLots(100))
    #expect(await market.indices()?.imbalance == 0.5)
  }

  @Test func `readers at the same time count each trade once`() async throws {
    let feed = FakeFeed()
    let seen = Guarded<[Timestamp]>([])
    var hooks = MarketHooks()
    hooks.onTrade = { time in seen.withLock { $0.append(time) } }
    let market = service(feed, hooks)
    for number in 0..<20 { await feed.add(trade(number)) }
    try await withThrowingTaskGroup { group in
      for _ in 0..<10 { group.addTask { _ = try await market.snapshot() } }
      try await group.waitForAll()
    }
    #expect(seen.withLock { $0.count } == 20)
  }

  @Test func `synthetic trades are shown and wake idle jobs but leave the pivot alone`()
    async throws
  {
    let feed = FakeFeed()
    let idle = Guarded(0)
    var hooks = MarketHooks()
    hooks.onTrade = { _ in idle.withLock { $0 += 1 } }
    let market = service(feed, hooks)
    await feed.add(trade(1, synthetic: true))
    let snapshot = try await market.snapshot()
    #expect(snapshot.pivot == PriceLots(100))
    #expect(snapshot.trades.first?.isSynthetic == true)
    #expect(idle.withLock { $0 } == 1)
  }

  @Test func `an own fill becomes an event`() async throws {
    let feed = FakeFeed()
    let events = Guarded<[[String: String]]>([])
    var hooks = MarketHooks()
    hooks.onEvent = { name, fields in
      if name == "ORDER_FILL" { events.withLock { $0.append(fields) } }
    }
    let market = service(feed, hooks)
    let fill = OwnFill(wallet: "w", account: "w/1", order: "7", side: .ask)
    await feed.add(trade(1, fills: [fill]))
    _ = try await market.snapshot()
    let fields = try #require(events.withLock { $0 }.first)
    #expect(fields["wallet"] == "w")
    #expect(fields["role"] == "maker")
    #expect(fields["price"] == "200")
  }

  @Test func `running follows the feed without anybody asking`() async throws {
    let feed = FakeFeed()
    let (stream, told) = AsyncStream.makeStream(of: Timestamp.self)
    var hooks = MarketHooks()
    hooks.onTrade = { told.yield($0) }
    let market = service(feed, hooks)
    let running = Task { try await market.run() }
    await feed.add(trade(1))
    var trades = stream.makeAsyncIterator()
    #expect(await trades.next() != nil)
    running.cancel()
    await feed.add(trade(2))
    _ = await running.result
  }

  @Test func `a venue that does not answer is an error that says so`() async {
    let feed = FakeFeed()
    await feed.fail()
    await #expect(throws: MarketUnavailable("the venue does not answer: no route")) {
      _ = try await service(feed).snapshot()
    }
  }
}
