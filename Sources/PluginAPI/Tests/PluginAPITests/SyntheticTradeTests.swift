import PluginAPI
import Testing

/// A market in which 10 base lots cost 0.1 SOL at a price of 10,000.
private enum Scene {
  static let start = Timestamp(seconds: 1_750_000_000)
  static let lots = MarketLots(
    baseLot: TokenAmount(1_000_000), quoteLot: Lamports(1000), tokenDecimals: 9,
    minimumSize: BaseLots(1))

  static func market(bid: Int64? = 9_990, ask: Int64? = 10_010, last: Int64? = nil)
    -> MarketSnapshot
  {
    func level(_ price: Int64?) -> [BookLevel] {
      price.map { [BookLevel(price: PriceLots($0), size: BaseLots(10))] } ?? []
    }
    let trade = last.map {
      Trade(id: "t", time: start, price: PriceLots($0), size: BaseLots(1), takerSide: .bid)
    }
    return MarketSnapshot(
      slot: 1, time: start, lots: lots, bids: level(bid), asks: level(ask),
      trades: trade.map { [$0] } ?? [], pivot: nil, oracle: nil,
      venue: VenueIdentity(kind: "simulator", cluster: "test", allowsSyntheticVolume: true))
  }

  static func account(
    _ name: String, orders: Int = 0, side: Side = .bid, pending: Int = 0, market: String = ""
  ) -> OpenOrdersAccount {
    let order = OpenOrder(
      id: "o", side: side, price: PriceLots(1), size: BaseLots(1), placed: start, expires: nil)
    var account = OpenOrdersAccount(
      id: AccountID(name), orders: .init(repeating: order, count: orders), rent: Lamports(1),
      lastUsed: start)
    account.pendingSlots = pending
    account.market = market
    return account
  }

  static func wallet(
    _ name: String, sol: SOL = 10, lots: Int64 = 1_000, accounts: [OpenOrdersAccount]? = nil
  ) -> Wallet {
    Wallet(
      id: WalletID(name), publicKey: name, sol: sol.lamports, token: TokenAmount(lots * 1_000_000),
      usdc: 0, accounts: accounts ?? [account("\(name)/1")])
  }

  static func plan(
    _ wallets: [Wallet], market: MarketSnapshot = market(), takerSide: Side? = nil,
    seed: UInt64 = 1, on name: String = ""
  ) throws -> Result<SyntheticTrade, NoTrade> {
    var swarm = Swarm(wallets: wallets)
    swarm.market = name
    return try SyntheticTrade.plan(
      worth: SOL(0.1).lamports, takerSide: takerSide, in: market, by: swarm, tip: 0.001, seed: seed)
  }
}

@Suite struct SyntheticTradeTests {
  @Test(
    arguments: [
      (9_990, 10_010, nil, 10_000), (9_990, 10_010, 10_005, 10_005),
      (9_990, 10_010, 10_500, 10_009), (9_990, 10_010, 9_000, 9_991), (9_990, 9_992, nil, 9_991),
      (1, 1_000_000, 10_000, 10_000),
    ] as [(Int64, Int64, Int64?, Int64)])
  func thePriceStaysInsideTheSpread(bid: Int64, ask: Int64, last: Int64?, price: Int64) {
    let market = Scene.market(bid: bid, ask: ask, last: last)
    #expect(market.priceInsideSpread == .success(PriceLots(price)))
  }

  @Test(
    arguments: [
      (nil, 10_010, "a side of the book is empty"), (9_990, nil, "a side of the book is empty"),
      (nil, nil, "a side of the book is empty"),
      (10_009, 10_010, "no room inside the spread: 10009 to 10010"),
      (10_020, 10_010, "no room inside the spread: 10020 to 10010"),
    ] as [(Int64?, Int64?, String)])
  func withoutAnInnerTickThereIsNoTrade(bid: Int64?, ask: Int64?, reason: String) {
    #expect(Scene.market(bid: bid, ask: ask).priceInsideSpread == .failure(NoTrade(reason)))
  }

  /// Whatever the seed: two wallets, inside the spread, and both can pay.
  @Test(arguments: 0..<100 as Range<UInt64>)
  func aPlanIsSound(seed: UInt64) throws {
    let wallets = [
      Scene.wallet("broke", sol: 0), Scene.wallet("a", lots: 0), Scene.wallet("b"),
      Scene.wallet("c", sol: 0.05, lots: 500), Scene.wallet("d", lots: 3),
    ]
    let trade = try Scene.plan(wallets, seed: seed).get()
    #expect(trade.maker.wallet != trade.taker.wallet)
    let (buyer, seller) =
      trade.side == .bid
      ? (trade.maker.wallet, trade.taker.wallet)
      : (trade.taker.wallet, trade.maker.wallet)
    #expect(["a", "b", "d"].contains(buyer) && ["b", "c"].contains(seller))
    #expect(trade.price == PriceLots(10_000) && trade.size == BaseLots(10))
  }

  @Test func seedsDrawAllPairsAndBothSides() throws {
    let wallets = ["a", "b", "c"].map { Scene.wallet($0) }
    let trades = try (0..<200).map { try Scene.plan(wallets, seed: UInt64($0)).get() }
    #expect(Set(trades.map { "\($0.maker.wallet) \($0.taker.wallet)" }).count == 6)
    #expect(Set(trades.map(\.side)) == [.bid, .ask])
    #expect(try Scene.plan(wallets, seed: 7) == Scene.plan(wallets, seed: 7))
  }

