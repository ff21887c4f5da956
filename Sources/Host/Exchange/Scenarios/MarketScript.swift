package import PluginAPI

/// What happens to the outside market, and when: seconds of the outside market's time since the
/// start.
package struct MarketScript: Sendable, Hashable, Codable {
  /// Something that happens for a while.
  package struct Act: Sendable, Hashable, Codable {
    package var from: Double
    package var until: Double
    package var kind: Kind

    package init(from: Double, until: Double, _ kind: Kind) {
      self.from = from
      self.until = until
      self.kind = kind
    }
  }

  package enum Kind: Sendable, Hashable, Codable {
    /// The fair price goes to so many times what it was without a script, and stays there.
    case price(Double)
    /// The same for the price of SOL in dollars.
    case solPrice(Double)
    /// What things are multiplied by while it lasts.
    case volatility(Double)
    case depth(Double)
    case spread(Double)
    case takers(Double)
    /// The share of takers that buy.
    case buyers(Double)
    /// A large order so far from the fair price; it steps back when the price comes near.
    case wall(Side, distance: Percent, value: SOL)
    /// The price of SOL is no longer published.
    case oracleSilent
    /// The published price of SOL is so many times the true one.
    case oracleOff(Double)
    /// The block engine cannot be reached.
    case engineOutage
    /// The node cannot be reached.
    case nodeOutage
  }

  /// In any order; of two that contradict each other the later one in the list counts.
  package var acts: [Act]

  package init(_ acts: [Act] = []) { self.acts = acts }

  /// What holds at a time.
  package func conditions(at seconds: Double) -> MarketConditions {
    var conditions = MarketConditions()
    for (index, act) in acts.enumerated() where act.from <= seconds {
      conditions.apply(act, index, at: seconds)
    }
    return conditions
  }
}

/// What the outside market is like at a moment.
package struct MarketConditions: Sendable, Hashable {
  /// A large order that shall stand.
  package struct Wall: Sendable, Hashable {
    /// Its act's place in the script.
    package var act: Int
    package var side: Side
    package var distance: Percent
    package var value: SOL
  }

  package var price = 1.0
  package var solPrice = 1.0
  package var volatility = 1.0
  package var depth = 1.0
  package var spread = 1.0
  package var takers = 1.0
  package var buyers = 0.5
  package var walls: [Wall] = []
  package var isOracleSilent = false
  package var oracleFactor = 1.0
  package var isEngineDown = false
  package var isNodeDown = false

  fileprivate mutating func apply(_ act: MarketScript.Act, _ index: Int, at seconds: Double) {
    let share = act.until > act.from ? min(1, (seconds - act.from) / (act.until - act.from)) : 1
    switch act.kind {
    case .price(let goal): return price += (goal - price) * share
    case .solPrice(let goal): return solPrice += (goal - solPrice) * share
    default: break
    }
    guard seconds < act.until else { return }
    switch act.kind {
    case .price, .solPrice: break
    case .volatility(let factor): volatility *= factor
    case .depth(let factor): depth *= factor
    case .spread(let factor): spread *= factor
    case .takers(let factor): takers *= factor
    case .buyers(let share): buyers = share
    case .wall(let side, let distance, let value):
      walls.append(Wall(act: index, side: side, distance: distance, value: value))
    case .oracleSilent: isOracleSilent = true
    case .oracleOff(let factor): oracleFactor = factor
    case .engineOutage: isEngineDown = true
    case .nodeOutage: isNodeDown = true
    }
  }
}
