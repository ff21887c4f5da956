package import PluginAPI

/// How the chain under the market behaves.
package struct ChainSettings: Sendable, Hashable, Codable {
  /// What happens to a bundle that fails when it is carried out.
  package enum FailedBundles: String, Sendable, Hashable, Codable, CaseIterable {
    /// It lands with its error and costs its fee, as plain transactions do.
    case land
    /// The engine drops it, as block engines do; a send that would fail is rejected.
    case drop
  }

  /// Which accounts are in lookup tables.
  package enum LookupTables: String, Sendable, Hashable, Codable, CaseIterable {
    case none
    case market
    /// Those of the market and of all wallets.
    case all
  }

  /// Slots whose leader makes no block.
  package var skippedSlots: Percent = 0
  /// Leaders, each of four slots in a row, that take bundles.
  package var bundleLeaders: Percent = 100
  /// What a bundle must tip to land, on average (median); zero when nobody competes.
  package var tipBar = Lamports.zero
  /// How much the bar changes from slot to slot: standard deviation of its logarithm.
  package var tipSpread = 0.8
  /// Blocks for which a blockhash is valid.
  package var blockhashLife: UInt64 = 150
  /// Slots after which a transaction is confirmed.
  package var confirmedAfter: UInt64 = 2
  /// Slots after which a transaction is final.
  package var finalizedAfter: UInt64 = 32
  package var failedBundles = FailedBundles.land
  package var lookup = LookupTables.all
  /// Sends that the engine takes in a second; zero for any number.
  package var sendsPerSecond = 0

  package init() {}

  /// A chain as it is on an ordinary day.
  package static var ordinary: Self {
    var settings = Self()
    settings.skippedSlots = 2
    settings.bundleLeaders = 95
    settings.tipBar = Lamports(10_000)
    return settings
  }
}
