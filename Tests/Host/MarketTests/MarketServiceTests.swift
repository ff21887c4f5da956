import Isolation
import PluginAPI
import Testing

@testable import Market

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
