import PluginAPI
import Testing

@testable import Market

@Suite struct MarketMemoryTests {
  private static let settings = PivotSettings(
    lookbackDays: 3, nominalDailyVolume: BaseLots(500), seedPrice: PriceLots(1_000))

  private func fresh() -> MarketMemory {
    MarketMemory(pivot: Pivot(Self.settings, start: start))
  }

  /// Trades over five days, a few seconds to hours apart; some late, some repeated, some synthetic.
  private func stream(_ seed: Int) -> [Trade] {
    var draws = Draws(seed)
    var (trades, time): ([Trade], Int64) = ([], 0)
    for number in 0..<600 {
      time += draws.next(1...1_400)
      let late = draws.next(0...9) == 0 ? draws.next(1...7_000) : 0
      let item = trade(
        number, price: draws.next(500...2_000), size: draws.next(1...90), after: time - late,
        synthetic: draws.next(0...7) == 0)
      trades.append(item.trade)
      if draws.next(0...5) == 0 { trades.append(trades[Int(draws.next(0...Int64(number)))]) }
    }
    return trades
  }

  @Test func `a trade that comes again changes nothing`() {
    var memory = fresh()
    let first = trade(1).trade
    let effect = memory.add(first)
    #expect(effect == .new(closed: nil))
    let before = memory
    let again = memory.add(first)
    #expect(again == .known)
    #expect(memory == before)
  }

  @Test(arguments: 1...10)
  func `a restart anywhere goes on as if it had never been`(seed: Int) throws {
    let trades = stream(seed)
    var (draws, whole, store) = (Draws(seed + 99), fresh(), FakeHistory())
    let cuts = Set((0..<5).map { _ in Int(draws.next(1...Int64(trades.count - 1))) })
    var parted = whole
    for (number, trade) in trades.enumerated() {
      if cuts.contains(number) {
        parted = MarketMemory(
          store.record(parted.state(peak: nil), Self.settings), pivot: Self.settings,
          channel: ChannelSettings())
        // The feed tells again what came shortly before.
        for old in trades[max(0, number - 20)..<number] {
          let effect = parted.add(old)
          #expect(effect == .known)
        }
      }
      if number % 40 == 0 {
        let sol = USD(draws.next(90_000_000...200_000_000))
        whole.note(sol: sol)
        parted.note(sol: sol)
      }
      let effect = whole.add(trade)
      let same = parted.add(trade)
      #expect(same == effect)
      store.keep(trade, effect)
    }
    let end = start + .seconds(900_000)
    let prices = (parted.pivotPrice(at: end), whole.pivotPrice(at: end))
    #expect(prices.0 == prices.1)
    #expect(parted.pivot == whole.pivot)
    #expect(parted.bars == whole.bars)
    #expect(parted.channel == whole.channel)
    #expect(parted.returns == whole.returns)
    #expect(parted.recent == whole.recent)
  }

  @Test func `when the market's units change, prices go on where they were`() {
    var memory = fresh()
    memory.note(oneToOne, at: start)
    _ = memory.add(trade(1, price: 1_400, size: 2_000_000).trade)
    var coarse = oneToOne
    (coarse.baseLot, coarse.quoteLot) = (TokenAmount(10), Lamports(100))
    let (same, changed) = (memory.note(oneToOne, at: start), memory.note(coarse, at: start))
    #expect(!same && changed)
    // 1400 lamports an atom are 140 lots of 100 lamports for 10 atoms.
    let price = memory.pivotPrice(at: start)
    #expect(price == PriceLots(140))
    #expect(memory.recent.count == 0 && memory.bars.current == nil)
    let again = memory.add(trade(1, price: 1_400, size: 2_000_000).trade)
    #expect(again == .known)
  }

  @Test func `a late trade does not move edges that have passed`() {
    var memory = fresh()
    _ = memory.add(trade(1, price: 1_200, after: 0).trade)
    _ = memory.add(trade(2, price: 1_300, after: 600).trade)
    let edges = memory.channel.state
    _ = memory.add(trade(3, price: 9_000, after: 10).trade)
    #expect(memory.channel.state == edges)
  }
}

/// What a store holds of a market.
private struct FakeHistory {
  var trades: [Trade] = []
  var bars: [Bar] = []

  mutating func keep(_ trade: Trade, _ effect: MarketMemory.Effect) {
    guard case .new(let closed) = effect else { return }
    trades.append(trade)
    if let closed { bars.append(closed) }
  }

  func record(_ state: MarketState, _ settings: PivotSettings) -> MarketRecord {
    var record = MarketRecord(state: state)
    for trade in trades where !trade.isSynthetic {
      let day = trade.time.nanoseconds / 86_400_000_000_000
      record.days[day, default: WeightedSum()] += WeightedSum(
        price: trade.price.count, volume: Int128(trade.size.count))
    }
    record.bars = bars.suffix(Bars.capacity)
    record.trades = trades.suffix(MarketMemory.identities)
    return record
  }
}
