import PluginAPI
import Testing

@testable import GridRebalancer

/// Markets and wallets as they should not be. Whatever happens, what stands on the book afterwards
/// is what the job remembers.
@Suite struct BadDayTests {
  static let markets: [(String, MarketSnapshot)] = [
    ("crossed", Scene.market(bids: [Scene.level(10_500)], asks: [Scene.level(9_500)])),
    ("empty", Scene.market(bids: [], asks: [])),
    ("only bids", Scene.market(bids: [Scene.level(9_990)], asks: [])),
    ("only asks", Scene.market(bids: [], asks: [Scene.level(10_010)])),
    ("no pivot", Scene.market(mid: 10_000, pivot: nil)),
    ("a pivot of nothing", Scene.market(mid: 10_000, pivot: 0)),
    ("a pivot far away", Scene.market(mid: 10_000, pivot: 1_000_000)),
    ("a trade of nothing", Scene.market(bids: [], trades: [Scene.trade(0, size: 0)])),
    ("a huge trade", Scene.market(bids: [], trades: [Scene.trade(10_000, size: .max)])),
    ("one tick", Scene.market(bids: [Scene.level(1)], asks: [Scene.level(2)], pivot: 1)),
    ("huge orders", Scene.market(bids: [Scene.level(9_990, size: .max)])),
  ]

  @Test(arguments: markets)
  func theGridNeverCrosses(name: String, market: MarketSnapshot) async throws {
    let test = TestRun(market: market, swarm: Scene.swarm(2), now: Scene.start)
    _ = try await test.run(GridRebalancer())
    let orders = await test.bundles.flatMap(\.orders)
    let bids = orders.filter { $0.side == .bid }.map(\.price)
    let asks = orders.filter { $0.side == .ask }.map(\.price)
    #expect(!asks.isEmpty)
    if let best = market.asks.first?.price { #expect(bids.allSatisfy { $0 < best }) }
    if let best = market.bids.first?.price { #expect(asks.allSatisfy { $0 > best }) }
    if let high = bids.max(), let low = asks.min() { #expect(high < low) }
    #expect(Set(bids).count == bids.count && Set(asks).count == asks.count)
    #expect(orders.allSatisfy { $0.price > .zero && $0.size > .zero && $0.expires != nil })
  }

  @Test(arguments: [1_000, 100_000] as [Int64])
  func aGapOfThePriceIsFollowed(mid: Int64) async throws {
    let test = TestRun(market: Scene.market(), swarm: Scene.swarm(1), now: Scene.start)
    _ = try await test.run(GridRebalancer())
    await test.set(swarm: Scene.apply(test.bundles, to: Scene.swarm(1)))
    await test.set(market: Scene.market(mid: mid))
    _ = try await test.run(GridRebalancer(), at: Scene.start + .seconds(10))
    let after = Scene.apply([await test.bundles[1]], to: try #require(await test.swarm))
    let standing = after.wallets[0].accounts.flatMap(\.orders)
    #expect(standing.filter { $0.side == .bid }.allSatisfy { $0.price.count < mid })
    #expect(standing.filter { $0.side == .ask }.allSatisfy { $0.price.count > mid })
    let far = standing.filter { $0.side == (mid < 10_000 ? .bid : .ask) }.map(\.price.count)
    #expect(far.count == 16)
    #expect(far.allSatisfy { abs($0 - mid) <= mid * 6 / 10 }, "the moved side is near the market")
    await test.set(swarm: after)
    #expect(
      try await test.run(GridRebalancer(), at: Scene.start + .seconds(20))
        == .nothingToDo("the grid of generation 2 stands"))
  }

  @Test func dustAndEmptyWalletsQuoteNothingAndSayWhy() async throws {
    let swarm = Swarm(wallets: [
      Scene.wallet("dust", sol: 0.1001, lots: 0), Scene.wallet("empty", sol: 0, lots: 0),
    ])
    let test = TestRun(market: Scene.market(), swarm: swarm, now: Scene.start)
    #expect(
      try await test.run(GridRebalancer())
        == .done(
          "first: generation 1, 0 kept, 0 cancelled, 0 placed; 2 wallets lack funds for their "
            + "segments"))
    #expect(await test.bundles.isEmpty)
    #expect(
      try await test.run(GridRebalancer(), at: Scene.start + .seconds(10))
        == .nothingToDo("the grid of generation 1 stands"))
  }

  @Test func sumsThatDoNotFitFailTheRunByName() async throws {
    var market = Scene.market(mid: 10_000)
    market.lots.quoteLot = Lamports(.max / 2)
    var swarm = Scene.swarm(1)
    swarm.wallets[0].accounts[0].orders = [Scene.order(.bid, 9_000)]
    let test = TestRun(market: market, swarm: swarm, now: Scene.start)
    await #expect(throws: ArithmeticOverflow.self) { try await test.run(GridRebalancer()) }
    #expect(await test.bundles.isEmpty)
  }

  @Test func aBoardOfNonsenseIsBounded() async throws {
    let test = TestRun(market: Scene.market(), swarm: Scene.swarm(1), now: Scene.start)
    try await test.publish("target-control", ["multiplier": -5.0, "depth": 1e17])
    _ = try await test.run(GridRebalancer())
    let sizes = await test.bundles[0].orders.filter { $0.side == .bid }.map(\.size.count)
    #expect(sizes.reduce(0, +) == 999 || sizes.reduce(0, +) == 1_000)
  }

  /// Random markets, fills, refusals and fates; after each run the book holds what was accounted
  /// for: no order twice, none too many, and after a quiet time exactly what is expected.
  @Test(arguments: 1...30 as ClosedRange<UInt64>)
  func everyOrderIsAccountedFor(seed: UInt64) async throws {
    var world = World(seed: seed)
    for _ in 1...60 { try await world.step() }
    try await world.calmDown()
  }
}
