/// What an event means.
package struct EventDescription: Sendable, Hashable {
  package var name: String
  /// The fields that tell most; events may have more.
  package var fields: [String]
  package var help: String

  init(_ name: String, _ help: String) { self.init(name, [], help) }

  init(_ name: String, _ fields: [String], _ help: String) {
    self.name = name
    self.fields = fields
    self.help = help
  }
}

/// Every event of the host and of the shipped jobs: the one list of their names.
///
/// `docs/metrics.md` shows it, and a test sees to it that no code emits a name that is not here.
package enum EventCatalogue: Sendable {
  /// In the order in which they are documented.
  package static let sections: [(title: String, events: [EventDescription])] = [
    ("Market and money", market), ("Shipped jobs", jobs), ("Bundles and trading", bundles),
    ("Host", host),
  ]

  private static let market = [
    EventDescription(
      "ORDER_FILL", ["price", "volume", "side", "wallet", "order", "gain", "job", "reason"],
      "An own order traded. `volume` is in base lots, `gain` in lamports, first in, first out."),
    .init("FEED_GAP", ["missed"], "Trades happened that the feed does not hold any more."),
    .init(
      "MARKET_UNITS", ["base_lot", "quote_lot"],
      "The market's units changed; pivot and channel begin anew from the price that was."),
    .init("TRADE_REFUSED", ["trade"], "A trade's value does not fit in 64 bits."),
    .init(
      "LEDGER_DIFFERENCE", ["wallet", "asset", "amount", "slot"],
      "A wallet owns something else than the books say; the difference is booked as suspense."),
  ]

  private static let jobs = [
    EventDescription(
      "GRID_REBUILD", ["pivot", "trigger", "wallet", "generation", "kept", "cancelled", "placed"],
      "A wallet's part of the grid was built anew."),
    .init(
      "FIAT_INJECTION", ["usdc", "sol", "direction", "reason", "wallets"],
      "Dollars and SOL were swapped, or SOL went to low wallets."),
    .init("RENT_RECLAIM", ["sol", "accounts"], "Idle accounts were closed for their rent."),
    .init(
      "FLASH_VOLUME", ["side", "volume", "tip", "synthetic"],
      "A synthetic trade on a test venue."),
    .init(
      "NOISE_TRADE", ["side", "notional_usd", "reason", "synthetic"],
      "A noise trade on a test venue."),
    .init(
      "MARKET_CREATED", ["market", "name", "replaces", "wallet", "rent", "cancelled"],
      "A new market took the old one's place."),
  ]

  private static let bundles = [
    EventDescription("BUNDLE_ACCEPTED", ["id", "job"], "A bundle passed the gates and is stored."),
    .init("BUNDLE_REFUSED", ["job", "code", "message"], "A gate refused a bundle."),
    .init("BUNDLE_RESUMED", ["id"], "A bundle of an earlier host is followed on."),
    .init("BUNDLE_SIGNED", ["id", "signature"], "It is signed, and that is stored."),
    .init("BUNDLE_SENT", ["id"], "It was handed to the block engine."),
    .init("BUNDLE_REJECTED", ["id", "reason"], "The block engine turned it down."),
    .init("BUNDLE_LANDED", ["id", "slot"], "It happened."),
    .init("BUNDLE_FINALIZED", ["id", "slot"], "It cannot be undone any more."),
    .init("BUNDLE_REVERTED", ["id", "reason"], "It happened without an effect but its fee."),
    .init("BUNDLE_EXPIRED", ["id", "reason"], "It is proved that it can never happen."),
    .init("BUNDLE_STOPPED", ["id", "reason"], "It was stopped before it was sent."),
    .init("BUNDLE_UNKNOWN", ["id"], "Nobody can tell its fate; its accounts wait."),
    .init("BUNDLE_PARTIAL", ["id", "reason"], "Some of its transactions happened alone."),
    .init("BUNDLE_ROLLED_BACK", ["id", "reason"], "Its block was undone after it had landed."),
    .init("BUNDLE_JOURNAL_FAILED", ["id", "error"], "The store did not take a change."),
    .init(
      "ORDER_FOREIGN", ["account", "order", "side", "price", "size", "policy"],
      "An order stands that no bundle placed."),
    .init(
      "ORDER_RESIZED", ["account", "order", "side", "price", "size", "policy"],
      "An order stands with more than was placed."),
    .init("CANCEL_STUCK", ["id"], "A cancel takes too long."),
    .init("TRADING_STATE", ["state", "reason"], "Trading became active, reduced or halted."),
    .init("BREAKER_OPEN", ["rule", "reason", "seconds"], "A breaker stopped trading."),
    .init("INCIDENT", ["kind", "trade"], "Own orders met where they must not."),
    .init("KILL", ["reason"], "All trading was halted; every order is being cancelled."),
    .init("KILL_COMPLETE", ["seconds"], "After a kill the last order is gone."),
    .init("KILL_CLEARED", ["reason"], "A kill was ended."),
  ]

  private static let host = [
    EventDescription("HOST_STARTED", ["generation"], "The host runs."),
    .init("HOST_STOPPED", "The host ends."),
    .init("CONFIG_APPLIED", ["generation", "detail"], "A table came into force."),
    .init("CONFIG_REJECTED", ["generation", "detail"], "A table was wrong; nothing changed."),
    .init("PLUGIN_UPGRADED", ["plugin", "from", "to"], "A plugin's new library is in force."),
    .init(
      "PLUGIN_UPGRADE_REFUSED", ["plugin", "why"], "A new library does not fit; the old runs."),
    .init("PLUGIN_OFFERED", ["plugin"], "A new library is there."),
    .init("WORKER_STATE", ["plugin", "state", "error"], "A worker's state changed."),
  ]
}
