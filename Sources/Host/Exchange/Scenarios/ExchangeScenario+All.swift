import PluginAPI

extension ExchangeScenario {
  /// Every scenario that the exchange knows.
  package static let all: [ExchangeScenario] = [
    flat, flashCrash, pump, solRally, solCrash, thinLiquidity, whaleWall, staleOracle, venueOutage,
    bundleDrops, replay,
  ]

  /// The scenario of a name; `nil` when there is none.
  package static func named(_ name: String) -> ExchangeScenario? { all.first { $0.name == name } }

  private static func act(_ from: Double, _ until: Double, _ kind: MarketScript.Kind)
    -> MarketScript.Act
  { MarketScript.Act(from: from, until: until, kind) }

  private static let flat = {
    var scenario = ExchangeScenario("flat", "The price wanders a little around where it began.")
    scenario.outside.volatility = 0.25
    scenario.outside.solVolatility = 0.1
    return scenario
  }()

  private static let flashCrash = ExchangeScenario(
    "flash_crash", "The price falls by half at once, bids vanish, and most of it comes back.",
    acts: [
      act(0.4, 0.41, .price(0.5)), act(0.4, 0.45, .depth(0.2)), act(0.4, 0.45, .spread(4)),
      act(0.4, 0.45, .takers(6)), act(0.4, 0.42, .buyers(0.1)), act(0.4, 0.6, .volatility(4)),
      act(0.43, 0.55, .price(0.9)),
    ])

  private static let pump = ExchangeScenario(
    "pump", "Buyers drive the price to three times what it was, then most of it is given back.",
    acts: [
      act(0.2, 0.5, .price(3)), act(0.2, 0.5, .buyers(0.8)), act(0.2, 0.6, .takers(4)),
      act(0.2, 0.7, .volatility(2)), act(0.5, 0.7, .buyers(0.25)), act(0.52, 0.75, .price(1.3)),
    ])

  private static let solRally = ExchangeScenario(
    "sol_rally", "SOL doubles in dollars; the token loses a part of its price in SOL.",
    acts: [act(0.2, 0.8, .solPrice(2)), act(0.2, 0.8, .price(0.8))])

  private static let solCrash = ExchangeScenario(
    "sol_crash", "SOL loses half of its price in dollars, and the token is sold with it.",
    acts: [
      act(0.3, 0.45, .solPrice(0.5)), act(0.3, 0.5, .price(0.85)), act(0.3, 0.5, .buyers(0.3)),
      act(0.3, 0.5, .volatility(2)),
    ])

  private static let thinLiquidity = {
    var scenario = ExchangeScenario(
      "thin_liquidity", "Others quote little and far away, trade seldom, and at times not at all.",
      acts: [act(0.5, 0.6, .depth(0)), act(0.5, 0.65, .takers(0))])
    scenario.outside.depth = 0.15
    scenario.outside.spread = 5
    scenario.outside.takers = 0.25
    return scenario
  }()

  private static let whaleWall = ExchangeScenario(
    "whale_wall", "A wall of asks, then a wall of bids, then both stand close to the price.",
    acts: [
      act(0.15, 0.35, .wall(.ask, distance: 1, value: 500)),
      act(0.45, 0.65, .wall(.bid, distance: 1, value: 500)),
      act(0.75, 0.9, .wall(.ask, distance: 0.6, value: 300)),
      act(0.75, 0.9, .wall(.bid, distance: 0.6, value: 300)),
    ])

  private static let staleOracle = ExchangeScenario(
    "stale_oracle", "The price of SOL stops being published, comes back wrong, and is right again.",
    acts: [
      act(0.2, 0.35, .oracleSilent), act(0.2, 0.35, .solPrice(1.1)), act(0.5, 0.6, .oracleOff(1.3)),
      act(0.7, 0.75, .oracleOff(0.5)),
    ])

  private static let venueOutage = {
    var scenario = ExchangeScenario(
      "venue_outage", "Engine, node, and both, cannot be reached while the market moves.",
      acts: [
        act(0.2, 0.25, .engineOutage), act(0.4, 0.45, .nodeOutage), act(0.6, 0.7, .engineOutage),
        act(0.6, 0.7, .nodeOutage), act(0.6, 0.7, .price(0.93)),
      ])
    scenario.faults.nodeFailures = 1
    return scenario
  }()

  private static let bundleDrops = {
    var scenario = ExchangeScenario(
      "bundle_drops", "Bundles are lost, dropped, delayed, doubled and turned down.")
    scenario.faults.lostRequests = 5
    scenario.faults.lostAnswers = 10
    scenario.faults.rateLimits = 5
    scenario.faults.rejections = 5
    scenario.faults.drops = 20
    scenario.faults.delays = 20
    scenario.faults.duplicates = 10
    scenario.faults.reorderings = 20
    scenario.faults.oldBlockhashes = 2
    scenario.chain.tipBar = Lamports(50_000)
    return scenario
  }()

  private static let replay = ExchangeScenario(
    "replay", "The price follows a file of real bars or trades.")
}
