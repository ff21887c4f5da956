import Isolation
import PluginAPI

extension SectionSettings {
  /// Every section of settings, in the order a table shows them.
  static let all: [SectionSettings] = [
    host, venue, market, swarm, bundles, risk, storage, telemetry,
  ]

  private static let host = SectionSettings(
    "host", \.host, "How the host itself runs.",
    [
      Setting("plugins", \.plugins, .text, "The directory of plugin libraries.", restart: true),
      Setting(
        "workers", \.workers, .standard, in: 1...1_024, "How many worker processes there may be.",
        restart: true),
      Setting(
        "pins", map: \.pins, .digest, in: nil,
        "SHA-256 digests that plugin libraries must have, by plugin."),
      Setting(
        "settle", \.settle, .standard, in: .milliseconds(10) ... .seconds(60),
        "How long a changed table must stay unchanged before it is read.", restart: true),
      Setting(
        "worker_memory", \.workerMemory, .size, in: 32 << 20...64 << 30,
        "Memory that one worker may use.", restart: true),
      Setting(
        "worker_files", \.workerFiles, .standard, in: 16...65_536,
        "Descriptors that one worker may open.", restart: true),
    ])

  private static let venue = SectionSettings(
    "venue", \.venue, "Where the market is traded.",
    [
      Setting("kind", \.kind, .words(["simulator"]), "The venue.", restart: true),
      Setting("seed", \.seed, .seed, "The seed of everything random.", restart: true),
      Setting(
        "replay", \.replay, ScalarCodec<String>.text.optional,
        "A file of bars (OHLCV) or trades that drives the outside market.", restart: true),
      Setting(
        "speed", \.speed, .standard, in: 0.001...1_000_000,
        "How many times faster than real the outside market runs.", restart: true),
      Setting(
        "start_price", \.startPrice, .standard, in: 0.000_000_001...1_000_000,
        "The token's price before any trade.", restart: true),
      Setting(
        "sol_price", \.solPrice, .standard, in: 0.01...1_000_000,
        "The price of SOL when nothing else says.", restart: true),
      Setting(
        "slot_time", \.slotTime, .standard, in: .milliseconds(1) ... .seconds(60),
        "How long a slot takes.", restart: true),
      Setting(
        "volatility", \.volatility, .standard, in: 0...100,
        "How much the outside market moves: standard deviation of an hour.", restart: true),
      Setting(
        "trades_per_minute", \.tradesPerMinute, .standard, in: 0...100_000,
        "Trades of the outside market, on average.", restart: true),
      Setting(
        "cranks_per_minute", \.cranksPerMinute, .standard, in: 0...100_000,
        "How often others have the market's events processed, on average.", restart: true),
      Setting(
        "rent_rate", \.rentRate, .whole, in: 0...1_000_000,
        "Lamports that the network asks for keeping a byte.", restart: true),
      Setting(
        "maker_fee", \.makerFee, .whole, in: -100_000...100_000,
        "What a maker pays, in millionths; negative for a rebate that the taker's fee covers.",
        restart: true),
      Setting(
        "taker_fee", \.takerFee, .whole, in: 0...100_000, "What a taker pays, in millionths.",
        restart: true),
      Setting(
        "tip_bar", \.tipBar, .standard, in: 0...1,
        "What a bundle must tip to land, on average; nobody competes at zero.", restart: true),
      Setting(
        "skipped_slots", \.skippedSlots, .standard, in: 0...90, "Slots without a block.",
        restart: true),
      Setting(
        "dropped_bundles", \.droppedBundles, .standard, in: 0...100,
        "Bundles that the block engine takes and forgets.", restart: true),
      Setting(
        "failed_reads", \.failedReads, .standard, in: 0...100, "Questions to the node that fail.",
        restart: true),
    ])

