import Bundles
import Isolation
import Market
import PluginAPI
import Testing

@testable import Exchange

@Suite struct ExchangePropertyTests {
  @Test(arguments: 1...12)
  func `whatever happens, money is conserved and the book never crosses`(seed: Int) throws {
    var play = ExchangeFixture(wallets: 3, outside: true, seed: UInt64(seed))
    var random = SeededRandom(seed: UInt64(seed) &* 977)
    let total = play.core.audit()
    var landed = 0
    for step in 0..<600 {
      var sent: [(SignedBundle, BundlePlan)] = []
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        sent.append(try randomBundle(&play, &random))
      }
      play.core.advance(to: play.core.nextSlot)
      for (signed, plan) in sent where play.landing(signed, plan).hasLanded { landed += 1 }
      #expect(play.core.audit() == total, "after slot \(step)")
      expectSound(play.core.read())
    }
    #expect(landed > 100)
  }

  private func expectSound(_ state: VenueState) {
    if let bid = state.bids.first, let ask = state.asks.first { #expect(bid.price < ask.price) }
    #expect(state.bids.map(\.price) == state.bids.map(\.price).sorted(by: >))
    #expect(state.asks.map(\.price) == state.asks.map(\.price).sorted(by: <))
    var own: Int64 = 0
    for wallet in state.swarm.wallets {
      #expect(wallet.sol >= .zero && wallet.token >= .zero && wallet.usdc >= 0)
      for account in wallet.accounts {
        #expect(account.orders.count + account.pendingSlots <= OpenOrdersAccount.capacity)
        #expect(account.freeSOL >= .zero && account.freeToken >= .zero)
        own += account.orders.reduce(0) { $0 + $1.size.count }
      }
    }
    #expect((state.bids + state.asks).reduce(0) { $0 + $1.own.count } == own)
  }

  /// Sends a bundle of one to three transactions.
  private func randomBundle(_ play: inout ExchangeFixture, _ random: inout SeededRandom)
    throws -> (SignedBundle, BundlePlan)
  {
    let state = play.core.read()
    var parts: [[Intent]] = []
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      parts.append(
        (0..<Int.random(in: 1...3, using: &random)).map { _ in randomIntent(state, &random) })
    }
    let plan = play.plan(
      parts, tip: .random(in: 0...1_000_000, using: &random),
      payer: WalletID("wallet-\(Int.random(in: 1...3, using: &random))"))
    let signed = try play.sign(plan)
    _ = play.core.send(signed)
    return (signed, plan)
  }

  private func randomIntent(_ state: VenueState, _ random: inout SeededRandom) -> Intent {
    let accounts = state.swarm.wallets.flatMap(\.accounts)
    let account = accounts.randomElement(using: &random)
    let id = account?.id ?? "none"
    let side: Side = .allCases[Int.random(in: 0...1, using: &random)]
    let mid = state.mid?.count ?? 10_000
    let price = max(1, mid + .random(in: -200...200, using: &random))
    let wallet = WalletID("wallet-\(Int.random(in: 1...4, using: &random))")
    switch Int.random(in: 0...12, using: &random) {
    case 0...4:
      let expires = state.time + .seconds(Int.random(in: 0...30, using: &random))
      return place(
        id, side, price, .random(in: 1...50_000, using: &random),
        expires: Bool.random(using: &random) ? expires : nil)
    case 5, 6: return take(id, side, price, .random(in: 1...50_000, using: &random))
    case 7:
      return .cancel(account: id, order: account?.orders.first?.id ?? "404")
    case 8: return .cancelAll(account: id)
    case 9: return .settle(account: id)
    case 10: return .createOpenOrders(wallet: wallet)
    case 11: return .closeAccount(account: id)
    default: return .swap(wallet: wallet, .buySOL(usdc: 1, minimum: Lamports(1)))
    }
  }

  @Test func `the same seed gives the same course, another seed another one`() throws {
    func course(_ seed: UInt64) throws -> VenueState {
      var play = ExchangeFixture(wallets: 3, outside: true, seed: seed)
      var random = SeededRandom(seed: 5)
      for _ in 0..<300 {
        _ = try randomBundle(&play, &random)
        play.core.advance(to: play.core.nextSlot)
      }
      return play.core.read()
    }
    let first = try course(1)
    #expect(try course(1) == first)
    #expect(try course(2) != first)
  }

  @Test func `many small advances equal one large one`() {
    var small = ExchangeFixture(outside: true)
    var large = ExchangeFixture(outside: true)
    let end = ExchangeFixture.start + .seconds(300)
    var time = ExchangeFixture.start
    while time < end {
      time = time + .milliseconds(130)
      small.core.advance(to: min(time, end))
    }
    large.core.advance(to: end)
    #expect(small.core.read() == large.core.read())
    #expect(small.core.slot == 750)
  }
}

@Suite struct OutsideMarketTests {
  @Test func `outsiders quote both sides around the fair price and trade`() throws {
    var play = ExchangeFixture(outside: true)
    play.core.advance(to: ExchangeFixture.start + .seconds(600))
    let state = play.core.read()
    #expect(state.bids.count >= 5)
    #expect(state.asks.count >= 5)
    let mid = try #require(state.mid)
    #expect(abs(Double(mid.count) / play.core.fairPrice - 1) < 0.005)
    let trades = play.core.poll(after: .start).trades
    #expect((60...240).contains(trades.count), "about 120 are expected, found \(trades.count)")
    #expect(trades.allSatisfy { !$0.trade.isSynthetic && $0.fills.isEmpty })
  }

  @Test func `an order that the market has passed is taken at its own price`() throws {
    var play = ExchangeFixture(outside: true)
    let ask = try #require(play.core.read().bids.last?.price.count) - 500
    _ = play.land(take("wallet-1/1", .ask, ask, 1 << 30), place("wallet-1/2", .ask, ask, 1000))
    play.core.advance(to: play.core.nextSlot)
    #expect(play.account("wallet-1/2")?.orders.isEmpty == true)
    _ = play.land(.consumeEvents, .consumeEvents)
    #expect(play.account("wallet-1/2")?.freeSOL == Lamports(ask * 1000))
  }

  @Test func `takers reach an own order that is the best on the book`() throws {
    var play = ExchangeFixture(outside: true)
    let state = play.core.read()
    let bid = try #require(state.bids.first?.price.count) + 1
    let ask = try #require(state.asks.first?.price.count) - 1
    _ = play.land(
      place("wallet-1/1", .bid, bid, 100_000), place("wallet-1/2", .ask, ask, 100_000))
    play.core.advance(to: ExchangeFixture.start + .seconds(600))
    let own = play.core.poll(after: .start).trades.filter { !$0.fills.isEmpty }
    #expect(!own.isEmpty)
    #expect(own.allSatisfy { $0.trade.wallet == "wallet-1" })
  }

  @Test func `a reader that fell behind is told how much it missed`() {
    var settings = ExchangeSettings()
    settings.outside.tradesPerMinute = 6_000
    var core = ExchangeCore(settings, start: ExchangeFixture.start)
    core.advance(to: ExchangeFixture.start + .seconds(120))
    let batch = core.poll(after: .start)
    #expect(batch.cursor.trades == batch.missed + UInt64(batch.trades.count))
    #expect(batch.missed > 0)
    #expect(core.poll(after: batch.cursor).trades.isEmpty)
  }
}
