package import PluginAPI

/// A whole job table, parsed and checked.
package struct JobTable: Sendable, Hashable, Codable {
  /// How the host itself runs.
  package var host = HostSettings()
  /// Where the market is traded.
  package var venue = VenueSettings()
  /// The market's own numbers.
  package var market = MarketSettings()
  /// One's own wallets.
  package var swarm = SwarmSettings()
  /// The bundle submission service.
  package var bundles = BundleSettings()
  /// Limits that no bundle may break.
  package var risk = RiskSettings()
  /// Where records are kept.
  package var storage = StorageSettings()
  /// Log and metrics.
  package var telemetry = TelemetrySettings()
  /// Limits of concurrency groups by name.
  package var groups: [String: Int] = [:]
  /// The jobs, by name.
  package var jobs: [String: JobEntry] = [:]

  package init() {}
}

/// How the host itself runs.
package struct HostSettings: Sendable, Hashable, Codable {
  /// The directory of plugin libraries.
  package var plugins = ".build/release"
  /// How many worker processes there may be.
  package var workers = 16
  /// SHA-256 digests that plugin libraries must have, by plugin name, in lower-case hexadecimal.
  package var pins: [String: String] = [:]
  /// How long a changed table must stay unchanged before it is read.
  package var settle: Duration = .milliseconds(100)
  /// Memory that one worker may use, in bytes.
  package var workerMemory: Int64 = 512 << 20
  /// Descriptors that one worker may open.
  package var workerFiles = 64

  package init() {}
}

/// Where the market is traded.
package struct VenueSettings: Sendable, Hashable, Codable {
  /// `simulator` is the built-in exchange.
  package var kind = "simulator"
  /// The seed of everything random on the built-in exchange.
  package var seed: UInt64 = 7
  /// A file of bars (OHLCV) or of trades that drives the outside market.
  package var replay: String?
  /// How many times faster than real the outside market runs.
  package var speed: Double = 1
  /// The token's first price in SOL, as decimal text, before any trade.
  package var startPrice: SOL = 0.01
  /// The price of SOL in dollars when nothing else says.
  package var solPrice: USD = 150
  /// How long a slot takes.
  package var slotTime: Duration = .milliseconds(400)
  /// How much the outside market moves: standard deviation of an hour.
  package var volatility: Percent = 2
  /// Trades of the outside market in a minute, on average.
  package var tradesPerMinute: Double = 12
  /// How often others have the market's events processed in a minute, on average.
  package var cranksPerMinute: Double = 60
  /// What the network asks for keeping a byte, in lamports.
  package var rentRate: Int64 = 5_080
  /// What a maker pays, in millionths; negative for a rebate.
  package var makerFee: Int64 = 0
  /// What a taker pays, in millionths.
  package var takerFee: Int64 = 400
  /// What a bundle must tip to land, on average; nobody competes at zero.
  package var tipBar: SOL = 0
  /// Slots without a block.
  package var skippedSlots: Percent = 0
  /// Bundles that the block engine takes and forgets.
  package var droppedBundles: Percent = 0
  /// Questions to the node that fail.
  package var failedReads: Percent = 0

  package init() {}
}

/// The market's own numbers.
package struct MarketSettings: Sendable, Hashable, Codable {
  /// Token atoms in one base lot.
  package var baseLot: Int64 = 1_000_000
  /// Lamports in one quote lot.
  package var quoteLot: Int64 = 1
  /// Decimals of the token.
  package var tokenDecimals = 9
  /// The smallest order, in base lots.
  package var minimumSize: Int64 = 1
  /// The window of the pivot.
  package var lookback: Duration = .seconds(365 * 86_400)
  /// What the seed of the pivot weighs a day, in SOL.
  package var nominalDailyVolume: SOL = 100
  /// Whether the pivot's seed follows the price of SOL.
  package var fadeIn = false
  /// How far below the pivot the BUY zone reaches.
  package var buyChannel: Percent = 15
  /// How far above the pivot the SELL zone reaches.
  package var sellChannel: Percent = 30
  /// The time in which an edge of the channel comes 63 % closer to where it belongs.
  package var inertia: Duration = .seconds(3_600)

  package init() {}
}

/// One's own wallets.
package struct SwarmSettings: Sendable, Hashable, Codable {
  /// How many wallets there are on the built-in exchange.
  package var wallets = 3
  /// What each wallet starts with on the built-in exchange.
  package var sol: SOL = 100
  /// Whole tokens that each wallet starts with on the built-in exchange.
  package var tokens: Int64 = 10_000
  /// What each wallet starts with on the built-in exchange.
  package var usdc: USD = 5_000
  /// Whole tokens that exist.
  package var emission: Int64 = 1_000_000
  /// Whole tokens that nobody can move.
  package var locked: Int64 = 100_000

  package init() {}
}

