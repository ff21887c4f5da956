package import PluginAPI

/// Limits that no bundle may break.
package struct BundleLimits: Sendable, Hashable, Codable {
  /// Intents in one bundle.
  package var maxIntents = 256
  /// The largest tip of one bundle.
  package var maxTip: SOL = 0.005
  /// The largest sum of tips in 24 hours.
  package var dayTipBudget: SOL = 5
  /// Bundles that one job may submit in a minute.
  package var perMinute = 600
  /// Bundles of one job that may be under way, those that only cancel included.
  package var maxUnfinished = 1_000
  /// The largest order as a share of what its wallet has on that side.
  package var maxOrderShare: Percent = 25
  /// How far a price may be from the pivot.
  package var priceBand: Percent = 50
  /// The age at which a book is too old to trade on.
  package var maxBookAge: Duration = .seconds(10)
  /// The age at which the oracle's price is too old.
  package var maxOracleAge: Duration = .seconds(60)
  /// The only cluster that is traded on; any known one without it.
  package var cluster: String?

  package init() {}
}
