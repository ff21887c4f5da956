import PluginAPI

@testable import FinancialInjection

/// A market around 10,000 with a SOL at 100 dollars.
enum Scene {
  static let start = Timestamp(seconds: 1_750_000_000)
  static let lots = MarketLots(
    baseLot: TokenAmount(1_000_000), quoteLot: Lamports(1000), tokenDecimals: 9,
    minimumSize: BaseLots(1))
  static let channel = PriceChannel(
    lower: PriceLots(8_500), center: PriceLots(10_000), upper: PriceLots(13_000))

  static func market(
    mid: Int64 = 10_000, oracle: USD? = 100, age: Duration = .zero, confidence: USD = 0,
    channel: PriceChannel? = channel, oneSided: Bool = false
  ) -> MarketSnapshot {
    func level(_ price: Int64) -> [BookLevel] {
      [BookLevel(price: PriceLots(price), size: BaseLots(1))]
    }
    var market = MarketSnapshot(
      slot: 1, time: start, lots: lots, bids: level(mid - 10),
      asks: oneSided ? [] : level(mid + 10), trades: [],
      pivot: PriceLots(10_000),
      oracle: oracle.map {
        OraclePrice(price: $0, time: start + .zero - age, confidence: confidence)
      },
      venue: VenueIdentity(kind: "simulator", cluster: "test", allowsSyntheticVolume: true))
    market.channel = channel
    return market
  }

  static func wallet(_ name: String, sol: SOL, usdc: USD = 0) -> Wallet {
    Wallet(
      id: WalletID(name), publicKey: name, sol: sol.lamports, token: .zero, usdc: usdc)
  }

  static func test(
    _ wallets: Wallet..., market: MarketSnapshot = market(),
    decide: @escaping @Sendable (Bundle) throws -> BundleOutcome = TestRun.lands
  ) -> TestRun {
    TestRun(market: market, swarm: Swarm(wallets: wallets), now: start, decide: decide)
  }
}

extension Timestamp {
  static func - (left: Self, right: Duration) -> Self { left + (.zero - right) }
}
