import PluginAPI
import Telemetry
import Testing

@testable import Market

/// Books, trades and prices as they should not be.
@Suite(.timeLimit(.minutes(1))) struct BadDayTests {
  private let feed = FakeFeed()

  private func level(_ price: Int64) -> BookLevel {
    BookLevel(price: PriceLots(price), size: BaseLots(1))
  }

  @Test(
    arguments: [([], []), ([100], []), ([], [100]), ([200], [100])] as [([Int64], [Int64])])
  func `an empty, one-sided or crossed book leaves pivot and channel whole`(
    bids: [Int64], asks: [Int64]
  ) async throws {
    let market = service(feed)
    await feed.add(trade(1))
    await feed.move(to: start, bids: bids.map(level), asks: asks.map(level))
    let snapshot = try await market.snapshot()
    #expect(snapshot.pivot == PriceLots(150))
    #expect(
      snapshot.channel
        == PriceChannel(lower: PriceLots(85), center: PriceLots(150), upper: PriceLots(150)))
    await market.publish(now: start)
  }

  @Test func `a trade of nothing and one of everything move no price`() async throws {
    let market = service(feed)
    await feed.add(trade(1, size: 0))
    await feed.add(
      trade(
        2, price: .max, size: .max,
        fills: [
          OwnFill(wallet: "w1", account: "w1/1", order: "o", side: .bid)
        ]))
    let snapshot = try await market.snapshot()
    #expect(snapshot.pivot == PriceLots(100))
    #expect(await market.ledger.count == 0)
  }

  @Test func `a trade from next year does not empty the window`() async throws {
    let metrics = Metrics()
    let market = service(feed, metrics: metrics)
    await feed.add(trade(1))
    await feed.add(trade(2, after: 366 * 86_400))
    #expect(try await market.snapshot().pivot == PriceLots(150))
    #expect(metrics.value(.init("feed_trades_refused_total")) == 1)
  }

  @Test func `trades that come twice or late count once and in their place`() async throws {
    let market = service(feed)
    for number in [2, 1, 2, 1, 3, 3] {
      await feed.add(
        trade(
          number, size: 10, after: Int64(number),
          fills: [
            OwnFill(wallet: "w1", account: "w1/1", order: "o", side: .bid)
          ]))
    }
    let snapshot = try await market.snapshot()
    #expect(snapshot.trades.map(\.id) == ["t3", "t1", "t2"])
    #expect(await market.ledger.totals.token == 30)
    #expect(await market.takeChanges()?.trades.count == 3)
  }

  @Test func `after a fall of 90 % the channel still holds the pivot`() async throws {
    let market = service(feed)
    await feed.add(trade(1, price: 1_000, size: 100_000))
    await feed.add(trade(2, price: 100, size: 100_000_000, after: 30))
    await feed.move(to: start + .seconds(3_600))
    let channel = try #require(try await market.snapshot().channel)
    #expect(channel.lower <= channel.center && channel.center <= channel.upper)
    #expect(channel.center == PriceLots(101))
  }

  @Test func `sources that contradict each other lend no confidence`() async throws {
    let market = service(feed)
    await feed.set([
      OracleQuote(source: "a", price: OraclePrice(price: 150, time: start)),
      OracleQuote(source: "b", price: OraclePrice(price: 120, time: start)),
    ])
    let oracle = try #require(try await market.snapshot().oracle)
    #expect(oracle.confidence == 15)
    #expect(await market.oracle()?.deviation == 0.25)
  }
}
