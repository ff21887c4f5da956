import Isolation
import PluginAPI
import Telemetry
import Testing

@testable import Market

private func fill(_ side: Side, fee: Int64 = 0, wallet: WalletID = "w1", maker: Bool = true)
  -> OwnFill
{
  OwnFill(
    wallet: wallet, account: AccountID("\(wallet)/1"), order: maker ? "o1" : nil, side: side,
    fee: Lamports(fee))
}

private func swarm(sol: Int64, token: Int64, bid: Int64? = nil, rent: Int64 = 0) -> Swarm {
  var account = OpenOrdersAccount(id: "w1/1", rent: Lamports(rent), lastUsed: start)
  if let bid {
    account.orders = [
      OpenOrder(
        id: "o9", side: .bid, price: PriceLots(bid), size: BaseLots(1), placed: start, expires: nil)
    ]
  }
  return Swarm(wallets: [
    Wallet(
      id: "w1", publicKey: "k", sol: Lamports(sol), token: TokenAmount(token), usdc: 0,
      accounts: [account])
  ])
}

@Suite(.timeLimit(.minutes(1))) struct MarketBooksTests {
  private let events = Guarded<[(String, [String: String])]>([])

  private func market(_ feed: FakeFeed, _ metrics: Metrics = Metrics()) -> MarketService {
    var hooks = MarketHooks()
    hooks.onEvent = { [events] name, fields in events.withLock { $0.append((name, fields)) } }
    return service(feed, hooks, metrics: metrics)
  }

  private func told(_ name: String) -> [[String: String]] {
    events.withLock { $0.filter { $0.0 == name }.map(\.1) }
  }

  @Test func `a fill says what it gained and which job placed the order`() async throws {
    let feed = FakeFeed()
    let market = market(feed)
    await market.note("o1", OrderReason(job: "grid", bundle: "b7", label: "rebuild #3"))
    await feed.add(trade(1, price: 100, size: 10, fills: [fill(.bid, fee: -2)]))
    await feed.add(trade(2, price: 130, size: 5, fills: [fill(.ask)]))
    _ = try await market.snapshot()
    let fills = told("ORDER_FILL")
    #expect(fills.map { $0["gain"] } == ["0", "150"])
    #expect(fills.map { $0["job"] } == ["grid", "grid"])
    #expect(fills[0]["reason"] == "rebuild #3")
    #expect(await market.takeChanges()?.entries.map(\.entry.reason).first == "grid b7 rebuild #3")
  }

  @Test func `equity is marked at the middle, its peak is kept, and rebates are no gain`()
    async throws
  {
    let feed = FakeFeed()
    let market = market(feed)
    #expect(await market.equity() == nil)
    _ = try await market.snapshot()
    try await market.observe(swarm(sol: 2_000, token: 0), slot: feed.newestSlot, isQuiet: true)
    await feed.add(trade(1, price: 100, size: 10, fills: [fill(.bid, fee: -5)]))
    await feed.move(
      to: start + .seconds(2), bids: [BookLevel(price: PriceLots(140), size: BaseLots(1))],
      asks: [BookLevel(price: PriceLots(160), size: BaseLots(1))])
    _ = try await market.snapshot()
    #expect(await market.equity()?.equity == Lamports(2_505))
    await feed.move(
      to: start + .seconds(9), bids: [BookLevel(price: PriceLots(90), size: BaseLots(1))],
      asks: [BookLevel(price: PriceLots(110), size: BaseLots(1))])
    _ = try await market.snapshot()
    let report = try #require(await market.equity())
    #expect(report.equity == Lamports(2_005))
    #expect(report.unrealised == .zero && report.realised == .zero)
    #expect(report.costs == Lamports(-5))
    #expect(report.external == Lamports(2_000))
    #expect(report.peak == Lamports(2_505))
    #expect(report.drawdown == 500.0 / 2_505)
  }

  @Test func `a trade between own wallets moves money and gains nothing`() async throws {
    let feed = FakeFeed()
    let market = market(feed)
    await feed.add(
      trade(
        1, price: 100, size: 10, synthetic: true,
        fills: [fill(.bid, fee: 0), fill(.ask, fee: 3, wallet: "w2", maker: false)]))
    _ = try await market.snapshot()
    let ledger = await market.ledger
    #expect(ledger.realised == ByMethod() && ledger.bought == 0 && ledger.sold == 0)
    #expect(ledger.balances["w1"]?.token == 10 && ledger.balances["w2"]?.token == -10)
    #expect(ledger.balances["w2"]?.sol == 997)
    #expect(ledger.cost(.takerFee) == 3)
    #expect(told("ORDER_FILL").map { $0["synthetic"] } == ["true", "true"])
  }

  @Test func `a difference that lasts is suspense, and no fill is made up`() async throws {
    let feed = FakeFeed()
    let metrics = Metrics()
    let market = market(feed, metrics)
    let slot = await feed.newestSlot
    try await market.observe(
      swarm(sol: 900, token: 5, bid: 100, rent: 30), slot: slot, isQuiet: true)
    #expect(await market.ledger.external == 900 + 100 + 30 + 500)
    // The same holdings elsewhere are no difference; one while a bundle is under way is none yet.
    try await market.observe(swarm(sol: 1_000, token: 5, rent: 30), slot: slot, isQuiet: true)
    for _ in 0..<3 {
      try await market.observe(swarm(sol: 1, token: 5, rent: 30), slot: slot, isQuiet: false)
    }
    // One that is gone at the next look was on its way.
    for sol in [Int64(700), 1_000] {
      try await market.observe(swarm(sol: sol, token: 5, rent: 30), slot: slot, isQuiet: true)
    }
    try await market.observe(swarm(sol: 1_000, token: 3, rent: 30), slot: slot, isQuiet: true)
    #expect(told("LEDGER_DIFFERENCE").isEmpty)
    try await market.observe(swarm(sol: 1_000, token: 3, rent: 30), slot: slot, isQuiet: true)
    #expect(told("LEDGER_DIFFERENCE").map { $0["amount"] } == ["-2"])
    let ledger = await market.ledger
    #expect(ledger.suspense == -200)
    #expect(ledger.balances["w1"]?.token == 3)
    #expect(ledger.sold == 0 && ledger.discrepancy == ByMethod())
    #expect(metrics.value(.init("ledger_differences_total", ["asset": "token"])) == 1)
  }

  @Test func `break-even and snapshot follow the costs`() async throws {
    let feed = FakeFeed()
    let market = market(feed)
    await feed.add(trade(1, price: 100, size: 100, fills: [fill(.bid)]))
    #expect(try await market.snapshot().breakEven == PriceLots(100))
    await market.post([Booking("b1/0", at: start, .cost(.tip, "w1", 250))])
    // 2 * 250 / 100
    #expect(try await market.snapshot().breakEven == PriceLots(105))
  }

  @Test func `gauges are brought up to date when somebody looks`() async throws {
    let feed = FakeFeed()
    let metrics = Metrics()
    let market = market(feed, metrics)
    await feed.move(
      to: start, bids: [BookLevel(price: PriceLots(99), size: BaseLots(3), own: BaseLots(2))],
      asks: [BookLevel(price: PriceLots(101), size: BaseLots(1), own: BaseLots(1))])
    let slot = await feed.newestSlot
    try await market.observe(
      swarm(sol: 900, token: 5, bid: 100, rent: 30), slot: slot, isQuiet: true)
    await market.publish(now: start + .seconds(3))
    #expect(metrics.value(.init("pivot_price")) == 100 / 1e9)
    #expect(metrics.value(.init("quoted_spread_bps")) == 200)
    #expect(metrics.value(.init("quoted_depth", ["side": "bid"])) == 2)
    #expect(metrics.value(.init("orders_live", ["wallet": "w1"])) == 1)
    #expect(metrics.value(.init("balance", ["wallet": "w1", "token": "token"])) == 5)
    #expect(metrics.value(.init("equity")) == 1_530 / 1e9)
    #expect(metrics.value(.init("rent_locked_lamports")) == 30)
    #expect(metrics.value(.init("wallet_exposure_ratio", ["wallet": "w1"])) == 1)
    #expect(metrics.value(.init("feed_age_seconds", ["feed": "book"])) == 3)
    #expect(metrics.value(.init("drawdown_ratio")) == 0)
  }
}
