package import Bundles
package import PluginAPI

/// How the built-in exchange is set up.
package struct ExchangeSettings: Sendable, Hashable, Codable {
  /// The seed of everything random.
  package var seed: UInt64 = 7
  /// How many times faster than real the outside market runs.
  package var speed = 1.0
  /// The first price of a whole token.
  package var startPrice: SOL = 0.01
  /// The price of SOL in dollars.
  package var solPrice: USD = 150
  /// How long a slot takes.
  package var slotTime: Duration = .milliseconds(400)
  /// The market's units.
  package var lots = MarketLots(
    baseLot: TokenAmount(1_000_000), quoteLot: Lamports(100), tokenDecimals: 9,
    minimumSize: BaseLots(1))
  /// What the network asks for keeping accounts.
  package var rent = RentRate(lamportsPerByte: 5_080) {
    didSet { costs = VenueCosts(rent: rent, makerFee: costs.makerFee, takerFee: costs.takerFee) }
  }
  /// Fee of a signature, rents, minimum balance, fees of the market.
  package var costs = VenueCosts(rent: RentRate(lamportsPerByte: 5_080))
  /// How the chain behaves.
  package var chain = ChainSettings()
  /// What goes wrong by itself.
  package var faults = ExchangeFaults()
  /// What happens to the outside market, and when.
  package var script: MarketScript?
  /// Who else trades.
  package var outside = OutsideSettings()
  /// What one's own wallets start with.
  package var wallets: [StartingWallet] = []
  /// Tokens that exist in all.
  package var emission = TokenAmount.zero
  /// Tokens that nobody can move.
  package var locked = TokenAmount.zero
  /// How long an account must be unused before it counts as reclaimable.
  package var idleAccountAge: Duration = .seconds(3600)

  package init() {}

  /// The first price in the market's units; at least one tick.
  package var startPriceLots: PriceLots {
    var atomsPerToken: Int128 = 1
    for _ in 0..<lots.tokenDecimals { atomsPerToken *= 10 }
    let lamports = Int128(startPrice.count) * Int128(lots.baseLot.count) / atomsPerToken
    return PriceLots(max(1, Int64(clamping: lamports / Int128(lots.quoteLot.count))))
  }

  /// `count` wallets called `wallet-1` and so on, all alike.
  package static func wallets(_ count: Int, sol: SOL, token: TokenAmount, usdc: USD)
    -> [StartingWallet]
  {
    (0..<max(0, count)).map {
      StartingWallet(
        id: WalletID("wallet-\($0 + 1)"), sol: sol.lamports, token: token, usdc: usdc)
    }
  }
}

/// What one of one's own wallets starts with.
package struct StartingWallet: Sendable, Hashable, Codable {
  package var id: WalletID
  package var sol: Lamports
  package var token: TokenAmount
  package var usdc: USD
  /// Open-orders accounts that are there from the start; their rent comes out of `sol`.
  package var accounts: Int
  /// Token accounts that hold nothing, as airdrops leave them; their rent comes on top of `sol`.
  package var emptyTokenAccounts = 0

  package init(id: WalletID, sol: Lamports, token: TokenAmount, usdc: USD, accounts: Int = 0) {
    self.id = id
    self.sol = sol
    self.token = token
    self.usdc = usdc
    self.accounts = accounts
  }
}

/// Who else trades on the built-in exchange.
package struct OutsideSettings: Sendable, Hashable, Codable {
  /// How much the fair price moves: standard deviation of an hour.
  package var volatility: Percent = 2
  /// Taking orders a minute, on average.
  package var tradesPerMinute = 12.0
  /// Price levels that outside makers keep on each side.
  package var levels = 5
  /// How far the nearest level is from the fair price.
  package var halfSpread: Percent = 0.15
  /// How far the levels are apart.
  package var levelGap: Percent = 0.1
  /// What stands at a level, on average.
  package var levelValue: SOL = 4
  /// What a taking order trades, on average.
  package var takerValue: SOL = 1
  /// How far from the fair price a taking order goes.
  package var takerReach: Percent = 3
  /// Orders a minute, on average, that join the queue at the best price for a while.
  package var joinsPerMinute = 6.0
  /// Slots between seeing that a price here is wrong and acting on it.
  package var reactionSlots = 1
  /// How much the price of SOL moves: standard deviation of an hour.
  package var solVolatility: Percent = 0
  /// How far off the published price of SOL says that it may be.
  package var oracleConfidence: Percent = 0.05
  /// How often somebody has the market's events processed, on average.
  package var cranksPerMinute = 60.0

  package init() {}
}
