import PluginAPI
import Testing

@testable import GridRebalancer

@Suite struct ZoneTests {
  let anchor = PriceLots(10_000)

  func edge(
    _ side: Side, _ anchor: Int64, last: ZoneEdge?, after seconds: Int64, inertia: Int64 = 3_600
  ) -> Int64 {
    ZoneEdge(
      side, anchor: PriceLots(anchor), width: side == .bid ? 15 : 30, last: last,
      elapsed: .seconds(seconds), inertia: .seconds(inertia)
    ).price.count
  }

  @Test func aNewZoneHasItsWidth() {
    #expect(edge(.bid, 10_000, last: nil, after: 0) == 8_500)
    #expect(edge(.ask, 10_000, last: nil, after: 0) == 13_000)
  }

  /// (8500 · 3600 + 8330 · t) / (3600 + t), where 8330 = 9800 · 0.85.
  @Test(arguments: [(0, 8_500), (10, 8_499), (400, 8_483), (3_600, 8_415), (360_000, 8_331)])
  func theEdgeFollowsTheAnchorWithInertia(seconds: Int64, expected: Int64) {
    let last = ZoneEdge(.bid, anchor: anchor, width: 15)
    #expect(edge(.bid, 9_800, last: last, after: seconds) == expected)
    #expect(edge(.bid, 9_800, last: last, after: seconds, inertia: 0) == 8_330)
  }

  @Test func manyShortStepsGoAsFarAsTheyShould() {
    var last = ZoneEdge(.bid, anchor: anchor, width: 15)
    for _ in 0..<720 {
      last = ZoneEdge(
        .bid, anchor: PriceLots(9_800), width: 15, last: last, elapsed: .seconds(5),
        inertia: .seconds(3_600))
    }
    // 8330 + 170 · (3600 / 3605)^720 = 8392.6
    #expect(last.price == PriceLots(8_392))
  }

  @Test func aCrashOrALeapLeavesAZone() {
    let lower = ZoneEdge(.bid, anchor: anchor, width: 15)
    #expect(edge(.bid, 1_000, last: lower, after: 1) == 925)
    #expect(edge(.bid, 100_000, last: lower, after: 1) == 70_000)
    let upper = ZoneEdge(.ask, anchor: anchor, width: 30)
    #expect(edge(.ask, 100_000, last: upper, after: 1) == 115_000)
    #expect(edge(.ask, 1_000, last: upper, after: 1) == 1_600)
  }

  @Test func theEndsOfTheRangeAreSafe() {
    let wide = ZoneEdge(.ask, anchor: PriceLots(.max), width: 300)
    #expect(wide.price > .zero)
    #expect(ZoneEdge(.bid, anchor: PriceLots(1), width: 90).price == PriceLots(1))
  }

  @Test(
    arguments: [
      (0.05, 1), (0.04, 1.25), (0.1, 0.5), (0.02, 2), (0, 2), (1, 0.5), (nil, 1), (.nan, 1),
    ] as [(Double?, Double)])
  func gammaShrinksWhenTheMarketMoves(volatility: Double?, expected: Double) {
    var job = GridRebalancer()
    job.gammaMode = .volatility
    #expect(job.gamma(at: volatility) == expected)
    job.gammaMode = .fixed
    #expect(job.gamma(at: volatility) == 1)
  }
}
