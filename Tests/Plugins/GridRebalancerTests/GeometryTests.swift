import PluginAPI
import Testing

@testable import GridRebalancer

@Suite struct GeometryTests {
  @Test(arguments: [
    (900, 3, 1.0, [300, 600, 900]), (900, 3, 2.0, [100, 400, 900]),
    (1000, 4, 0.5, [500, 707, 866, 1000]), (1000, 1, 1.5, [1000]), (5, 5, 3.0, [1, 2, 3, 4, 5]),
    (6, 5, 1.0, [1, 2, 4, 5, 6]), (3, 4, 1.0, []), (10, 0, 1.0, []),
  ])
  func levelsEndOnTheZonesEdge(zone: Int64, levels: Int, gamma: Double, expected: [Int64]) {
    #expect(LevelPrices.offsets(zone: zone, levels: levels, gamma: gamma) == expected)
  }

  @Test func noTwoLevelsShareATick() {
    var random = Seeded(state: 1)
    for _ in 0..<500 {
      let levels = Int.random(in: 1...64, using: &random)
      let zone = Int64.random(in: Int64(levels)...100_000, using: &random)
      let gamma = Double.random(in: 0.25...4, using: &random)
      let offsets = LevelPrices.offsets(zone: zone, levels: levels, gamma: gamma)
      #expect(offsets.count == levels && offsets.last == zone)
      #expect(zip([0] + offsets, offsets).allSatisfy { $0 < $1 })
    }
  }

  @Test(arguments: [(4.0, 0.5, 2.0), (3.0, 2.0, 9.0), (10.0, 0.25, 1.7782794100389228)])
  func powersAreExactEnough(base: Double, exponent: Double, expected: Double) {
    #expect(abs(LevelPrices.power(base, exponent) - expected) < 1e-12)
  }

  @Test(arguments: [
    (1000, 3, 1.0, [333, 333, 334]), (1000, 3, 2.0, [142, 286, 572]),
    (1000, 3, 0.5, [571, 286, 143]), (7, 1, 1.05, [7]), (2, 3, 1.0, [0, 1, 1]),
    (0, 3, 1.0, [0, 0, 0]),
  ])
  func sizesAreGeometric(depth: Int64, count: Int, multiplier: Double, expected: [Int64]) {
    let weights = LevelWeights(count: count, multiplier: multiplier)
    #expect(weights.sizes(of: BaseLots(depth)).map(\.count) == expected)
  }

  /// 1000 · 1.05^(n−1) / (1.05^4 − 1) · 0.05, by hand: 232.01, 243.61, 255.79, 268.58; each level
  /// ends where the running sum, rounded down, ends: 232, 475, 731, 1000.
  @Test func theSpecificationsMultiplier() {
    let sizes = LevelWeights(count: 4, multiplier: 1.05).sizes(of: BaseLots(1000))
    #expect(sizes.map(\.count) == [232, 243, 256, 269])
  }

  @Test func sizesSumExactlyToTheDepth() {
    var random = Seeded(state: 2)
    for _ in 0..<500 {
      let depth = Int64.random(in: 1...Int64.max / 2, using: &random)
      let count = Int.random(in: 1...500, using: &random)
      let weights = LevelWeights(
        count: count, multiplier: Double.random(in: 0.5...2, using: &random))
      let sizes = weights.sizes(of: BaseLots(depth))
      #expect(sizes.reduce(0) { $0 + $1.count } == depth)
      #expect(sizes.allSatisfy { $0 >= .zero })
    }
  }

  @Test func noLevelIsBelowTheMinimum() {
    let weights = LevelWeights.most(
      limit: 16, depth: BaseLots(100), multiplier: 1, minimum: BaseLots(9))
    #expect(weights.count == 11)
    let none = LevelWeights.most(limit: 3, depth: .zero, multiplier: 1, minimum: BaseLots(1))
    #expect(none.count == 0)
  }

  @Test func noMoreLevelsWouldFit() {
    var random = Seeded(state: 7)
    for _ in 0..<500 {
      let depth = BaseLots(Int64.random(in: 1...100_000, using: &random))
      let minimum = BaseLots(Int64.random(in: 1...500, using: &random))
      let multiplier = Double.random(in: 0.5...2, using: &random)
      let weights = LevelWeights.most(
        limit: 500, depth: depth, multiplier: multiplier, minimum: minimum)
      #expect(weights.sizes(of: depth).allSatisfy { $0 >= minimum })
      let more = LevelWeights(count: weights.count + 1, multiplier: multiplier)
      #expect(weights.count == 500 || more.smallestShare(of: depth.count) < minimum.count)
    }
  }

