import Bundles
import Market
import PluginAPI
import Testing

@testable import Exchange

/// What the program does, as seen by running it.
@Suite struct ProgramTests {
  // MARK: Rent

  /// Sizes and lamports by hand: (128 + size) times the rate.
  @Test(
    arguments: [
      (6_960, 890_880, 2_039_280, 9_688_320, 1_009_200, 20_831_280),
      (5_080, 650_240, 1_488_440, 7_071_360, 736_600, 15_204_440),
    ] as [(Int64, Int64, Int64, Int64, Int64, Int64)])
  func `rents follow the rate`(
    rate: Int64, wallet: Int64, token: Int64, openOrders: Int64, indexer: Int64, both: Int64
  ) {
    let rent = RentRate(lamportsPerByte: rate)
    #expect(rent.minimum(RentRate.Size.wallet) == wallet)
    #expect(rent.minimum(RentRate.Size.tokenAccount) == token)
    #expect(rent.minimum(RentRate.Size.openOrders) == openOrders)
    #expect(rent.minimum(RentRate.Size.indexer) == indexer)
    // A wallet with two accounts and its indexer.
    #expect(indexer + 2 * (openOrders + rent.indexerEntry) == both)
  }

  @Test func `two accounts lock what two accounts and their list cost, and give all of it back`() {
    var play = ExchangeFixture(accounts: 0) { $0.rent = RentRate(lamportsPerByte: 6_960) }
    let before = play.wallet(1).sol.count
    let made = play.land(
      .createOpenOrders(wallet: "wallet-1"), .createOpenOrders(wallet: "wallet-1"))
    #expect(made.moved(.rentLock) == -20_831_280)
    let gone = play.land(
      .closeAccount(account: "wallet-1/1"), .closeAccount(account: "wallet-1/2"),
      .closeAccount(account: "wallet-1/indexer"))
    #expect(gone.moved(.rentReclaim) == 20_831_280)
    #expect(play.wallet(1).sol.count == before - 2 * ExchangeFixture.fee)
  }

