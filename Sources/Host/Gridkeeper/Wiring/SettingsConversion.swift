import Bundles
import Exchange
import Isolation
import JobTable
import Market
import PluginAPI
import Supervisor
import Telemetry

// What the table says, in the words of the modules that it is for.

extension SupervisorSettings {
  init(_ table: JobTable, paths: TablePaths, executable: String) {
    self.init(pluginDirectory: paths.resolve(table.host.plugins))
    self.executable = executable
    pins = table.host.pins
    workers = table.host.workers
    workerMemory = table.host.workerMemory
    workerFiles = table.host.workerFiles
  }
}

extension BundleLimits {
  init(_ table: JobTable) {
    self.init()
    maxTip = table.bundles.maxTip
    dayTipBudget = table.bundles.dayTipBudget
    perMinute = table.bundles.perMinute
    maxOrderShare = table.risk.maxOrderShare
    priceBand = table.risk.priceBand
    maxBookAge = table.risk.maxBookAge
    maxOracleAge = table.risk.maxOracleAge
    take(table.risk)
    take(table.bundles)
  }

  private mutating func take(_ risk: RiskSettings) {
    maxNotional = risk.maxNotional
    maxOracleConfidence = risk.maxOracleConfidence
    maxOracleDeviation = risk.maxOracleDeviation
    maxOrderLife = risk.maxOrderLife
    gasFloor = risk.gasFloor
    foreignOrders = ForeignOrders(rawValue: risk.foreignOrders.rawValue) ?? .halt
    breakers = risk.breakers.compactMap(BreakerRule.init)
  }

  private mutating func take(_ bundles: BundleSettings) {
    dayFeeBudget = bundles.dayFeeBudget
    tipping.kind = bundles.tip == .percentile ? .percentile : .fixed
    tipping.percentile = bundles.tipPercentile
    tipping.floor = bundles.tipFloor
    tipping.ramp = bundles.tipRamp
    dispatch.deadline = UInt64(max(0, bundles.deadline))
    dispatch.attempts = bundles.attempts
    dispatch.resend = bundles.resend
    dispatch.sendsPerSecond = bundles.sendsPerSecond
    dispatch.burst = bundles.burst
  }
}

extension BreakerRule {
  /// `nil` when the limit says nothing, which a table that was checked does not do.
  fileprivate init?(_ settings: BreakerSettings) {
    let limit: Limit? =
      switch settings.on {
      case .loss: SOL(parameterText: settings.limit).map { .loss($0) }
      case .drawdown: Percent(parameterText: settings.limit).map { .drawdown($0) }
      case .failures: Int(settings.limit).map { .failures($0) }
      case .reverts: Int(settings.limit).map { .reverts($0) }
      }
    guard let limit else { return nil }
    self.init(limit, window: settings.window, lock: settings.lock)
  }
}

extension ExchangeSettings {
  /// - Throws: `ArithmeticOverflow` when the table's amounts do not fit in 64 bits of atoms.
  init(_ table: JobTable) throws(ArithmeticOverflow) {
    self.init()
    seed = table.venue.seed
    speed = table.venue.speed
    startPrice = table.venue.startPrice
    solPrice = table.venue.solPrice
    slotTime = table.venue.slotTime
    outside.volatility = table.venue.volatility
    outside.tradesPerMinute = table.venue.tradesPerMinute
    apply(table.venue)
    lots = MarketLots(table.market)
    let swarm = table.swarm
    let token = try lots.atoms(of: swarm.tokens)
    wallets = Self.wallets(swarm.wallets, sol: swarm.sol, token: token, usdc: swarm.usdc)
    // As wallets are: somebody sent them a token once that nobody wants.
    for index in wallets.indices { wallets[index].emptyTokenAccounts = 1 }
    emission = try lots.atoms(of: swarm.emission)
    locked = try lots.atoms(of: swarm.locked)
  }
}

extension PivotSettings {
  init(_ table: JobTable) {
    self.init(
      lookback: table.market.lookback, nominalDailyVolume: table.market.nominalDailyVolume,
      seedPrice: (try? ExchangeSettings(table).startPriceLots) ?? PriceLots(1),
      lots: MarketLots(table.market))
    fadeIn = table.market.fadeIn
  }
}

extension ChannelSettings {
  init(_ market: MarketSettings) {
    self.init()
    buy = market.buyChannel
    sell = market.sellChannel
    inertia = market.inertia
  }
}

extension ExchangeSettings {
  private mutating func apply(_ venue: VenueSettings) {
    rent = RentRate(lamportsPerByte: venue.rentRate)
    costs.takerFee = venue.takerFee
    costs.makerFee = max(venue.makerFee, -venue.takerFee)
    outside.cranksPerMinute = venue.cranksPerMinute
    chain.tipBar = venue.tipBar.lamports
    chain.skippedSlots = venue.skippedSlots
    faults.drops = venue.droppedBundles
    faults.nodeFailures = venue.failedReads
  }
}

extension MarketLots {
  init(_ market: MarketSettings) {
    self.init(
      baseLot: TokenAmount(market.baseLot), quoteLot: Lamports(market.quoteLot),
      tokenDecimals: market.tokenDecimals, minimumSize: BaseLots(market.minimumSize))
  }

  /// So many whole tokens in atoms.
  fileprivate func atoms(of tokens: Int64) throws(ArithmeticOverflow) -> TokenAmount {
    var amount = TokenAmount(tokens)
    for _ in 0..<tokenDecimals { amount = try amount.multiplied(by: 10) }
    return amount
  }
}

extension LogSettings {
  init(_ telemetry: TelemetrySettings, paths: TablePaths) {
    self.init()
    level = telemetry.level
    if let file = telemetry.file { destination = .file(paths.resolve(file)) }
  }
}
