import PluginAPI
import Testing

@testable import GridRebalancer

@Suite struct PlanTests {
  func settings(_ change: (inout GridRebalancer) -> Void = { _ in }) -> GridRebalancer {
    var settings = GridRebalancer()
    settings.levels = 3
    settings.bidMultiplier = 1
    settings.askMultiplier = 1
    change(&settings)
    return settings
  }

  func plan(
    _ settings: GridRebalancer, _ market: MarketSnapshot = Scene.market(), wallets: [Wallet],
    turn: Int64 = 0, depth: Percent = .whole
  ) throws -> GridPlan {
    let anchors = Anchors(market, price: try #require(market.reference))
    return try GridPlan(
      settings, market, wallets,
      PlanConditions(
        anchors: anchors, zones: Zones(settings, anchors, last: nil, now: Scene.start), turn: turn,
        control: BuyControl(multiplier: settings.bidMultiplier, depth: depth)))
  }

  func prices(_ levels: [GridLevel]) -> [Int64] { levels.map(\.price.count) }
  func sizes(_ levels: [GridLevel]) -> [Int64] { levels.map(\.size.count) }

  @Test func theGoldenGrid() throws {
    let plan = try plan(settings(), wallets: [Scene.wallet("a")])
    #expect(prices(plan.wallets[0].bids) == [9_500, 9_000, 8_500])
    #expect(prices(plan.wallets[0].asks) == [11_000, 12_000, 13_000])
    #expect(sizes(plan.wallets[0].bids) == [333, 333, 334])
    #expect(plan.zones[.bid] == PriceLots(8_500) && plan.zones[.ask] == PriceLots(13_000))
    #expect(plan.shortages.isEmpty)
  }

  @Test func segmentsAreDealtOutInOrder() throws {
    let wallets = [Scene.wallet("a"), Scene.wallet("b")]
    let fixed = try plan(settings { $0.levels = 4 }, wallets: wallets)
    #expect(fixed.wallets.map { prices($0.bids) } == [[9_625, 9_250], [8_875, 8_500]])
    let turned = try plan(settings { $0.levels = 4 }, wallets: wallets, turn: 5)
    #expect(turned.wallets.map { prices($0.bids) } == [[8_875, 8_500], [9_625, 9_250]])
  }

  @Test func theSpecificationsRotation() {
    let segments = Segments(wallets: 3, turn: 7)
    #expect((0..<3).map(segments.wallet) == [(0 + 7) % 3, (1 + 7) % 3, (2 + 7) % 3])
    #expect((0..<3).map { segments.wallet(of: segments.segment(of: $0)) } == [0, 1, 2])
    #expect((0..<3).map { segments.part(of: $0, levels: 16) } == [10..<16, 0..<5, 5..<10])
  }

  @Test(arguments: [(32, 48, 16), (48, 100, 24), (10, 100, 5)])
  func noWalletHoldsMoreThanItMay(perWallet: Int, levels: Int, expected: Int) throws {
    let plan = try plan(
      settings {
        $0.levels = levels
        $0.ordersPerWallet = perWallet
      }, wallets: [Scene.wallet("a")])
    #expect(plan.wallets[0].bids.count == expected)
    #expect(plan.wallets[0].asks.count == expected)
  }

  @Test func moreLevelsThanTheAccountsHoldAreNamed() throws {
    let plan = try plan(settings { $0.levels = 100 }, wallets: [Scene.wallet("a")])
    #expect(
      plan.shortages.first?.description
        == "100 levels per side need 14 open-orders accounts of 7 wallets, 16 orders in each; there "
        + "are 1 wallets")
  }