  private static let market = SectionSettings(
    "market", \.market, "The market's own numbers.",
    [
      Setting(
        "base_lot", \.baseLot, .whole, in: 1...1_000_000_000_000_000, "Token atoms in a base lot.",
        restart: true),
      Setting(
        "quote_lot", \.quoteLot, .whole, in: 1...1_000_000_000_000, "Lamports in a quote lot.",
        restart: true),
      Setting(
        "token_decimals", \.tokenDecimals, .standard, in: 0...18, "Decimals of the token.",
        restart: true),
      Setting(
        "minimum_size", \.minimumSize, .whole, in: 1...1_000_000_000_000,
        "The smallest order, in base lots.", restart: true),
      Setting(
        "lookback", \.lookback, .standard, in: .seconds(3_600) ... .seconds(3_650 * 86_400),
        "The window of the pivot.", restart: true),
      Setting(
        "nominal_daily_volume", \.nominalDailyVolume, .standard, in: 0...100_000_000,
        "What the seed of the pivot weighs a day.", restart: true),
      Setting(
        "fade_in", \.fadeIn, .standard,
        "Whether the seed of the pivot follows the price of SOL while it fades.", restart: true),
      Setting(
        "buy_channel", \.buyChannel, .standard, in: 0.1...99,
        "How far below the pivot the BUY zone reaches.", restart: true),
      Setting(
        "sell_channel", \.sellChannel, .standard, in: 0.1...1_000,
        "How far above the pivot the SELL zone reaches.", restart: true),
      Setting(
        "inertia", \.inertia, .standard, in: .zero ... .seconds(365 * 86_400),
        "The time in which an edge of the channel comes 63% closer to where it belongs.",
        restart: true),
    ])

  private static let swarm = SectionSettings(
    "swarm", \.swarm, "One's own wallets.",
    [
      Setting("wallets", \.wallets, .standard, in: 1...1_000, "How many there are.", restart: true),
      Setting("sol", \.sol, .standard, in: 0...100_000_000, "SOL each starts with.", restart: true),
      Setting(
        "tokens", \.tokens, .whole, in: 0...1_000_000_000_000, "Tokens each starts with.",
        restart: true),
      Setting(
        "usdc", \.usdc, .standard, in: 0...1_000_000_000, "Dollars each starts with.",
        restart: true),
      Setting(
        "emission", \.emission, .whole, in: 1...1_000_000_000_000, "Tokens that exist.",
        restart: true),
      Setting(
        "locked", \.locked, .whole, in: 0...1_000_000_000_000, "Tokens that nobody can move.",
        restart: true),
    ])

  private static let bundles = SectionSettings(
    "bundles", \.bundles, "The bundle submission service.",
    [
      Setting("max_tip", \.maxTip, .standard, in: 0...100, "The largest tip of one bundle."),
      Setting(
        "day_tip_budget", \.dayTipBudget, .standard, in: 0...10_000,
        "The largest sum of tips in 24 hours."),
      Setting(
        "day_fee_budget", \.dayFeeBudget, .standard, in: 0...10_000,
        "The largest sum of network fees in 24 hours."),
      Setting(
        "per_minute", \.perMinute, .standard, in: 1...1_000_000,
        "Bundles that one job may submit in a minute."),
      Setting(
        "tip", \.tip, .choice,
        "What a tip starts from: what the job asks for, or what others paid lately if that is more."
      ),
      Setting(
        "tip_percentile", \.tipPercentile, .standard, in: 25...95,
        "Which part of the others tips less, for tips by percentile: 25, 50, 75 or 95 percent."),
      Setting(
        "tip_floor", \.tipFloor, .standard, in: 0...1,
        "The smallest tip of a bundle that tips at all."),
      Setting(
        "tip_ramp", \.tipRamp, .standard, in: 0...1_000,
        "How much a tip grows with each new signing, up to the limits."),
      Setting(
        "deadline", \.deadline, .whole, in: 10...100_000,
        "Blocks after acceptance within which a bundle may be signed, and signed anew."),
      Setting(
        "attempts", \.attempts, .standard, in: 1...100,
        "How often a bundle is signed at most, each time after the proof that the last bytes are dead."
      ),
      Setting(
        "resend", \.resend, .standard, in: .milliseconds(100) ... .seconds(60),
        "The pause after which the same bytes are handed over again."),
      Setting(
        "sends_per_second", \.sendsPerSecond, .standard, in: 0.01...100_000,
        "Handovers in a second, over all jobs."),
      Setting(
        "burst", \.burst, .standard, in: 1...100_000, "Handovers that may come at once."),
    ])

