import PluginAPI

@testable import RentRecovery

/// One wallet "w" whose accounts a test says.
enum Scene {
  static let start = Timestamp(seconds: 1_750_000_000)

  static func order(_ name: String) -> OpenOrder {
    OpenOrder(
      id: OrderID(name), side: .bid, price: PriceLots(1), size: BaseLots(1), placed: start,
      expires: nil)
  }

  static func account(
    _ name: String, hours: Int64 = 2, orders: [String] = [], sol: Int64 = 0, pending: Int = 0,
    rent: SOL = 0.007, market: String = "now"
  ) -> OpenOrdersAccount {
    var account = OpenOrdersAccount(
      id: AccountID(name), orders: orders.map(order), freeSOL: Lamports(sol), rent: rent.lamports,
      lastUsed: start + .seconds(-3600 * hours))
    account.pendingSlots = pending
    account.market = market
    return account
  }

  static func other(
    _ name: String, _ kind: RentAccount.Kind = .token, content: Int64 = 0, rent: SOL = 0.002
  ) -> RentAccount {
    RentAccount(id: AccountID(name), kind: kind, mint: "", content: content, rent: rent.lamports)
  }

  static func idle(
    _ name: String, hours: Int64 = 2, rent: SOL = 0.007, wallet: WalletID = "w",
    consumes: Bool = false
  ) -> ReclaimableAccount {
    var idle = ReclaimableAccount(
      id: AccountID(name), wallet: wallet, rent: rent.lamports,
      lastUsed: start + .seconds(-3600 * hours), needsSettling: false)
    idle.needsConsuming = consumes
    return idle
  }

  static func swarm(
    _ accounts: [OpenOrdersAccount], others: [RentAccount] = [], sol: SOL = 1
  ) -> Swarm {
    var wallet = Wallet(
      id: "w", publicKey: "w", sol: sol.lamports, token: .zero, usdc: 0, accounts: accounts)
    wallet.others = others
    var swarm = Swarm(wallets: [wallet])
    swarm.market = "now"
    return swarm
  }

  static func market(pending: Int) -> MarketSnapshot {
    let lots = MarketLots(
      baseLot: TokenAmount(1), quoteLot: Lamports(1), tokenDecimals: 9, minimumSize: BaseLots(1))
    var market = MarketSnapshot(
      slot: 1, time: start, lots: lots, bids: [], asks: [], trades: [], pivot: nil, oracle: nil,
      venue: VenueIdentity(kind: "simulator", cluster: "test", allowsSyntheticVolume: true))
    market.pendingEvents = pending
    return market
  }

  static func test(
    _ accounts: [OpenOrdersAccount], others: [RentAccount] = [], idle: [ReclaimableAccount] = [],
    pending: Int? = nil, sol: SOL = 1,
    decide: @escaping @Sendable (Bundle) throws -> BundleOutcome = TestRun.lands
  ) -> TestRun {
    TestRun(
      market: pending.map { market(pending: $0) }, swarm: swarm(accounts, others: others, sol: sol),
      reclaimable: idle, now: start, decide: decide)
  }
}
