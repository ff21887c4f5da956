import Isolation
import PluginAPI

/// Somebody who takes what stands.
struct OutsideTaker {
  static let mostInASlot = 200

  private let settings: OutsideSettings
  private let conditions: MarketConditions

  init(_ settings: OutsideSettings, _ conditions: MarketConditions) {
    self.settings = settings
    self.conditions = conditions
  }

  /// Buys or sells as much as comes to mind.
  func trade(
    _ state: inout ExchangeState, fair: Double, at time: Timestamp, random: inout SeededRandom
  ) {
    let side: Side = random.uniform() < conditions.buyers ? .bid : .ask
    let lots = state.market.lots.lots(
      worth: Double(settings.takerValue.count) * random.exponential(), at: fair)
    take(side, lots: lots, &state, fair: fair, at: time)
  }

  /// Takes so many lots at prices that are not too far from the fair one.
  func take(
    _ side: Side, lots: Double, _ state: inout ExchangeState, fair: Double, at time: Timestamp
  ) {
    let reach = settings.takerReach.fraction * (side == .bid ? 1 : -1)
    let limit = PriceLots(Int64(max(1, min(fair * (1 + reach), 0x1p60))))
    let size = state.market.lots.size(lots)
    state.outsideTake(side, size: BaseLots(size), limit: limit, at: time)
  }
}

extension MarketLots {
  /// The most that one outside order has, so that no sum leaves 64 bits.
  private static let mostLamports = 1e15
  private static let mostAtoms = 1e15

  /// Base lots for so many lamports at a price.
  func lots(worth lamports: Double, at price: Double) -> Double {
    min(lamports, Self.mostLamports) / Double(quoteLot.count) / max(1, price)
  }

  /// A size that can be traded.
  func size(_ lots: Double) -> Int64 {
    let most = max(1, Self.mostAtoms / Double(baseLot.count))
    return max(minimumSize.count, 1, Int64(min(lots, most)))
  }
}

/// Those who watch other markets, and take what is better here than the fair price after fees.
/// Between seeing it and taking it time passes, in which the order may go.
struct Arbitrage: Sendable {
  private static let edge = 0.0005
  private static let anySize = BaseLots(1 << 40)
  private static let takesInASlot = 50

  /// Takes that are under way: the limit as it was right when they were decided.
  private struct Take: Sendable {
    var wait: Int
    let side: Side
    let limit: Int64
  }

  private var takes: [Take] = []

  mutating func act(on state: inout ExchangeState, fair: Double, delay: Int, at time: Timestamp) {
    decide(state, fair, delay)
    guard !takes.isEmpty else { return }
    var waiting: [Take] = []
    for var take in takes {
      take.wait -= 1
      if take.wait >= 0 { waiting.append(take) } else { carryOut(take, &state, at: time) }
    }
    takes = waiting
  }

  private mutating func decide(_ state: ExchangeState, _ fair: Double, _ delay: Int) {
    let edge = Double(state.market.takerFee) / 1e6 + Self.edge
    let buy = Int64((min(fair, 0x1p60) * (1 - edge)).rounded(.down))
    let sell = Int64((min(fair, 0x1p60) * (1 + edge)).rounded(.up))
    if let ask = state.market.engine.best(.ask), ask.count <= buy { add(.bid, buy, delay) }
    if let bid = state.market.engine.best(.bid), bid.count >= sell { add(.ask, sell, delay) }
  }

  private mutating func add(_ side: Side, _ limit: Int64, _ delay: Int) {
    guard !takes.contains(where: { $0.side == side }) else { return }
    takes.append(Take(wait: max(0, delay), side: side, limit: limit))
  }

  private func carryOut(_ take: Take, _ state: inout ExchangeState, at time: Timestamp) {
    for _ in 0..<Self.takesInASlot {
      let taken = state.outsideTake(
        take.side, size: Self.anySize, limit: PriceLots(take.limit), at: time)
      if taken == 0 { return }
    }
  }
}