  private static let risk = SectionSettings(
    "risk", \.risk, "Limits that no bundle may break.",
    [
      Setting(
        "max_order_share", \.maxOrderShare, .standard, in: 0.01...100,
        "The largest order as a share of its wallet."),
      Setting(
        "price_band", \.priceBand, .standard, in: 0.01...1_000,
        "How far a price may be from the pivot."),
      Setting(
        "max_book_age", \.maxBookAge, .standard, in: .milliseconds(100) ... .seconds(3_600),
        "The age at which a book is too old to trade on."),
      Setting(
        "max_oracle_age", \.maxOracleAge, .standard, in: .milliseconds(100) ... .seconds(86_400),
        "The age at which the oracle's price is too old."),
      Setting(
        "max_notional", \.maxNotional, .standard, in: 0.001...100_000_000,
        "The most that the orders of one bundle may be worth together."),
      Setting(
        "max_oracle_confidence", \.maxOracleConfidence, .standard, in: 0.001...100,
        "How uncertain the oracle may call itself, as a share of its price."),
      Setting(
        "max_oracle_deviation", \.maxOracleDeviation, .standard, in: 0.001...100,
        "How far two sources of the price of SOL may be apart."),
      Setting(
        "max_order_life", \.maxOrderLife, ScalarCodec<Duration>.standard.optional,
        "The longest time that an order may stand; without it orders may stand for ever."),
      Setting(
        "gas_floor", \.gasFloor, .standard, in: 0...1_000,
        "What every wallet keeps in order to pay fees."),
      Setting(
        "foreign_orders", \.foreignOrders, .choice,
        "An own order that no bundle placed is told once and then kept, cancelled, or a reason to let "
          + "only reductions pass."),
      Setting(
        "breakers", each: \.breakers, BreakerSettings(), breaker,
        "Rules that stop all but reductions for a while, by themselves.",
        fault: { breaker in breaker.fault.map { ("limit", $0) } }),
      Setting(
        "kill_file", \.killFile, .text, "While this file exists, trading is halted.", restart: true),
    ])

  private static let breaker: [Setting<BreakerSettings>] = [
    Setting("on", \.on, .choice, "What is watched."),
    Setting(
      "limit", \.limit, .text, "How much is too much: SOL, a share of the peak, or a count."),
    Setting(
      "window", \.window, .standard, in: .seconds(1) ... .seconds(366 * 86_400),
      "The time in which it counts."),
    Setting(
      "lock", \.lock, .standard, in: .seconds(1) ... .seconds(366 * 86_400),
      "How long trading stays stopped."),
  ]

  private static let storage = SectionSettings(
    "storage", \.storage, "Where records are kept.",
    [
      Setting(
        "database", \.database, .text, "The path of the embedded database.", restart: true),
      Setting(
        "retention", \.retention, .standard, in: .seconds(3_600) ... .seconds(3_650 * 86_400),
        "How long finished slots and runs are kept.", restart: true),
    ])

  private static let telemetry = SectionSettings(
    "telemetry", \.telemetry, "Log and metrics.",
    [
      Setting("level", \.level, .choice, "The lightest level that is written."),
      Setting(
        "file", \.file, ScalarCodec<String>.text.optional,
        "The file that the log goes to; standard error without one.", restart: true),
      Setting(
        "metrics_port", \.metricsPort, ScalarCodec<Int>.port.optional,
        "The loopback port that serves metrics; none without one.", restart: true),
    ])
}

extension ScalarCodec<String> {
  /// A SHA-256 digest, with or without `sha256:` in front, in lower case.
  fileprivate static var digest: Self {
    Self(
      parse: { text in
        let digits = (text.hasPrefix("sha256:") ? text.dropFirst(7) : text[...]).lowercased()
        let isHex = digits.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        return digits.utf8.count == 64 && isHex ? digits : nil
      }, show: { $0 }, shape: .digest)
  }
}

extension ScalarCodec<Int> {
  /// A port that a program without privileges can open; 0 lets the system choose.
  fileprivate static var port: Self {
    Self(
      parse: { text in
        let port = Int(parameterText: text) ?? -1
        return port == 0 || (1_024...65_535).contains(port) ? port : nil
      }, show: { String($0) }, shape: .port)
  }
}
