import Isolation
import PluginAPI

/// Everybody else: makers that quote around a fair price and join queues, traders that take
/// whatever stands, and arbitrage that takes what stands on the wrong side of the fair price.
struct OutsideMarket: Sendable {
  let settings: OutsideSettings
  private let speed: Double
  private let script: MarketScript?
  private var price: FairPrice
  private var solPrice: FairPrice
  private var trades: TradeReplay?
  private var makers: OutsideMakers
  private var arbitrage = Arbitrage()
  /// What the script says at the moment.
  private(set) var conditions = MarketConditions()
  /// What was published last.
  private(set) var oracle: OraclePrice

  init(_ settings: ExchangeSettings, replay: ExchangeReplay?, at time: Timestamp) {
    self.settings = settings.outside
    speed = settings.speed
    script = settings.script
    let lots = settings.lots
    let first = Double(settings.startPriceLots.count) / Self.lotsPerUnit(lots)
    var path: ReplayPath?
    if case .bars(let bars) = replay { path = bars }
    if case .trades(let file) = replay { trades = file }
    price = FairPrice(
      first: first, volatility: trades == nil ? settings.outside.volatility.fraction : 0,
      replay: path)
    solPrice = FairPrice(
      first: Double(settings.solPrice.count), volatility: settings.outside.solVolatility.fraction)
    makers = OutsideMakers(settings.outside)
    oracle = OraclePrice(price: settings.solPrice, time: time)
  }

  /// Price lots in a lamport for a token atom.
  private static func lotsPerUnit(_ lots: MarketLots) -> Double {
    Double(lots.baseLot.count) / Double(lots.quoteLot.count)
  }

  /// The fair price in a market's price lots; at least one.
  func fair(_ lots: MarketLots) -> Double { max(1, price.value * Self.lotsPerUnit(lots)) }

  /// What SOL is really worth.
  var trueSOLPrice: USD { USD(Int64(max(1, min(solPrice.value, 1e18)))) }

  // MARK: Acting

  /// One slot of trading, `elapsed` seconds after the exchange began and `step` seconds after the
  /// last slot.
  mutating func act(
    on state: inout ExchangeState, elapsed: Double, step: Double, at time: Timestamp,
    random: inout SeededRandom
  ) {
    let (elapsed, step) = (elapsed * speed, step * speed)
    move(to: elapsed, step: step, at: time, random: &random)
    let fair = fair(state.market.lots)
    arbitrage.act(on: &state, fair: fair, delay: settings.reactionSlots, at: time)
    makers.requote(&state, fair: fair, conditions, at: time, random: &random)
    makers.join(&state, step: step, conditions, at: time, random: &random)
    replayTrades(to: elapsed, &state, at: time)
    let mean = settings.tradesPerMinute / 60 * step * conditions.takers
    for _ in 0..<random.poisson(mean: mean, limit: OutsideTaker.mostInASlot) {
      OutsideTaker(settings, conditions).trade(&state, fair: fair, at: time, random: &random)
    }
    let cranks = settings.cranksPerMinute / 60 * step
    if random.poisson(mean: cranks, limit: 1) > 0 { state.crank() }
  }

  private mutating func move(
    to elapsed: Double, step: Double, at time: Timestamp, random: inout SeededRandom
  ) {
    if let script { conditions = script.conditions(at: elapsed) }
    price.advance(
      to: elapsed, step: step, wildness: conditions.volatility, bend: conditions.price,
      random: &random)
    solPrice.advance(
      to: elapsed, step: step, wildness: conditions.volatility, bend: conditions.solPrice,
      random: &random)
    guard !conditions.isOracleSilent else { return }
    let factor = conditions.oracleFactor
    let shown = Double(trueSOLPrice.count) * factor
    let doubt = shown * max(settings.oracleConfidence.fraction, abs(factor - 1))
    oracle = OraclePrice(
      price: USD(Int64(max(1, shown))), time: time, confidence: USD(Int64(doubt)))
  }

  /// Takers do what the file says, and the price goes with them.
  private mutating func replayTrades(
    to elapsed: Double, _ state: inout ExchangeState, at time: Timestamp
  ) {
    while let due = trades?.takeDue(after: elapsed) {
      price.jump(toFactor: due.factor, bend: conditions.price)
      let lots = state.market.lots
      let atoms = due.trade.size * lots.atomsPerToken
      OutsideTaker(settings, conditions).take(
        due.trade.side, lots: atoms / Double(lots.baseLot.count), &state, fair: fair(lots),
        at: time)
    }
  }
}

extension MarketLots {
  /// Token atoms in a whole token; for statistics.
  var atomsPerToken: Double { (0..<tokenDecimals).reduce(1.0) { atoms, _ in atoms * 10 } }
}
