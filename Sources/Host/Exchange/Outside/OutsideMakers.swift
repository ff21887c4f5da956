import Isolation
import PluginAPI

/// Makers: some keep levels around the fair price, some join the queue at the best price for a
/// while, and a script may put up walls. An order whose price is still wanted keeps its place.
struct OutsideMakers: Sendable {
  private static let joinedFor = 60.0

  private struct Quote: Sendable {
    var number: UInt64 = 0
    var price: Int64 = 0
  }

  private struct Wall: Sendable {
    let act: Int
    let number: UInt64
  }

  private let settings: OutsideSettings
  /// Those of the bids, then those of the asks.
  private var quotes: [Quote]
  private var walls: [Wall] = []
  private var market = 1

  init(_ settings: OutsideSettings) {
    self.settings = settings
    quotes = [Quote](repeating: Quote(), count: 2 * max(0, settings.levels))
  }

  // MARK: Levels

  mutating func requote(
    _ state: inout ExchangeState, fair: Double, _ conditions: MarketConditions, at time: Timestamp,
    random: inout SeededRandom
  ) {
    follow(state)
    let isQuoting = conditions.depth > 0
    for side in Side.allCases { withdraw(side, &state, fair, conditions, keeps: isQuoting) }
    build(conditions, &state, fair, at: time)
    guard isQuoting else { return }
    for side in Side.allCases {
      for place in places(side) where quotes[place].number == 0 && quotes[place].price > 0 {
        post(place, side, &state, conditions, at: time, random: &random)
      }
    }
  }

  /// A new market begins without orders.
  private mutating func follow(_ state: ExchangeState) {
    guard state.market.number != market else { return }
    market = state.market.number
    walls = []
    for index in quotes.indices { quotes[index] = Quote() }
  }

  private func places(_ side: Side) -> Range<Int> {
    let half = quotes.count / 2
    return side == .bid ? 0..<half : half..<quotes.count
  }

  /// Cancels what stands at a price that is no longer wanted, and notes the wanted prices.
  private mutating func withdraw(
    _ side: Side, _ state: inout ExchangeState, _ fair: Double, _ conditions: MarketConditions,
    keeps: Bool
  ) {
    var last: Int64?
    for (level, place) in places(side).enumerated() {
      let wanted = price(side, level, fair, conditions.spread, after: last)
      last = wanted
      let quote = quotes[place]
      let stands = quote.number != 0 && state.market.engine.order(quote.number) != nil
      if stands, keeps, quote.price == wanted { continue }
      if stands { state.market.engine.cancel(quote.number) }
      quotes[place] = Quote(number: 0, price: wanted)
    }
  }

  private func price(
    _ side: Side, _ level: Int, _ fair: Double, _ spread: Double, after last: Int64?
  ) -> Int64 {
    let gap = settings.halfSpread.fraction + Double(level) * settings.levelGap.fraction
    let distance = gap * spread * (side == .bid ? -1 : 1)
    let exact = max(0, min(fair * (1 + distance), 0x1p60))
    switch side {
    case .bid: return min(Int64(exact.rounded(.down)), (last ?? .max) - 1)
    case .ask: return max(Int64(exact.rounded(.up)), (last ?? 0) + 1)
    }
  }

  private mutating func post(
    _ place: Int, _ side: Side, _ state: inout ExchangeState, _ conditions: MarketConditions,
    at time: Timestamp, random: inout SeededRandom
  ) {
    let price = quotes[place].price
    let value = Double(settings.levelValue.count) * conditions.depth * (0.5 + random.uniform())
    let size = state.market.lots.size(state.market.lots.lots(worth: value, at: Double(price)))
    quotes[place].number = state.outsidePost(side, price, size, expires: nil, at: time) ?? 0
  }

  // MARK: Joining

  /// Some stand in line behind whoever has the best price.
  func join(
    _ state: inout ExchangeState, step: Double, _ conditions: MarketConditions, at time: Timestamp,
    random: inout SeededRandom
  ) {
    guard settings.joinsPerMinute > 0 else { return }
    let mean = settings.joinsPerMinute / 60 * step * conditions.depth
    for _ in 0..<random.poisson(mean: mean, limit: OutsideTaker.mostInASlot) {
      let side: Side = random.uniform() < 0.5 ? .bid : .ask
      let value = Double(settings.levelValue.count) * random.exponential() / 2
      let stays = Duration.seconds(0.1 + Self.joinedFor * random.exponential())
      guard let best = state.market.engine.best(side)?.count else { continue }
      let size = state.market.lots.size(state.market.lots.lots(worth: value, at: Double(best)))
      _ = state.outsidePost(side, best, size, expires: time + stays, at: time)
    }
  }

  // MARK: Walls

  private mutating func build(
    _ conditions: MarketConditions, _ state: inout ExchangeState, _ fair: Double,
    at time: Timestamp
  ) {
    guard !walls.isEmpty || !conditions.walls.isEmpty else { return }
    walls.removeAll { wall in
      let wanted = conditions.walls.first { $0.act == wall.act }
      guard let order = state.market.engine.order(wall.number) else { return true }
      if let wanted, wanted.isKept(at: Double(order.price), fair) { return false }
      state.market.engine.cancel(wall.number)
      return true
    }
    for wanted in conditions.walls where !walls.contains(where: { $0.act == wanted.act }) {
      let price = Int64(max(1, min(wanted.price(fair), 0x1p60)))
      let lots = state.market.lots.lots(worth: Double(wanted.value.count), at: Double(price))
      let size = state.market.lots.size(lots)
      if let number = state.outsidePost(wanted.side, price, size, expires: nil, at: time) {
        walls.append(Wall(act: wanted.act, number: number))
      }
    }
  }
}

extension MarketConditions.Wall {
  fileprivate func price(_ fair: Double) -> Double {
    fair * (1 + (side == .bid ? -1 : 1) * distance.fraction)
  }

  /// Whether it stays where it is: neither too near to the fair price nor too far from it.
  fileprivate func isKept(at price: Double, _ fair: Double) -> Bool {
    let away = (side == .bid ? fair - price : price - fair) / fair
    return away > distance.fraction / 2 && away < distance.fraction * 2
  }
}

extension ExchangeState {
  /// An outsider places a post-only order; `nil` when it does not stand.
  mutating func outsidePost(
    _ side: Side, _ price: Int64, _ size: Int64, expires: Timestamp?, at time: Timestamp
  ) -> UInt64? {
    guard market.engine.count(side) < MarketRow.bookCapacity else { return nil }
    let order = NewOrder(
      side: side, price: PriceLots(price), size: BaseLots(size), expires: expires)
    guard price > 0,
      case .placed(let number) = market.engine.post(
        order, owner: .outsideMaker, now: time)
    else { return nil }
    return number
  }
}
