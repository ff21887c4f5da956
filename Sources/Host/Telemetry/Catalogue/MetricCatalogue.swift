/// What a metric means.
package struct MetricDescription: Sendable, Hashable {
  package enum Kind: String, Sendable { case counter, gauge, histogram }

  /// Without the prefix.
  package var name: String
  package var kind: Kind
  /// What one of it is, such as `SOL`; `-` for a bare number.
  package var unit: String
  package var labels: [String]
  package var help: String

  init(_ name: String, _ kind: Kind, _ unit: String, _ help: String) {
    self.init(name, kind, unit, [], help)
  }

  init(_ name: String, _ kind: Kind, _ unit: String, _ labels: [String], _ help: String) {
    self.name = name
    self.kind = kind
    self.unit = unit
    self.labels = labels
    self.help = help
  }
}

/// Every metric of the host and of the shipped jobs: the one list of their names.
///
/// `docs/metrics.md` shows it, and a test sees to it that no code emits a name that is not here.
package enum MetricCatalogue: Sendable {
  /// In the order in which they are documented.
  package static let sections: [(title: String, metrics: [MetricDescription])] = [
    ("Market", market), ("Money", money), ("Bundles", bundles), ("Scheduling", scheduling),
    ("Workers", workers), ("Host", host), ("Process", process), ("Shipped jobs", jobs),
  ]

  /// Help texts by name. A name that is not here is one that a plugin made up.
  static let texts: [String: String] = .init(
    sections.flatMap(\.metrics).map { ($0.name, $0.help) }, uniquingKeysWith: { first, _ in first })

  private static let market = [
    MetricDescription("pivot_price", .gauge, "SOL", "The pivot price of a token."),
    .init("pivot_seed_ratio", .gauge, "0 to 1", "The seed's share in the weight of the pivot."),
    .init("break_even_price", .gauge, "SOL", "The pivot with a round trip's share of all costs."),
    .init("mid_price", .gauge, "SOL", "The middle between best bid and best ask."),
    .init("channel_price", .gauge, "SOL", ["edge"], "The lower and the upper edge of the channel."),
    .init(
      "volatility_ratio", .gauge, "fraction",
      "Standard deviation of a day's return, from one-minute bars."),
    .init("quoted_spread_bps", .gauge, "0.01 %", "Between own best bid and own best ask."),
    .init("quoted_depth", .gauge, "base lots", ["side"], "Own orders on the book that is shown."),
    .init("orders_live", .gauge, "orders", ["wallet"], "Own orders that stand."),
    .init(
      "imbalance_index", .gauge, "-1 to 1", "Bid depth less ask depth as a share of both."),
    .init(
      "safe_haven_index", .gauge, "-1 to 1",
      "Correlation of one-minute returns of SOL and of the token, both in dollars."),
    .init("safe_haven_samples", .gauge, "pairs", "Pairs of returns that the index comes from."),
    .init("trade_cadence_seconds", .gauge, "seconds", "Average time between the newest trades."),
    .init(
      "synthetic_volume_ratio", .gauge, "0 to 1",
      "Share of the newest volume that own wallets traded with each other; 0 on a live market."),
    .init(
      "market_noise_ratio", .gauge, "-", "Synthetic trades for each genuine one, newest trades."),
    .init("trades_total", .counter, "trades", ["synthetic"], "Trades seen on the market."),
    .init("fills_total", .counter, "fills", ["side"], "Fills of own orders."),
    .init("feed_age_seconds", .gauge, "seconds", ["feed"], "Age of the newest book and oracle."),
    .init("feed_trades_missed_total", .counter, "trades", "Trades that the feed lost."),
    .init("feed_trades_repeated_total", .counter, "trades", "Trades told again; they count once."),
    .init(
      "feed_trades_refused_total", .counter, "trades",
      "Trades more than a day ahead of the book, which do not count."),
    .init("market_records_dropped_total", .counter, "trades", "Trades that no store took in time."),
    .init("oracle_price_usd", .gauge, "USD", "The price of SOL by all sources that are fresh."),
    .init("oracle_deviation_ratio", .gauge, "fraction", "What the fresh sources are apart."),
    .init("oracle_sources", .gauge, "sources", "Sources that are fresh."),
  ]

  private static let money = [
    MetricDescription(
      "balance", .gauge, "SOL, tokens, USD", ["wallet", "token"],
      "What a wallet owns, orders and proceeds included, rent not."),
    .init("equity", .gauge, "SOL", "All own money at the middle of the book."),
    .init(
      "pnl", .gauge, "SOL", ["kind"],
      "Gains by kind: realised, unrealised (first in, first out, and average), costs, suspense."),
    .init("drawdown_ratio", .gauge, "0 to 1", "The loss since the highest equity."),
    .init(
      "wallet_exposure_ratio", .gauge, "0 to 1", ["wallet"], "A wallet's share of all own money."),
    .init("rent_locked_lamports", .gauge, "lamports", "Rent that own accounts lock."),
    .init("ledger_entries", .gauge, "entries", "Entries in the books."),
    .init(
      "ledger_entries_unrecorded", .gauge, "entries",
      "Entries in the balances that no store took in time."),
    .init(
      "ledger_differences_total", .counter, "-", ["asset"],
      "Differences between wallets and books that were booked as suspense."),
  ]

  private static let bundles = [
    MetricDescription(
      "trading_active", .gauge, "0 or 1", "1 while trading is active, 0 while reduced or halted."),
    .init("bundles_total", .counter, "bundles", ["job", "outcome"], "Bundles that ended."),
    .init(
      "bundle_total", .counter, "bundles", ["result", "reason"], "Bundles that ended, with reasons."
    ),
    .init("bundles_under_way", .gauge, "bundles", "Bundles that are followed."),
    .init("bundles_unknown", .gauge, "bundles", "Bundles whose fate nobody knows."),
    .init("denials_total", .counter, "bundles", ["code"], "Bundles that a gate refused."),
    .init(
      "bundle_stage_seconds", .histogram, "seconds", ["stage"], "Time that bundles spend by stage."),
    .init("bundle_sends_total", .counter, "sends", ["answer"], "Answers of the block engine."),
    .init("bundle_rejections_total", .counter, "bundles", "Bundles that the engine turned down."),
    .init("bundle_status_failures_total", .counter, "questions", "Statuses nobody could tell."),
    .init(
      "bundle_journal_failures_total", .counter, "changes",
      "Changes of bundles that the store did not take."),
    .init("bundle_incidents_total", .counter, "-", "Own orders that met where they must not."),
    .init("breaker_trips_total", .counter, "-", "Breakers that stopped trading."),
    .init("cancels_stuck_total", .counter, "bundles", "Cancels that take too long."),
    .init("tip_lamports", .gauge, "lamports", "The tip of the newest bundle that landed."),
    .init("tip_spend_lamports_total", .counter, "lamports", "Tips of bundles that landed."),
    .init("kill_seconds", .histogram, "seconds", "From a kill until the last order is gone."),
    .init(
      "reconciliation_differences_total", .counter, "orders", ["kind"],
      "Orders that are not as they should be."),
    .init("reconciliation_failures_total", .counter, "looks", "Comparisons that failed."),
  ]
}
