import Bundles
import Isolation
import PluginAPI

/// Everybody else: makers that quote around a fair price, traders that take whatever stands, and
/// arbitrage that takes what stands on the wrong side of the fair price.
struct OutsideMarket: Sendable {
  private static let mostTakesInASlot = 200
  private static let anySize = BaseLots(1 << 40)

  private struct Quote: Sendable {
    let number: UInt64
    let size: Int64
  }

  private let settings: OutsideSettings
  private let speed: Double
  private(set) var fair: FairPrice
  private var quotes: [Quote] = []
  private var targets: [Side: [Int64]] = [:]

  init(_ settings: ExchangeSettings, replay: ReplayPath?) {
    self.settings = settings.outside
    speed = settings.speed
    fair = FairPrice(
      first: Double(settings.startPriceLots.count),
      volatility: settings.outside.volatility.fraction, replay: replay)
  }

  /// One slot of trading, `elapsed` seconds after the exchange began and `step` seconds after the
  /// last slot.
  mutating func act(
    on state: inout ExchangeState, elapsed: Double, step: Double, at time: Timestamp,
    random: inout SeededRandom
  ) {
    fair.advance(to: elapsed * speed, step: step * speed, random: &random)
    arbitrage(&state, at: time)
    requote(&state, at: time, random: &random)
    let mean = settings.tradesPerMinute / 60 * step * speed
    for _ in 0..<random.poisson(mean: mean, limit: Self.mostTakesInASlot) {
      trade(&state, at: time, random: &random)
    }
    let cranks = settings.cranksPerMinute / 60 * step * speed
    if random.poisson(mean: cranks, limit: 1) > 0 { state.crank() }
  }

  /// Takes what can be had better than the fair price after fees.
  private mutating func arbitrage(_ state: inout ExchangeState, at time: Timestamp) {
    let edge = Double(state.market.takerFee) / 1e6 + 0.0005
    let buy = PriceLots(Int64((fair.value * (1 - edge)).rounded(.down)))
    let sell = PriceLots(Int64((fair.value * (1 + edge)).rounded(.up)))
    if let ask = state.market.engine.best(.ask), ask <= buy {
      withdraw(&state)
      state.outsideTake(.bid, size: Self.anySize, limit: buy, at: time)
    }
    if let bid = state.market.engine.best(.bid), bid >= sell {
      withdraw(&state)
      state.outsideTake(.ask, size: Self.anySize, limit: sell, at: time)
    }
  }

  private mutating func withdraw(_ state: inout ExchangeState) {
    for quote in quotes { state.market.engine.cancel(quote.number) }
    quotes = []
    targets = [:]
  }

  private mutating func requote(
    _ state: inout ExchangeState, at time: Timestamp, random: inout SeededRandom
  ) {
    let wanted: [Side: [Int64]] = [.bid: prices(.bid), .ask: prices(.ask)]
    guard wanted != targets || quotes.contains(where: { isHit($0, state) }) else { return }
    withdraw(&state)
    targets = wanted
    for side in Side.allCases {
      for price in wanted[side] ?? [] {
        post(side, price, on: &state, at: time, random: &random)
      }
    }
  }

  private func isHit(_ quote: Quote, _ state: ExchangeState) -> Bool {
    state.market.engine.order(quote.number)?.size != quote.size
  }

  private func prices(_ side: Side) -> [Int64] {
    var prices: [Int64] = []
    for level in 0..<settings.levels {
      let distance = settings.halfSpread.fraction + Double(level) * settings.levelGap.fraction
      switch side {
      case .bid:
        let price = Int64((fair.value * (1 - distance)).rounded(.down))
        prices.append(min(price, (prices.last ?? .max) - 1))
      case .ask:
        let price = Int64((fair.value * (1 + distance)).rounded(.up))
        prices.append(max(price, (prices.last ?? 0) + 1))
      }
    }
    return prices.filter { $0 > 0 }
  }

  private mutating func post(
    _ side: Side, _ price: Int64, on state: inout ExchangeState, at time: Timestamp,
    random: inout SeededRandom
  ) {
    let size = size(worth: settings.levelValue, times: 0.5 + random.uniform(), state, price)
    let order = NewOrder(side: side, price: PriceLots(price), size: BaseLots(size))
    guard
      case .placed(let number) = state.market.engine.post(order, owner: .outsideMaker, now: time)
    else { return }
    quotes.append(Quote(number: number, size: size))
  }

  private mutating func trade(
    _ state: inout ExchangeState, at time: Timestamp, random: inout SeededRandom
  ) {
    let side: Side = random.uniform() < 0.5 ? .bid : .ask
    let reach = settings.takerReach.fraction * (side == .bid ? 1 : -1)
    let limit = max(1, Int64(fair.value * (1 + reach)))
    let size = size(worth: settings.takerValue, times: random.exponential(), state, limit)
    state.outsideTake(side, size: BaseLots(size), limit: PriceLots(limit), at: time)
  }

  private func size(worth value: SOL, times factor: Double, _ state: ExchangeState, _ price: Int64)
    -> Int64
  {
    let lamports = Double(value.count) * factor
    let lots = lamports / Double(state.market.lots.quoteLot.count) / Double(price)
    return max(state.market.lots.minimumSize.count, 1, Int64(min(lots, 0x1p40)))
  }
}
