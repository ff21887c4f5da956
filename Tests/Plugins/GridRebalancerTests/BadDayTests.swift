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
    #expect(
      try await test.run(GridRebalancer(), at: Scene.start + .seconds(20))
        != .done("proximity"), "one rebuild is enough")
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
    for step in 1...40 { try await world.step(step) }
    try await world.calmDown()
  }
}

/// A swarm that lives through random days.
private struct World {
  let job: GridRebalancer
  let test: TestRun
  var random: Seeded
  var time = Scene.start
  var mid: Int64 = 10_000

  init(seed: UInt64) {
    random = Seeded(state: seed)
    var job = GridRebalancer()
    job.rotation = seed % 2 == 0 ? .fixed : .tick
    job.gammaMode = seed % 3 == 0 ? .volatility : .fixed
    self.job = job
    test = TestRun(market: Scene.market(), swarm: Scene.swarm(3), now: Scene.start)
  }

  mutating func step(_ number: Int) async throws {
    time = time + .seconds(Int64.random(in: 1...120, using: &random))
    mid = max(1_000, mid * Int64.random(in: 900...1_100, using: &random) / 1_000)
    var market = Scene.market(mid: mid)
    market.volatility = Double.random(in: 0...0.2, using: &random)
    await test.set(market: market)
    await setFates()
    let before = await test.bundles.count
    let cause: Cause = Int.random(in: 0..<8, using: &random) == 0 ? .signal : .cadence
    _ = try await test.run(job, cause: cause, at: time)
    try await happen(from: before)
  }

  private mutating func setFates() async {
    let fate = Int.random(in: 0..<6, using: &random)
    await test.set(decide: { bundle in
      switch fate {
      case 0: return .expired
      case 1: return .reverted(reason: "no room")
      case 2: throw Refusal(.reducingOnly, "no new orders")
      case 3 where bundle.intents.count > 1:
        let half = bundle.intents.count / 2
        return .partial(
          slot: 1, results: bundle.intents.indices.map { $0 < half ? .done : nil })
      default: return try TestRun.lands(bundle)
      }
    })
  }

  /// Lets the bundles happen as far as their fates say, lets orders expire, and fills a few.
  private mutating func happen(from first: Int) async throws {
    var swarm = try #require(await test.swarm)
    for (number, bundle) in await test.bundles.enumerated().dropFirst(first) {
      var done = bundle
      switch try await fate(of: number, bundle) {
      case .landed: break
      case .partial(_, let results):
        done.intents = Array(
          bundle.intents.prefix { _ in true }.prefix(results.count { $0 != nil }))
      default: continue
      }
      swarm = Scene.apply([done], to: swarm, at: time)
    }
    for wallet in swarm.wallets.indices {
      for account in swarm.wallets[wallet].accounts.indices {
        swarm.wallets[wallet].accounts[account].orders.removeAll { ($0.expires ?? time) <= time }
        let orders = swarm.wallets[wallet].accounts[account].orders
        #expect(orders.count <= OpenOrdersAccount.capacity)
        if !orders.isEmpty, Int.random(in: 0..<4, using: &random) == 0 {
          swarm.wallets[wallet].accounts[account].orders.removeFirst()
        }
      }
    }
    await test.set(swarm: swarm)
  }

  private func fate(of number: Int, _ bundle: Bundle) async throws -> BundleOutcome {
    try await test.decide(bundle)
  }

  /// With nothing going wrong, two runs make the book what it should be.
  mutating func calmDown() async throws {
    await test.set(decide: TestRun.lands)
    for _ in 0..<3 {
      time = time + .seconds(6)
      let before = await test.bundles.count
      _ = try await test.run(job, at: time)
      var swarm = try #require(await test.swarm)
      swarm = Scene.apply(Array(await test.bundles.dropFirst(before)), to: swarm, at: time)
      await test.set(swarm: swarm)
    }
    let state = try #require(await test.remembered("grid", as: GridState.self))
    let swarm = try #require(await test.swarm)
    let standing = Standing(swarm.wallets, state.expected, busy: [], refill: 100)
    #expect(standing.missing == 0 && standing.astray == 0 && state.pending.isEmpty)
    #expect(standing.orders == state.orders)
  }
}