/// The bundle submission service.
package struct BundleSettings: Sendable, Hashable, Codable {
  /// The largest tip of one bundle.
  package var maxTip: SOL = 0.005
  /// The largest sum of tips in 24 hours.
  package var dayTipBudget: SOL = 5
  /// The largest sum of network fees in 24 hours.
  package var dayFeeBudget: SOL = 1
  /// Bundles that one job may submit in a minute.
  package var perMinute = 600
  /// What a tip starts from.
  package var tip = TipKind.fixed
  /// Which part of the others tips less, for tips by percentile.
  package var tipPercentile: Percent = 50
  /// The smallest tip of a bundle that tips at all.
  package var tipFloor: SOL = 0.000_001
  /// How much a tip grows with each new signing.
  package var tipRamp: Percent = 50
  /// Blocks within which a bundle may be signed.
  package var deadline: Int64 = 300
  /// How often a bundle is signed at most.
  package var attempts = 3
  /// The pause after which the same bytes are handed over again.
  package var resend: Duration = .seconds(2)
  /// Handovers in a second over all jobs, and how many may come at once.
  package var sendsPerSecond: Double = 100
  package var burst = 100

  package init() {}
}

/// What a tip starts from: what the job asks for, or what others paid lately.
package enum TipKind: String, Sendable, Hashable, Codable, CaseIterable {
  case fixed
  case percentile
}

/// What is done with an own order that no bundle placed.
package enum ForeignOrderPolicy: String, Sendable, Hashable, Codable, CaseIterable {
  case adopt
  case cancel
  case halt
}

/// A rule that stops trading by itself.
package struct BreakerSettings: Sendable, Hashable, Codable {
  /// What is watched.
  package enum Watched: String, Sendable, Hashable, Codable, CaseIterable {
    case loss
    case drawdown
    case failures
    case reverts
  }

  package var on = Watched.failures
  /// How much is too much: SOL for a loss, a share for a drawdown, a count otherwise.
  package var limit = ""
  package var window: Duration = .seconds(3_600)
  package var lock: Duration = .seconds(1_800)

  package init() {}

  /// What the limit must look like; `nil` when it does.
  package var fault: String? {
    switch on {
    case .loss: SOL(parameterText: limit).map { $0 > 0 } == true ? nil : "SOL such as 5 SOL"
    case .drawdown:
      Percent(parameterText: limit).map { $0 > 0 && $0 <= 100 } == true
        ? nil : "a share such as 10%"
    case .failures, .reverts: Int(limit).map { $0 > 0 } == true ? nil : "a count such as 5"
    }
  }
}

/// Limits that no bundle may break.
package struct RiskSettings: Sendable, Hashable, Codable {
  /// The largest order as a share of its wallet.
  package var maxOrderShare: Percent = 25
  /// How far a price may be from the pivot.
  package var priceBand: Percent = 50
  /// The age at which a book is too old to trade on.
  package var maxBookAge: Duration = .seconds(10)
  /// The age at which the oracle's price is too old.
  package var maxOracleAge: Duration = .seconds(60)
  /// The most that the orders of one bundle may be worth together.
  package var maxNotional: SOL = 10_000
  /// How uncertain the oracle may call itself, as a share of its price.
  package var maxOracleConfidence: Percent = 2
  /// How far two sources of the price of SOL may be apart.
  package var maxOracleDeviation: Percent = 5
  /// The longest time that an order may stand.
  package var maxOrderLife: Duration?
  /// What every wallet keeps in order to pay fees.
  package var gasFloor: SOL = 0.01
  /// What is done with an own order that no bundle placed.
  package var foreignOrders = ForeignOrderPolicy.adopt
  /// What stops trading by itself.
  package var breakers: [BreakerSettings] = []
  /// While this file exists, trading is halted.
  package var killFile = ".state/KILL"

  package init() {}
}

/// Where records are kept.
package struct StorageSettings: Sendable, Hashable, Codable {
  /// The path of the embedded database.
  package var database = ".state/gridkeeper.db"
  /// How long finished slots and runs are kept.
  package var retention: Duration = .seconds(30 * 86_400)

  package init() {}
}

/// Log and metrics.
package struct TelemetrySettings: Sendable, Hashable, Codable {
  /// The lightest level that is written.
  package var level = LogLevel.info
  /// The file that the log goes to; standard error without one.
  package var file: String?
  /// The loopback port that serves metrics; none without one.
  package var metricsPort: Int?

  package init() {}
}
