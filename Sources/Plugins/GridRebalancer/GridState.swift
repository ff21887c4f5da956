import PluginAPI

/// What the job remembers about the grid that stands.
struct GridState: Sendable, Hashable, Codable {
  static let key = "grid"

  /// The market price the grid was built on.
  var reference: PriceLots
  /// The zones it fills.
  var zones: Zones
  /// When the grid was last rebuilt.
  var rebuilt: Timestamp
  /// When it was last rebuilt from nothing.
  var refreshed: Timestamp
  /// Counts rebuilds.
  var generation: Int
  /// What should stand, by wallet.
  var expected: [WalletPlan]
  /// The turn that the segments were dealt out for.
  var turn: Int64
  /// The parameters that it was built with.
  var settings: Int64
  /// What shaped its BUY side.
  var control: BuyControl
  /// Bundles whose fate is not known yet; their wallets are left alone.
  var pending: [PendingBundle] = []
  /// The newest slot that a bundle landed in.
  var landed = Landing()
  /// Rebuilds in a row of which a part failed.
  var failures = 0
  /// Whether a rebuild was asked for that could not be made.
  var isOwed = false

  /// How many orders should stand.
  var orders: Int { count(.bid) + count(.ask) }

  /// How many orders should stand on a side.
  func count(_ side: Side) -> Int { expected.reduce(0) { $0 + $1[side].count } }

  /// The wallets that are left alone.
  var busy: Set<WalletID> { Set(pending.map(\.wallet)) }

  /// Takes over what became of bundles.
  mutating func take(_ report: Report) {
    pending = pending.filter { !report.followed.contains($0.bundle) } + report.unknown
    landed.take(report.landed)
    failures = report.failed.isEmpty ? 0 : failures + 1
  }
}

/// A bundle that was accepted and whose fate is not known yet.
struct PendingBundle: Sendable, Hashable, Codable {
  var wallet: WalletID
  var bundle: BundleID
  var trigger: Trigger
  var generation: Int
  var pivot: PriceLots?
  var kept: Int
  var cancelled: Int
  /// The places in the bundle that place an order.
  var places: Range<Int>
}
