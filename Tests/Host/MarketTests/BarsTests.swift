import PluginAPI
import Testing

@testable import Market

private func trade(_ second: Int64, _ price: Int64, _ size: Int64 = 1, synthetic: Bool = false)
  -> Trade
{
  Trade(
    id: TradeID("\(second)-\(price)"), time: Timestamp(seconds: 6_000_000 + second),
    price: PriceLots(price), size: BaseLots(size), takerSide: .ask, isSynthetic: synthetic)
}

@Suite struct BarsTests {
  @Test func `a minute's trades become one bar when the next minute begins`() throws {
    var bars = Bars()
    #expect(bars.add(trade(0, 10, 2)) == nil)
    #expect(bars.add(trade(20, 14, 3)) == nil)
    #expect(bars.add(trade(30, 99, 50, synthetic: true)) == nil)
    #expect(bars.add(trade(59, 9)) == nil)
    let closed = bars.add(trade(180, 11))
    let bar = try #require(closed)
    #expect([bar.open, bar.high, bar.low, bar.close].map(\.count) == [10, 14, 9, 9])
    #expect(bar.volume == BaseLots(6))
    #expect(bar.trades == 3)
    #expect(bar.start == Timestamp(seconds: 6_000_000))
    #expect(bars.newest(5) == [bar])
    #expect(bars.current?.start == Timestamp(seconds: 6_000_180))
  }

  @Test func `only the newest bars are kept`() {
    var bars = Bars(capacity: 3)
    for minute in 0..<10 { bars.add(trade(Int64(minute) * 60, Int64(minute) + 1)) }
    #expect(bars.newest(10).map(\.open.count) == [7, 8, 9])
    #expect(bars.newest(2).map(\.open.count) == [8, 9])
  }
}

@Suite struct MarketIndicesTests {
  private func level(_ size: Int64) -> BookLevel {
    BookLevel(price: PriceLots(1), size: BaseLots(size))
  }

  @Test(
    arguments: [(30, 10, 0.5), (10, 30, -0.5), (5, 0, 1), (0, 0, 0)] as [(Int64, Int64, Double)])
  func `imbalance compares the depth of both sides`(bid: Int64, ask: Int64, expected: Double) {
    let indices = MarketIndices(bids: [level(bid)], asks: [level(ask)], trades: [])
    #expect(indices.imbalance == expected)
  }

  @Test func `synthetic share and pace come from the newest trades`() {
    let trades = [trade(30, 1, 10, synthetic: true), trade(10, 1, 20), trade(0, 1, 10)]
    let indices = MarketIndices(bids: [], asks: [], trades: trades)
    #expect(indices.syntheticShare == 0.25)
    #expect(indices.tradesPerMinute == 4)
  }
}

@Suite struct RecentItemsTests {
  @Test func `the oldest goes first`() {
    var ring = RecentItems<Int>(capacity: 3)
    #expect([1, 2, 3, 4, 5].map { ring.add($0) } == [nil, nil, nil, 1, 2])
    #expect(ring.oldestFirst == [3, 4, 5])
    #expect(ring.newestFirst(2) == [5, 4])
    #expect(ring.newest(2) == [4, 5])
  }
}