  @Test(arguments: [(10_000, 10_000, 10_000), (9_500, 9_500, 10_000), (10_500, 10_000, 10_500)])
  func bidsHangOnTheLowerAndAsksOnTheHigherOfPivotAndMid(mid: Int64, bid: Int64, ask: Int64) {
    let anchors = Anchors(Scene.market(mid: mid), price: PriceLots(mid))
    #expect(anchors.bid.count == bid)
    #expect(anchors.ask.count == ask)
  }

  @Test func withAnEmptySideTheAnchorsStayOffTheOther() {
    let market = Scene.market(bids: [], asks: [Scene.level(9_800)])
    #expect(market.reference == PriceLots(10_000))
    let anchors = Anchors(market, price: PriceLots(10_000))
    #expect(anchors.bid == PriceLots(9_800))
  }

  @Test func aTradeWithoutPriceOrSizeIsNoPrice() {
    let trades = [Scene.trade(0), Scene.trade(9_700, size: 0), Scene.trade(9_900)]
    #expect(Scene.market(bids: [], trades: trades).reference == PriceLots(9_900))
    #expect(Scene.market(bids: [], pivot: 0).reference == nil)
  }

  @Test func aCrossedBookIsNotCrossedByTheGrid() {
    let market = Scene.market(bids: [Scene.level(10_200)], asks: [Scene.level(9_800)])
    #expect(market.reference == PriceLots(10_000))
    let anchors = Anchors(market, price: PriceLots(10_000))
    #expect(anchors.bid == PriceLots(9_800) && anchors.ask == PriceLots(10_200))
  }

  @Test func syntheticTradesAreNoPrice() {
    let trades = [Scene.trade(1, synthetic: true), Scene.trade(9_900)]
    #expect(Scene.market(bids: [], trades: trades).reference == PriceLots(9_900))
    #expect(Scene.market(bids: [], pivot: nil).reference == nil)
  }
}

@Suite struct QueueImprovementTests {
  let improvement = QueueImprovement(ticks: 1, threshold: Lamports(5_000_000_000), lots: Scene.lots)
  let anchor = PriceLots(10_000)

  func improve(_ offsets: [Int64], _ book: [BookLevel], _ side: Side = .bid) -> [Int64] {
    var offsets = offsets
    improvement.improve(&offsets, side: side, anchor: anchor, book: book)
    return offsets
  }

  @Test func theNearestLevelBehindALargeOrderMovesBeforeIt() {
    #expect(improve([300, 600, 900], [Scene.level(9_500, size: 600)]) == [300, 499, 900])
    #expect(improve([300, 600, 900], [Scene.level(10_500, size: 600)], .ask) == [300, 499, 900])
  }

  @Test func aLevelAtTheSamePriceMovesToo() {
    #expect(improve([300, 600, 900], [Scene.level(9_400, size: 600)]) == [300, 599, 900])
  }

  @Test func smallOrdersAndOnesOwnAreNotOvertaken() {
    #expect(improve([300, 600], [Scene.level(9_500, size: 500)]) == [300, 600])
    #expect(improve([300, 600], [Scene.level(9_500, size: 600, own: 200)]) == [300, 600])
  }

  @Test func aLevelNeverReachesTheAnchorOrItsNeighbour() {
    #expect(improve([300, 600], [Scene.level(9_999, size: 600)]) == [300, 600])
    #expect(improve([300, 600], [Scene.level(9_699, size: 600)]) == [300, 600])
    #expect(improve([300, 600], [Scene.level(10_100, size: 600)]) == [300, 600])
  }

  @Test func onlyTheFirstTwentyOutsideLevelsCount() {
    let crowd = (1...20).map { Scene.level(10_000 - Int64($0), size: 1) }
    let wall = [Scene.level(9_500, size: 600)]
    #expect(improve([300, 600], crowd + wall) == [300, 600])
    #expect(improve([300, 600], crowd.dropLast() + wall) == [300, 499])
    let own = Scene.level(9_995, size: 5, own: 5)
    #expect(improve([300, 600], [own] + crowd.dropLast() + wall) == [300, 499])
  }

  @Test func severalWallsMoveSeveralLevels() {
    let walls = [Scene.level(9_800, size: 600), Scene.level(9_500, size: 600)]
    #expect(improve([300, 600, 900], walls) == [199, 499, 900])
  }
}
