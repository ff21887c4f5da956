package import Bundles
package import Exchange
package import JobTable
package import Market
package import PluginAPI

/// All that decides what a run of the Lab does.
package struct LabSetup: Sendable {
  package var scenario: ExchangeScenario
  package var seed: UInt64
  /// How much virtual time passes.
  package var length: Duration
  /// When it begins on the virtual wall clock.
  package var start: Timestamp
  package var table: JobTable
  package var tableDigest: UInt64
  package var exchange: ExchangeSettings
  package var limits: BundleLimits
  package var pivot: PivotSettings
  package var channel = ChannelSettings()
  /// Books what a bundle did, in the same way as the host.
  package var book: Bookkeeper = { _, _, _, _ in }
  /// What the price follows, if anything.
  package var replay: ReplayFile?

  /// Takes the market with its books, a bundle, what it did, and when.
  package typealias Bookkeeper =
    @Sendable (MarketService, BundleRecord, BundleEffects, Timestamp) async -> Void

  /// When runs begin that no file dates: 2026-01-01T00:00:00Z.
  package static let usualStart = Timestamp(seconds: 1_767_225_600)

  /// The chain is compared with what is believed less often than in a host: reading all of it costs
  /// more than everything else.
  private static let compare = Duration.seconds(60)

  package init(
    scenario: ExchangeScenario, seed: UInt64, length: Duration, start: Timestamp, table: JobTable,
    tableDigest: UInt64, exchange: ExchangeSettings, limits: BundleLimits, pivot: PivotSettings
  ) {
    self.scenario = scenario
    self.seed = seed
    self.length = length
    self.start = start
    self.table = table
    self.tableDigest = tableDigest
    self.exchange = exchange
    self.limits = limits
    self.pivot = pivot
    self.exchange.seed = seed
    self.limits.dispatch.compare = Self.compare
    scenario.apply(to: &self.exchange, over: length)
  }
}