  @Test func aZoneOfFewTicksHasFewLevels() throws {
    let market = Scene.market(
      bids: [Scene.level(9)], asks: [Scene.level(11)], pivot: 10)
    let plan = try plan(settings { $0.levels = 16 }, market, wallets: [Scene.wallet("a")])
    #expect(prices(plan.wallets[0].bids) == [9, 8])
    #expect(prices(plan.wallets[0].asks) == [11, 12, 13])
    #expect(
      plan.shortages.map(\.description) == [
        "BUY zone of 2 ticks has no room for 16 levels",
        "SELL zone of 3 ticks has no room for 16 levels", "1 wallets lack funds for their segments",
      ])
  }

  @Test func largeLotsMakeLevelsVanish() throws {
    var market = Scene.market()
    market.lots.baseLot = TokenAmount(400_000_000)
    market.lots.quoteLot = Lamports(400_000)
    let settings = settings {
      $0.levels = 16
      $0.improveTicks = 0
    }
    let plan = try plan(settings, market, wallets: [Scene.wallet("a")])
    #expect(sizes(plan.wallets[0].bids) == [1, 1])
    #expect(prices(plan.wallets[0].bids) == [9_250, 8_500])
    #expect(
      plan.shortages.first?.description == "BUY depth makes 2 of 16 levels of at least 1 lots")
  }

  @Test func noOrderIsSmallerThanWhatIsWorthAPlace() throws {
    let plan = try plan(settings { $0.minimumOrder = 4 }, wallets: [Scene.wallet("a")])
    // 4 SOL are 471 lots at 8500, where a lot is cheapest, and 400 lots at 10000.
    #expect(sizes(plan.wallets[0].bids) == [500, 500])
    #expect(sizes(plan.wallets[0].asks) == [500, 500])
  }

  @Test func aPoorWalletQuotesLess() throws {
    let poor = Scene.wallet("a", sol: 4.6, lots: 500)
    let settings = settings {
      $0.tolerance = 0
      $0.sizeTolerance = 0
      $0.orderShare = 100
    }
    let plan = try plan(settings, wallets: [poor])
    let cost = try plan.wallets[0].bids.reduce(Lamports.zero) {
      try $0.adding(Scene.lots.cost(of: $1.size, at: $1.price))
    }
    #expect(cost <= SOL(4.5).lamports && cost > SOL(4.4).lamports)
    #expect(sizes(plan.wallets[0].asks) == [166, 166, 167])
    #expect(plan.shortages.map(\.description) == ["1 wallets lack funds for their segments"])
  }

  @Test func noOrderIsMoreThanItsShareOfTheWallet() throws {
    let poor = Scene.wallet("a", sol: 8.1, lots: 800)
    let plan = try plan(settings(), wallets: [poor])
    #expect(sizes(plan.wallets[0].bids) == [210, 222, 235])
    #expect(sizes(plan.wallets[0].asks) == [200, 200, 200])
  }

  @Test func aWalletWithNothingQuotesNothing() throws {
    let plan = try plan(settings(), wallets: [Scene.wallet("a", sol: 0.1, lots: 0)])
    #expect(plan.orders == 0)
  }

  @Test func standingOrdersCountAsFunds() throws {
    let full = try plan(settings(), wallets: [Scene.wallet("a")])
    let bundle = Bundle(
      "",
      intents: full.wallets[0].bids.map {
        .place(account: "a/0", NewOrder(side: .bid, price: $0.price, size: $0.size))
      })
    let swarm = Scene.apply([bundle], to: Swarm(wallets: [Scene.wallet("a", sol: 0.1)]))
    let whole = settings { $0.orderShare = 100 }
    #expect(try plan(whole, wallets: swarm.wallets).wallets[0].bids == full.wallets[0].bids)
  }

  @Test func targetControlThrottlesTheDepth() throws {
    let plan = try plan(settings(), wallets: [Scene.wallet("a")], depth: 50)
    #expect(sizes(plan.wallets[0].bids) == [166, 167, 167])
    #expect(sizes(plan.wallets[0].asks) == [333, 333, 334])
  }

  @Test func everyGridHoldsItsPromises() throws {
    var random = Seeded(state: 3)
    for _ in 0..<300 {
      let mid = Int64.random(in: 50...1_000_000, using: &random)
      let spread = Int64.random(in: 1...10, using: &random)
      let market = Scene.market(
        bids: [Scene.level(mid - spread, size: Int64.random(in: 1...5_000, using: &random))],
        asks: [Scene.level(mid + spread, size: Int64.random(in: 1...5_000, using: &random))],
        pivot: Int64.random(in: 50...1_000_000, using: &random),
        minimum: Int64.random(in: 1...50, using: &random))
      let settings = settings {
        $0.levels = Int.random(in: 1...120, using: &random)
        $0.gamma = Double.random(in: 0.5...2, using: &random)
        $0.bidMultiplier = Double.random(in: 0.9...1.2, using: &random)
      }
      let wallets = (0..<Int.random(in: 1...5, using: &random)).map {
        Scene.wallet("w\($0)", sol: 1_000, lots: 1_000_000_000)
      }
      check(try plan(settings, market, wallets: wallets), settings, market)
    }
  }

  func check(_ plan: GridPlan, _ settings: GridRebalancer, _ market: MarketSnapshot) {
    let bids = plan.wallets.flatMap(\.bids)
    let asks = plan.wallets.flatMap(\.asks)
    let all = bids + asks
    #expect(Set(all.map(\.price)).count == all.count, "a price twice")
    #expect(all.allSatisfy { $0.size >= market.lots.minimumSize && $0.price > .zero })
    #expect(bids.allSatisfy { $0.price < market.asks[0].price }, "a bid crosses")
    #expect(asks.allSatisfy { $0.price > market.bids[0].price }, "an ask crosses")
    if let bid = bids.map(\.price).max(), let ask = asks.map(\.price).min() {
      #expect(bid < ask, "the grid crosses itself")
    }
    #expect(plan.wallets.allSatisfy { max($0.bids.count, $0.asks.count) <= 16 })
    expectDepth(bids, settings.depthBid, min(market.pivot ?? .zero, market.mid ?? .zero), market)
    expectDepth(asks, settings.depthAsk, max(market.pivot ?? .zero, market.mid ?? .zero), market)
  }

  func expectDepth(
    _ levels: [GridLevel], _ depth: SOL, _ anchor: PriceLots, _ market: MarketSnapshot
  ) {
    guard !levels.isEmpty else { return }
    let wanted = market.lots.size(for: depth.lamports, at: anchor)
    #expect(levels.reduce(0) { $0 + $1.size.count } == wanted.count)
  }
}
