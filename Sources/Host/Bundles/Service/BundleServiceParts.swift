package import Isolation
package import PluginAPI
package import Telemetry

/// What the bundle service works with.
package struct BundleServiceParts: Sendable {
  package var venue: any Venue
  package var journal: any BundleJournal
  package var killSwitch: any KillSwitch
  package var time: any TimeSource
  package var metrics: Metrics
  /// The volume-weighted average price; `nil` while there is none.
  package var pivot: @Sendable () async -> PriceLots?
  /// The price of SOL by another source than the venue's; `nil` when there is none.
  package var oracle: @Sendable () async -> OraclePrice? = { nil }
  /// What one's own money is worth; `nil` when nobody counts it.
  package var equity: @Sendable () async -> EquityReading? = { nil }
  /// Takes what a bundle did, before its job hears of it. Called again after a restart for bundles
  /// that were not final: whoever books it must know it by its signatures.
  package var onLanded: @Sendable (BundleRecord, BundleEffects) async -> Void = { _, _ in }
  /// Takes events such as `BUNDLE_LANDED`.
  package var onEvent: @Sendable (String, [String: String]) -> Void

  package init(
    venue: any Venue, journal: any BundleJournal, killSwitch: any KillSwitch,
    time: any TimeSource, metrics: Metrics,
    pivot: @escaping @Sendable () async -> PriceLots? = { nil },
    onEvent: @escaping @Sendable (String, [String: String]) -> Void = { _, _ in }
  ) {
    self.venue = venue
    self.journal = journal
    self.killSwitch = killSwitch
    self.time = time
    self.metrics = metrics
    self.pivot = pivot
    self.onEvent = onEvent
  }
}
