import Glibc
import PluginAPI
import Testing

@testable import Market

private func minutes(_ count: Int64) -> Timestamp { start + .seconds(count * 60) }

private func channel(inertia: Duration = .seconds(3_600)) -> InertialChannel {
  var settings = ChannelSettings()
  settings.inertia = inertia
  return InertialChannel(settings)
}

@Suite struct InertialChannelTests {
  @Test func `it begins with its edges where they belong`() {
    var channel = channel()
    #expect(channel.zones(around: PriceLots(1_000)) == nil)
    channel.advance(to: start, market: nil) { _ in PriceLots(1_000) }
    #expect(
      channel.zones(around: PriceLots(1_000))
        == PriceChannel(lower: PriceLots(850), center: PriceLots(1_000), upper: PriceLots(1_300)))
  }

  @Test func `after one time constant an edge has come 63 % of its way`() {
    var channel = channel()
    channel.advance(to: start, market: nil) { _ in PriceLots(1_000_000) }
    channel.advance(to: minutes(60), market: nil) { _ in PriceLots(2_000_000) }
    let zones = channel.zones(around: PriceLots(2_000_000))
    // 1,700,000 - 850,000 / e and 2,600,000 - 1,300,000 / e
    #expect(zones?.lower == PriceLots(1_387_302))
    #expect(zones?.upper == PriceLots(2_121_757))
  }

  @Test func `it hurries while the market is outside`() {
    var (calm, left) = (channel(), channel())
    for (number, price) in [(0, nil as Int64?), (1, 5_000_000)] {
      let market = price.map { PriceLots($0) }
      var channel = number == 0 ? calm : left
      channel.advance(to: start, market: nil) { _ in PriceLots(1_000_000) }
      channel.advance(to: minutes(15), market: market) { _ in PriceLots(2_000_000) }
      if number == 0 { calm = channel } else { left = channel }
    }
    // A quarter of an hour at four times the speed is an hour.
    #expect(left.zones(around: PriceLots(2_000_000))?.lower == PriceLots(1_387_302))
    #expect(calm.state.map(\.lower) ?? 0 < left.state.map(\.lower) ?? 0)
  }

  @Test func `without inertia the edges are always where they belong`() {
    var channel = channel(inertia: .zero)
    channel.advance(to: start, market: nil) { _ in PriceLots(1_000) }
    channel.advance(to: minutes(1), market: nil) { _ in PriceLots(100) }
    #expect(channel.zones(around: PriceLots(100))?.upper == PriceLots(130))
  }

  @Test(arguments: 1...30)
  func `it is never inverted, holds the pivot, and does not care how often it is asked`(seed: Int) {
    var draws = Draws(seed)
    var pivots: [Int64] = [1_000]
    for _ in 0..<200 {
      pivots.append(max(1, pivots[pivots.count - 1] * draws.next(10...190) / 100))
    }
    let pivot: (Timestamp) -> PriceLots? = {
      PriceLots(pivots[Int((($0.nanoseconds - start.nanoseconds) / 60_000_000_000))])
    }
    var (often, seldom) = (channel(inertia: .seconds(600)), channel(inertia: .seconds(600)))
    seldom.advance(to: start, market: nil, pivot: pivot)
    var second: Int64 = 0
    while second < 199 * 60 {
      let time = start + .seconds(second)
      often.advance(to: time, market: PriceLots(900), pivot: pivot)
      let center = pivot(time) ?? .zero
      let zones = often.zones(around: center)
      #expect(zones.map { $0.lower <= center && center <= $0.upper } == true)
      second += draws.next(1...90)
    }
    often.advance(to: minutes(200), market: PriceLots(900), pivot: pivot)
    seldom.advance(to: minutes(200), market: PriceLots(900), pivot: pivot)
    #expect(often == seldom)
  }
}
