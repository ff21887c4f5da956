import Bundles
import Isolation
import Market
import PluginAPI
import Testing

@testable import Exchange

@Suite struct ScenarioTests {
  private static let length = Duration.seconds(3_600)

  private func play(_ name: String, seed: UInt64 = 7) throws -> ExchangeFixture {
    let scenario = try #require(ExchangeScenario.named(name))
    return ExchangeFixture(outside: true, seed: seed) { settings in
      settings.slotTime = .seconds(2)
      scenario.apply(to: &settings, over: Self.length)
    }
  }

  private func advance(_ play: inout ExchangeFixture, to share: Double) {
    play.core.advance(to: ExchangeFixture.start + .seconds(share * 3_600))
  }

  @Test func `every scenario runs, keeps all money and leaves the book whole`() throws {
    let names = [
      "flat", "flash_crash", "pump", "sol_rally", "sol_crash", "thin_liquidity", "whale_wall",
      "stale_oracle", "venue_outage", "bundle_drops", "replay",
    ]
    #expect(ExchangeScenario.all.map(\.name) == names)
    #expect(ExchangeScenario.named("flood") == nil)
    for name in names {
      var play = try play(name)
      let total = play.core.audit()
      for part in 1...10 {
        advance(&play, to: Double(part) / 10)
        let state = play.core.read()
        if let bid = state.bids.first, let ask = state.asks.first { #expect(bid.price < ask.price) }
      }
      #expect(play.core.audit() == total, "\(name)")
    }
  }

  @Test func `a crash halves the price, thins the book and gives most of it back`() throws {
    var play = try play("flash_crash")
    advance(&play, to: 0.39)
    let (before, depth) = (play.core.fairPrice, depth(play))
    advance(&play, to: 0.42)
    #expect((0.4...0.6).contains(play.core.fairPrice / before))
    #expect(depth / self.depth(play) > 2)
    advance(&play, to: 0.99)
    #expect((0.7...1.1).contains(play.core.fairPrice / before))
  }

  private func depth(_ play: ExchangeFixture) -> Double {
    let state = play.truth
    let levels: [BookLevel] = state.bids + state.asks
    return levels.reduce(0.0) { $0 + Double($1.size.count) * Double($1.price.count) }
  }

  @Test func `walls come and go`() throws {
    var play = try play("whale_wall")
    func largest(_ levels: [BookLevel]) -> Double {
      levels.map { Double($0.size.count) * Double($0.price.count) / 1e9 }.max() ?? 0
    }
    advance(&play, to: 0.1)
    #expect(largest(play.core.read().asks) < 100)
    advance(&play, to: 0.2)
    #expect(largest(play.core.read().asks) > 300)
    advance(&play, to: 0.4)
    #expect(largest(play.core.read().asks) < 100)
    advance(&play, to: 0.5)
    #expect(largest(play.core.read().bids) > 300)
  }

  @Test func `an oracle falls silent while SOL moves, then contradicts what SOL is worth`() throws {
    var play = try play("stale_oracle")
    advance(&play, to: 0.34)
    let silent = try #require(play.core.read().oracle)
    #expect(play.core.time - silent.time > .seconds(400))
    advance(&play, to: 0.45)
    let back = try #require(play.core.read().oracle)
    #expect(back.time == play.core.time)
    #expect(Double(back.confidence.count) < Double(back.price.count) * 0.001)
    advance(&play, to: 0.55)
    let wrong = try #require(play.core.read().oracle)
    #expect((1.29...1.31).contains(Double(wrong.price.count) / Double(play.core.solPrice.count)))
    #expect(Double(wrong.confidence.count) > Double(wrong.price.count) * 0.2)
  }

  @Test func `an outage keeps everybody out while it lasts`() throws {
    var play = try play("venue_outage")
    advance(&play, to: 0.22)
    play.core.inject(.oldBlockhash)
    let bundle = SignedBundle(
      id: "b", attempt: 1, blockhash: Blockhash(hash: "", lastValidBlockHeight: 0, slot: 0),
      transactions: [])
    #expect(play.core.send(bundle) == .unreachable("the block engine does not answer"))
    advance(&play, to: 0.42)
    #expect(throws: VenueFailure.self) { try play.core.readNode() }
    guard case .rejected = play.core.send(bundle) else { return #expect(Bool(false)) }
  }

  @Test func `a file of trades is taken from the book, trade by trade`() throws {
    let text = "time,price,size,side\n100,2,30,buy\n101.5,2.02,5,SELL\n160,1.98,1,bid\n"
    let replay = try ExchangeReplay.parse(Array(text.utf8), name: "trades.csv")
    var settings = ExchangeSettings()
    settings.outside.tradesPerMinute = 0
    settings.outside.joinsPerMinute = 0
    settings.lots.quoteLot = Lamports(1)
    var core = ExchangeCore(settings, start: ExchangeFixture.start, replay: replay)
    core.advance(to: ExchangeFixture.start + .seconds(120))
    let trades = core.poll(after: .start).trades.map(\.trade)
    #expect(trades.map(\.takerSide) == [.bid, .ask, .bid])
    // 1,000,000 atoms in a lot: 1,000 lots in a token.
    #expect(trades.map(\.size.count) == [30_000, 5_000, 1_000])
    let first = Double(settings.startPriceLots.count)
    #expect(abs(core.fairPrice / first - 0.99) < 1e-9)
  }

  @Test(
    arguments: [
      ("time,price,size\n", "side is missing"), ("time,price,size,side\n", "has no trades"),
      ("time,price,size,side\n1,1,1,up\n", "trades.csv:2:7: expected side as buy or sell"),
      ("time,price,size,side\n2,1,1,buy\n1,1,1,buy\n", "trades.csv:3:1: time must not fall"),
      ("time,price,size,side\n1,1,0,buy\n", "trades.csv:2:5: expected size as a positive number"),
    ])
  func `a bad file of trades is described by line and column`(text: String, message: String) {
    let error = #expect(throws: MarketFileError.self) {
      try TradesFile.parse(Array(text.utf8), name: "trades.csv")
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }
}

@Suite struct BadDayTests {
  @Test func `a gap of 90 % leaves money and book whole, and takes what it has passed`() {
    var play = ExchangeFixture(outside: true) { settings in
      settings.script = MarketScript([
        .init(from: 60, until: 60, .price(0.1)), .init(from: 120, until: 120, .price(1)),
      ])
    }
    let total = play.core.audit()
    let mid = play.core.read().mid?.count ?? 0
    _ = play.land(place("wallet-1/1", .bid, mid * 9 / 10, 1_000))
    play.core.advance(to: ExchangeFixture.start + .seconds(70))
    #expect(play.account("wallet-1/1")?.orders.isEmpty == true)
    #expect((play.core.read().mid?.count ?? .max) < mid / 5)
    play.core.advance(to: ExchangeFixture.start + .seconds(180))
    #expect(play.core.audit() == total)
  }

  @Test func `nobody quotes, one side is empty: trading goes on without a price`() {
    var play = ExchangeFixture()
    #expect(play.core.read().mid == nil)
    #expect(
      play.land(take("wallet-1/1", .bid, 10_000, 5)).results == [
        .filled(size: .zero, quote: .zero)
      ])
    _ = play.land(place("wallet-1/1", .bid, 1, 1))
    #expect(play.core.read().mid == nil)
    #expect(play.core.poll(after: .start).asks.isEmpty)
  }

  @Test(
    arguments: [
      (7, 3, 0, 1), (1, 1, 18, 1), (1_000_000_000_000_000, 1, 9, 1), (13, 1_000_000_000_000, 6, 1),
      (1_000_000, 100, 9, 1_000_000_000_000),
    ] as [(Int64, Int64, Int, Int64)])
  func `odd ticks and lots trap nobody`(base: Int64, quote: Int64, decimals: Int, least: Int64) {
    var play = ExchangeFixture(outside: true) { settings in
      settings.lots = MarketLots(
        baseLot: TokenAmount(base), quoteLot: Lamports(quote), tokenDecimals: decimals,
        minimumSize: BaseLots(least))
    }
    let total = play.core.audit()
    for round in 0..<20 {
      _ = play.land(
        place("wallet-1/1", .bid, 1 + Int64(round), least), place("wallet-1/2", .ask, .max, least),
        take("wallet-2/1", .ask, 1, .max))
      play.core.advance(to: play.core.time + .seconds(10))
    }
    #expect(play.core.audit() == total)
  }
}
