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
    emission = try lots.atoms(of: swarm.emission)
    locked = try lots.atoms(of: swarm.locked)
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
