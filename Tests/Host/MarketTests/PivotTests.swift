import PluginAPI
import Testing

@testable import Market

private let day: Int64 = 86_400

private func at(day number: Double) -> Timestamp {
  start + .seconds(Int64(number * Double(day)))
}

private func trade(
  _ id: String, day number: Double = 0, price: Int64, size: Int64, synthetic: Bool = false
) -> Trade {
  Trade(
    id: TradeID(id), time: at(day: number), price: PriceLots(price), size: BaseLots(size),
    takerSide: .bid, isSynthetic: synthetic)
}

private func pivot(days: Int = 10, daily: Int64 = 100, seed: Int64 = 1000) -> Pivot {
  Pivot(
    PivotSettings(
      lookbackDays: days, nominalDailyVolume: BaseLots(daily), seedPrice: PriceLots(seed)),
    start: start)
}

@Suite struct PivotTests {
  @Test func `without trades the pivot is the seed's price`() {
    var pivot = pivot()
    #expect(pivot.price(at: start) == PriceLots(1000))
    #expect(pivot.price(at: at(day: 9.9)) == PriceLots(1000))
  }

  @Test func `trades and seed are weighed by volume`() {
    var pivot = pivot()
    pivot.add(trade("a", price: 2000, size: 1000))
    // (2000 * 1000 + 1000 * 10 * 100) / (1000 + 1000) = 1500
    #expect(pivot.price(at: start) == PriceLots(1500))
    pivot.add(trade("b", price: 500, size: 3000))
    // (2_000_000 + 1_500_000 + 1_000_000) / 5000 = 900
    #expect(pivot.price(at: start) == PriceLots(900))
  }

  @Test func `the seed weighs less with each part of a day`() {
    var pivot = pivot()
    pivot.add(trade("a", price: 2000, size: 500))
    // 7.5 days have passed, 2.5 days of seed remain: (2000 * 500 + 1000 * 250) / 750 = 1666.7
    #expect(pivot.price(at: at(day: 7.5)) == PriceLots(1667))
  }

  @Test func `days leave the window and the pivot ends without trades`() {
    var pivot = pivot(days: 3)
    pivot.add(trade("a", day: 0, price: 100, size: 10))
    pivot.add(trade("b", day: 1, price: 400, size: 10))
    // (100 * 10 + 400 * 10 + 1000 * 50) / 70 = 785.7
    #expect(pivot.price(at: at(day: 2.5)) == PriceLots(786))
    #expect(pivot.price(at: at(day: 3)) == PriceLots(400))
    #expect(pivot.price(at: at(day: 4)) == nil)
  }

  @Test func `a synthetic trade never counts, a late one in its own day`() {
    var pivot = pivot(days: 3, daily: 0)
    #expect(pivot.add(trade("a", day: 2, price: 100, size: 10)) == true)
    #expect(pivot.add(trade("s", day: 2, price: 900, size: 999, synthetic: true)) == false)
    #expect(pivot.add(trade("late", day: 1, price: 400, size: 10)) == true)
    #expect(pivot.price(at: at(day: 2)) == PriceLots(250))
    #expect(pivot.price(at: at(day: 4)) == PriceLots(100))
    #expect(pivot.add(trade("too late", day: 1, price: 400, size: 10)) == false)
  }

  @Test func `with fade-in the seed follows SOL, and fades like any seed`() {
    var settings = PivotSettings(
      lookbackDays: 10, nominalDailyVolume: BaseLots(100), seedPrice: PriceLots(1000))
    settings.fadeIn = true
    var pivot = Pivot(settings, start: start)
    pivot.setSOL(150)
    #expect(pivot.price(at: start) == PriceLots(1000))
    pivot.setSOL(180)
    // 1000 * 180 / 150
    #expect(pivot.price(at: start) == PriceLots(1200))
    pivot.add(trade("a", day: 4, price: 600, size: 600))
    // Day 4: 6 days of seed are left: (1200 * 600 + 600 * 600) / 1200
    #expect(pivot.price(at: at(day: 4)) == PriceLots(900))
    #expect(pivot.price(at: at(day: 10)) == PriceLots(600))
  }

  @Test func `what an outside venue reports is capped at a fourth and lives an hour`() {
    var pivot = pivot(days: 10, daily: 100, seed: 1000)
    pivot.setOutsideDay(
      .init(price: PriceLots(2000), volume: BaseLots(1_000_000), time: start))
    // The rest weighs 1000, so at most 250 count: (1000 * 1000 + 2000 * 250) / 1250 = 1200
    #expect(pivot.price(at: start) == PriceLots(1200))
    #expect(pivot.price(at: start + .seconds(3601)) == PriceLots(1000))
  }

  @Test func `sums beyond 64 bits stay exact`() {
    var pivot = pivot(days: 1, daily: 0)
    for number in 0..<64 {
      pivot.add(trade("\(number)", price: 1 << 31, size: 1 << 31))
    }
    #expect(pivot.add(trade("absurd", price: .max, size: .max)) == false)
    #expect(pivot.price(at: start) == PriceLots(1 << 31))
  }

  @Test func `the order in which trades arrive does not matter`() {
    var forward = pivot()
    var backward = pivot()
    let trades = (0..<30).map {
      trade("\($0)", day: 5, price: 1000 + Int64($0) * 13, size: 1 + Int64($0))
    }
    for trade in trades { forward.add(trade) }
    for trade in trades.reversed() { backward.add(trade) }
    #expect(forward.price(at: at(day: 5)) == backward.price(at: at(day: 5)))
  }

  @Test func `the settings of a table become lots`() {
    let lots = MarketLots(
      baseLot: TokenAmount(1_000_000), quoteLot: Lamports(100), tokenDecimals: 9,
      minimumSize: BaseLots(1))
    let settings = PivotSettings(
      lookback: .seconds(365 * day), nominalDailyVolume: 100, seedPrice: PriceLots(100), lots: lots)
    #expect(settings.lookbackDays == 365)
    // 100 SOL at 100 * 100 lamports a lot
    #expect(settings.nominalDailyVolume == BaseLots(10_000_000))
  }
}
