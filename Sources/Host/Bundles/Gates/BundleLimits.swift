package import PluginAPI

/// Limits that no bundle may break.
package struct BundleLimits: Sendable, Hashable, Codable {
  /// Intents in one bundle.
  package var maxIntents = 256
  /// The largest tip of one bundle.
  package var maxTip: SOL = 0.005
  /// The largest sum of tips in 24 hours.
  package var dayTipBudget: SOL = 5
  /// The largest sum of network fees in 24 hours.
  package var dayFeeBudget: SOL = 1
  /// Bundles that one job may submit in a minute.
  package var perMinute = 600
  /// Bundles of one job that may be under way, those that only cancel included.
  package var maxUnfinished = 1_000
  /// The largest order as a share of what its wallet has on that side.
  package var maxOrderShare: Percent = 25
  /// The most that the orders of one bundle may be worth together.
  package var maxNotional: SOL = 10_000
  /// How far a price may be from the pivot.
  package var priceBand: Percent = 50
  /// The age at which a book is too old to trade on.
  package var maxBookAge: Duration = .seconds(10)
  /// The age at which the oracle's price is too old.
  package var maxOracleAge: Duration = .seconds(60)
  /// How uncertain the oracle may call itself, as a share of its price.
  package var maxOracleConfidence: Percent = 2
  /// How far two sources of the price of SOL may be apart.
  package var maxOracleDeviation: Percent = 5
  /// The longest time that an order may stand; without an expiry it stands for ever.
  package var maxOrderLife: Duration?
  /// What every wallet keeps in order to pay fees.
  package var gasFloor: SOL = 0.01
  /// The only cluster that is traded on; any known one without it.
  package var cluster: String?
  /// The generation of the table that these limits come from; runs of an older one are refused.
  package var generation: Int64 = 0
  /// What stops trading by itself.
  package var breakers: [BreakerRule] = []
  /// How tips are chosen.
  package var tipping = TipPolicy()
  /// How bundles are handed over and followed.
  package var dispatch = DispatchSettings()
  /// What is done with orders that no bundle placed.
  package var foreignOrders = ForeignOrders.adopt

  package init() {}
}
