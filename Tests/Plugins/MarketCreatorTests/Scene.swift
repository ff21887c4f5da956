@_spi(Host) import PluginAPI

@testable import MarketCreator

/// Two wallets on the market "old"; what is cancelled or settled is gone afterwards.
enum Scene {
  static let start = Timestamp(seconds: 1_750_000_000)
  static let lots = MarketLots(
    baseLot: TokenAmount(1_000_000), quoteLot: Lamports(1000), tokenDecimals: 9,
    minimumSize: BaseLots(1))

  static let market = MarketSnapshot(
    slot: 1, time: start, lots: lots, bids: [], asks: [], trades: [], pivot: nil, oracle: nil,
    venue: VenueIdentity(kind: "simulator", cluster: "test", allowsSyntheticVolume: true))

  static func account(_ name: String, orders: Int = 0, sol: Int64 = 0, pending: Int = 0)
    -> OpenOrdersAccount
  {
    let order = OpenOrder(
      id: "o", side: .bid, price: PriceLots(1), size: BaseLots(1), placed: start, expires: nil)
    var account = OpenOrdersAccount(
      id: AccountID(name), orders: .init(repeating: order, count: orders), freeSOL: Lamports(sol),
      rent: Lamports(1), lastUsed: start)
    account.pendingSlots = pending
    account.market = "old"
    return account
  }

  static func swarm(
    _ accounts: [[OpenOrdersAccount]] = [[account("a/1")], [account("b/1")]],
    market: String = "old",
    sol: SOL = 5, rent: SOL? = 1.9
  ) -> Swarm {
    let wallets = zip(["a", "b"], accounts).map { name, accounts in
      Wallet(
        id: WalletID(name), publicKey: name, sol: sol.lamports, token: .zero, usdc: 0,
        accounts: accounts)
    }
    var swarm = Swarm(wallets: wallets)
    swarm.market = market
    swarm.newMarketRent = rent?.lamports
    return swarm
  }

  /// With orders on one wallet and proceeds on the other.
  static let busy = swarm([
    [account("a/1", orders: 16), account("a/2", orders: 16)], [account("b/1", sol: 7, pending: 1)],
  ])
  /// After the cancels.
  static let cancelled = swarm([
    [account("a/1", sol: 5), account("a/2", sol: 5)], [account("b/1", sol: 7, pending: 1)],
  ])
  static let empty = swarm([[account("a/1"), account("a/2")], [account("b/1")]])

  /// Lets bundles land and gives a new market its name.
  static let lands: @Sendable (Bundle) throws -> BundleOutcome = { bundle in
    .landed(
      slot: 1,
      results: bundle.intents.map {
        if case .createMarket = $0 { return .createdMarket("new") }
        return .done
      })
  }

  static func test(_ swarm: Swarm = empty) -> TestRun {
    TestRun(market: market, swarm: swarm, now: start, decide: lands)
  }

  /// Triggers once and gives back the job with the code of the preview in its parameters.
  static func confirmed(_ test: TestRun, _ job: MarketCreator = MarketCreator()) async throws
    -> MarketCreator
  {
    _ = try await test.run(job, cause: .manual)
    var job = job
    job.confirm = await test.remembered("preview", as: Preview.self)?.code ?? ""
    return job
  }
}
