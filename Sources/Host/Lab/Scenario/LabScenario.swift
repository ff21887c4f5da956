/// A course of events that a Lab can put a host through.
package enum LabScenario: String, Sendable, Hashable, Codable, CaseIterable {
  case flat
  case flashCrash = "flash_crash"
  case pump
  case solRally = "sol_rally"
  case solCrash = "sol_crash"
  case thinLiquidity = "thin_liquidity"
  case whaleWall = "whale_wall"
  case staleOracle = "stale_oracle"
  case venueOutage = "venue_outage"
  case bundleDrops = "bundle_drops"
  case replay

  /// What happens, in a sentence.
  package var summary: String {
    switch self {
    case .flat: "The price wanders a little around where it began."
    case .flashCrash: "The price falls by half within minutes and comes back."
    case .pump: "The price triples over hours and gives most of it back."
    case .solRally: "SOL doubles in dollars while the token keeps its price in SOL."
    case .solCrash: "SOL loses half of its dollars while the token keeps its price in SOL."
    case .thinLiquidity: "Others quote little and far away, and trade seldom."
    case .whaleWall: "A wall of orders comes to one side, and goes, and comes to the other."
    case .staleOracle: "The price of SOL stops being published, more than once."
    case .venueOutage: "The venue does not answer for minutes at a time."
    case .bundleDrops: "Many bundles are dropped, delayed or answered with errors."
    case .replay: "The price follows a file of real bars or trades."
    }
  }

  /// How long it runs when nobody says; `nil` for as long as its file.
  package var usualLength: Duration? {
    switch self {
    case .replay: nil
    case .flat, .thinLiquidity: .seconds(86_400)
    default: .seconds(6 * 3_600)
    }
  }
}