  @Test(arguments: Side.allCases, 0..<20 as Range<UInt64>)
  func theWalletWithMoreTokensSells(side: Side, seed: UInt64) throws {
    let wallets = [Scene.wallet("rich", lots: 900), Scene.wallet("poor", lots: 100)]
    let trade = try Scene.plan(wallets, takerSide: side, seed: seed).get()
    #expect(trade.side == side.opposite)
    #expect((side == .ask ? trade.taker : trade.maker).wallet == "rich")
  }

  @Test func itSellsTheOtherWayWhenTheRichCannot() throws {
    let wallets = [
      Scene.wallet("rich", sol: 0, lots: 900), Scene.wallet("a", lots: 20),
      Scene.wallet("b", sol: 0.1, lots: 10),
    ]
    let trade = try Scene.plan(wallets, takerSide: .bid).get()
    #expect(trade.taker.wallet == "a" && trade.maker.wallet == "b")
  }

  @Test func anAccountWithoutOrdersIsPreferredAndCleared() throws {
    func wallet(_ name: String) -> Wallet {
      Scene.wallet(
        name,
        accounts: [
          Scene.account("\(name)/bids", orders: 2),
          Scene.account("\(name)/asks", orders: 2, side: .ask),
          Scene.account("\(name)/free"),
        ])
    }
    let trade = try Scene.plan([wallet("a"), wallet("b")]).get()
    #expect(trade.maker.account.description.hasSuffix("/free") && trade.clearsMaker)
    let bundle = trade.bundle("x", tip: 0.001, expires: Scene.start)
    #expect(bundle.intents.contains(.cancelAll(account: trade.maker.account)))
  }

  /// The program would undo a take that meets an order of its own account.
  @Test(arguments: Side.allCases)
  func elseAccountsOfTheirOwnSideServeAndKeepTheirOrders(side: Side) throws {
    func wallet(_ name: String) -> Wallet {
      Scene.wallet(
        name,
        accounts: [
          Scene.account("\(name)/bid", orders: 2),
          Scene.account("\(name)/ask", orders: 2, side: .ask),
        ])
    }
    let trade = try Scene.plan([wallet("a"), wallet("b")], takerSide: side).get()
    #expect(trade.taker.account.description.hasSuffix("/\(side.rawValue)"))
    #expect(trade.maker.account.description.hasSuffix("/\(side.opposite.rawValue)"))
    let bundle = trade.bundle("x", tip: 0.001, expires: Scene.start)
    #expect(
      !trade.clearsMaker
        && !bundle.intents.contains { if case .cancelAll = $0 { true } else { false } })
  }

  @Test(arguments: [
    [], [Scene.wallet("a")], [Scene.wallet("a"), Scene.wallet("b", sol: 0.005)],
    [Scene.wallet("a", lots: 0), Scene.wallet("b", lots: 9)],
    [
      Scene.wallet("a", accounts: [Scene.account("a/1", orders: 24)]),
      Scene.wallet("b", accounts: [Scene.account("b/1", orders: 14, pending: 10)]),
    ],
    [Scene.wallet("a", accounts: []), Scene.wallet("b")],
    [Scene.wallet("a"), Scene.wallet("b", accounts: [Scene.account("b/1", market: "old")])],
  ])
  func withoutTwoAbleWalletsThereIsNoTrade(wallets: [Wallet]) throws {
    #expect(
      try Scene.plan(wallets, on: "new")
        == .failure(
          NoTrade("no two wallets hold 0.1 SOL and tokens for it, with room for an order")))
  }

  @Test func theBundleTakesAtTheMakersPriceAndAtNoOther() throws {
    let trade = SyntheticTrade(
      maker: .init(wallet: "a", account: "a/1"), taker: .init(wallet: "b", account: "b/1"),
      side: .bid, price: PriceLots(10_003), size: BaseLots(9))
    let expires = Scene.start + .seconds(60)
    #expect(
      trade.bundle("test", tip: 0.001, expires: expires)
        == Bundle(
          "test", tip: 0.001,
          intents: [
            .place(
              account: "a/1",
              NewOrder(side: .bid, price: PriceLots(10_003), size: BaseLots(9), expires: expires)),
            .take(account: "b/1", side: .ask, size: BaseLots(9), limit: PriceLots(10_003)),
            .consumeEvents, .settle(account: "a/1"), .settle(account: "b/1"),
          ]))
  }

  /// 10 lots at 10,000 are worth 10 · 10,000 · 1,000 lamports.
  @Test(
    arguments: [
      ([.done, .done], nil),
      (
        [.placed("1", size: BaseLots(10)), .filled(size: BaseLots(10), quote: SOL(0.1).lamports)],
        nil
      ),
      ([.dropped("would trade"), .done], "an order was dropped: would trade"),
      (
        [.done, .filled(size: BaseLots(3), quote: Lamports(30_000_000))],
        "only 3 of 10 lots were traded"
      ),
      (
        [.done, .filled(size: BaseLots(10), quote: Lamports(100_010_000))],
        "somebody else offered a better price than 10000"
      ),
    ] as [([IntentResult], String?)])
  func whoeverGetsInBetweenIsNoticed(results: [IntentResult], shortfall: String?) throws {
    let trade = SyntheticTrade(
      maker: .init(wallet: "a", account: "a/1"), taker: .init(wallet: "b", account: "b/1"),
      side: .bid, price: PriceLots(10_000), size: BaseLots(10))
    #expect(try trade.shortfall(results, lots: Scene.lots) == shortfall)
  }
}