  @Test func `token accounts close when they are empty, and come back when they are needed`() {
    var play = ExchangeFixture { settings in
      settings.wallets[0].token = .zero
      settings.wallets[0].emptyTokenAccounts = 1
    }
    let others = play.wallet(1).others
    #expect(
      others.map(\.id.description).sorted() == [
        "wallet-1/indexer", "wallet-1/spare-1", "wallet-1/token", "wallet-1/usdc",
      ])
    #expect(
      play.land(.closeAccount(account: "wallet-1/usdc")).reason?.contains("not empty") == true)
    #expect(play.land(.closeAccount(account: "wallet-1/indexer")).hasLanded == false)
    let closed = play.land(
      .closeAccount(account: "wallet-1/spare-1"), .closeAccount(account: "wallet-1/token"))
    #expect(closed.moved(.rentReclaim) == 2 * 1_488_440)
    #expect(play.wallet(1).others.count == 2)
    #expect(play.land(place("wallet-1/1", .bid, 10, 1)).moved(.rentLock) == -1_488_440)
    #expect(play.wallet(1).others.contains { $0.id == "wallet-1/token" })
  }

  // MARK: Slots and events

  @Test func `a filled order keeps its slot until its event is consumed`() {
    var play = ExchangeFixture()
    for level in 0..<24 { _ = play.land(place("wallet-1/1", .ask, 10_000 + Int64(level), 1)) }
    _ = play.land(take("wallet-2/1", .bid, 10_009, 10), payer: "wallet-2")
    #expect(play.core.read().pendingEvents == 10)
    #expect(play.account("wallet-1/1")?.pendingSlots == 10)
    #expect(play.account("wallet-1/1")?.room == 0)
    #expect(play.land(place("wallet-1/1", .ask, 20_000, 1)).reason?.contains("full") == true)
    #expect(
      play.land(.settle(account: "wallet-1/1")).results == [
        .returned(sol: .zero, token: .zero)
      ])
    // One instruction processes eight.
    #expect(play.land(.consumeEvents, place("wallet-1/1", .ask, 20_000, 1)).hasLanded)
    #expect(play.core.read().pendingEvents == 2)
    #expect(play.account("wallet-1/1")?.room == 7)
    _ = play.land(.consumeEvents)
    let settled = play.land(.settle(account: "wallet-1/1"))
    #expect(settled.results == [.returned(sol: Lamports(100_045), token: .zero)])
  }

  @Test func `an account with unprocessed fills cannot be closed`() {
    var play = ExchangeFixture()
    _ = play.land(place("wallet-1/1", .ask, 10_000, 1))
    _ = play.land(take("wallet-2/1", .bid, 10_000, 1), payer: "wallet-2")
    play.core.advance(to: ExchangeFixture.start + .seconds(7_200))
    let found = play.core.reclaimable().first { $0.id == "wallet-1/1" }
    #expect(found?.needsSettling == true && found?.needsConsuming == true)
    let early = play.land(.settle(account: "wallet-1/1"), .closeAccount(account: "wallet-1/1"))
    #expect(early.reason?.contains("NonEmptyOpenOrdersPosition") == true)
    #expect(
      play.land(
        .consumeEvents, .settle(account: "wallet-1/1"), .closeAccount(account: "wallet-1/1")
      ).hasLanded)
  }

  @Test func `a full heap fails takers until somebody consumes`() {
    var play = ExchangeFixture(wallets: 1, accounts: 26)
    for account in 1...25 {
      let id = AccountID("wallet-1/\(account)")
      for level in 0..<24 { _ = play.land(place(id, .ask, 10_000 + Int64(level), 1)) }
      _ = play.land(take("wallet-1/26", .bid, 20_000, 24))
    }
    #expect(play.core.read().pendingEvents == 600)
    let extra = play.land(place("wallet-1/26", .ask, 10_000, 1))
    #expect(extra.hasLanded)
    let blocked = play.land(
      .createOpenOrders(wallet: "wallet-1"), take("wallet-1/27", .bid, 20_000, 1))
    #expect(blocked.reason?.contains("event heap is full") == true)
    #expect(
      play.land(
        .consumeEvents, .createOpenOrders(wallet: "wallet-1"),
        take("wallet-1/27", .bid, 20_000, 1)
      ).hasLanded)
    #expect(play.core.read().pendingEvents == 593)
  }

  @Test func `others have events processed`() {
    var play = ExchangeFixture { $0.outside.cranksPerMinute = 600 }
    _ = play.land(place("wallet-1/1", .ask, 10_000, 1))
    _ = play.land(take("wallet-2/1", .bid, 10_000, 1), payer: "wallet-2")
    play.core.advance(to: play.core.time + .seconds(10))
    #expect(play.core.read().pendingEvents == 0)
    #expect(play.account("wallet-1/1")?.freeSOL == Lamports(10_000))
  }

  // MARK: Fees

  @Test func `the taker pays rounded up, the maker's rebate is rounded down`() {
    var play = ExchangeFixture {
      $0.costs.takerFee = 400
      $0.costs.makerFee = -200
    }
    _ = play.land(place("wallet-1/1", .ask, 10_001, 1))
    let buyer = play.wallet(2).sol.count
    _ = play.land(take("wallet-2/1", .bid, 10_001, 1), payer: "wallet-2")
    // 400 ppm of 10,001 are 4.0004, 200 ppm are 2.0002.
    #expect(play.wallet(2).sol.count == buyer - 10_001 - 5 - 5_000)
    _ = play.land(.consumeEvents)
    #expect(play.account("wallet-1/1")?.freeSOL == Lamports(10_003))
    let fills = play.core.poll(after: .start).trades.last?.fills
    #expect(fills?.map(\.fee) == [Lamports(-2), Lamports(5)])
  }

  @Test func `a bid locks a positive maker fee, and the parts pay what was locked for the whole`() {
    var play = ExchangeFixture { $0.costs.makerFee = 1_000 }
    let before = play.wallet(1).sol.count
    _ = play.land(place("wallet-1/1", .bid, 1_001, 10))
    // 1,000 ppm of 10,010 are 10.01: 11 are locked.
    #expect(play.wallet(1).sol.count == before - 10_010 - 11 - 5_000)
    for _ in 0..<10 { _ = play.land(take("wallet-2/1", .ask, 1_001, 1), payer: "wallet-2") }
    _ = play.land(.consumeEvents, .consumeEvents)
    #expect(play.account("wallet-1/1")?.freeToken == TokenAmount(10_000_000))
    #expect(play.account("wallet-1/1")?.freeSOL == .zero)
    let paid = play.core.poll(after: .start).trades.compactMap(\.fills.first?.fee.count)
    #expect(paid.reduce(0, +) == 11)
  }

  // MARK: Markets

  @Test func `a new market takes the place of the old one, whose accounts can only be emptied`() {
    var play = ExchangeFixture { $0.wallets[0].sol = Lamports(200_000_000_000) }
    let total = play.core.audit()
    _ = play.land(place("wallet-1/1", .bid, 10_000, 5), place("wallet-2/1", .ask, 10_005, 5))
    let lots = MarketLots(
      baseLot: TokenAmount(10_000_000), quoteLot: Lamports(10), tokenDecimals: 9,
      minimumSize: BaseLots(1))
    let new = NewMarket(name: "NEW/SOL", lots: lots, makerFee: -100, takerFee: 300)
    let made = play.land(.createMarket(wallet: "wallet-1", new))
    #expect(made.results == [.createdMarket("NEW/SOL-2")])
    // 848, twice 90,952, 91,288 and twice 165 bytes, each with 128 more, at 5,080.
    #expect(made.moved(.rentLock) == -1_397_701_040)
    let state = play.core.read()
    #expect(state.market == "NEW/SOL-2" && state.lots == lots && state.costs.takerFee == 300)
    #expect(state.bids.isEmpty && state.asks.isEmpty)
    #expect(play.account("wallet-1/1")?.market == "market-1")
    #expect(play.account("wallet-1/1")?.orders.count == 1)
    #expect(play.land(place("wallet-1/1", .bid, 10, 1)).reason?.contains("replaced") == true)
    let left = play.land(
      .cancelAll(account: "wallet-1/1"), .settle(account: "wallet-1/1"),
      .closeAccount(account: "wallet-1/1"), .createOpenOrders(wallet: "wallet-1"),
      place("wallet-1/3", .bid, 10, 1))
    #expect(left.hasLanded, "\(left.reason ?? "")")
    #expect(play.core.read().bids.count == 1)
    #expect(play.core.audit() == total)
  }

  @Test(
    arguments: [
      ("seventeen-letters", -1, 0, "InvalidInputNameLength"),
      ("a", -401, 400, "InvalidInputMarketFees"), ("a", 0, -1, "InvalidInputMarketFees"),
    ] as [(String, Int64, Int64, String)])
  func `a market that cannot be is refused, and the old one stays`(
    name: String, maker: Int64, taker: Int64, error: String
  ) {
    var play = ExchangeFixture()
    _ = play.land(place("wallet-1/1", .bid, 100, 5))
    let new = NewMarket(
      name: name, lots: play.core.read().lots, makerFee: maker, takerFee: taker)
    #expect(play.land(.createMarket(wallet: "wallet-1", new)).reason?.contains(error) == true)
    #expect(play.core.read().market == "market-1")
  }

  @Test func `a bundle that fails after it made a market leaves the old one as it was`() {
    var play = ExchangeFixture()
    _ = play.land(place("wallet-1/1", .bid, 100, 5), place("wallet-1/1", .bid, 100, 6))
    let before = play.core.read()
    let new = NewMarket(name: "B", lots: before.lots, makerFee: 0, takerFee: 0)
    let failed = play.land(
      place("wallet-1/1", .bid, 101, 1), .createMarket(wallet: "wallet-1", new),
      .cancelAll(account: "wallet-1/1"), .settle(account: "nobody"))
    #expect(failed.reason?.contains("intent 4") == true)
    #expect(play.core.read().bids == before.bids)
    #expect(play.account("wallet-1/1")?.orders == before.swarm.wallets[0].accounts[0].orders)
    #expect(play.land(.cancelAll(account: "wallet-1/1")).hasLanded)
    #expect(play.core.read().bids.isEmpty)
  }

  // MARK: Book

  @Test func `a full side drives its worst order out for a better one`() {
    var play = ExchangeFixture(wallets: 1, accounts: 23)
    for account in 1...22 {
      let orders = (0..<24).map { level in
        place(AccountID("wallet-1/\(account)"), .bid, 1_000 + Int64(account * 24 + level), 1)
      }
      let plan = play.plan([orders])
      if let signed = try? play.sign(plan) { _ = play.core.send(signed) }
      play.core.advance(to: play.core.nextSlot)
    }
    // 528 orders, each better than the one before; 512 stand.
    #expect(play.account("wallet-1/1")?.pendingSlots == 16)
    #expect(play.land(place("wallet-1/23", .bid, 1, 1)).reason?.contains("book is full") == true)
    #expect(play.land(place("wallet-1/23", .bid, 5_000, 1)).hasLanded)
    #expect(play.account("wallet-1/1")?.pendingSlots == 17)
    #expect(play.account("wallet-1/1")?.orders.count == 7)
  }
}
