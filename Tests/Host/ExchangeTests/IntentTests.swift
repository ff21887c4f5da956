import Bundles
import Market
import PluginAPI
import Testing

@testable import Exchange

@Suite struct IntentTests {
  @Test func `placing locks funds, cancelling frees them, settling returns them`() {
    var play = ExchangeFixture()
    let before = play.wallet(1)
    let placed = play.land(
      place("wallet-1/1", .bid, 10_000, 50), place("wallet-1/2", .ask, 11_000, 7))
    #expect(placed.results.count == 2)
    #expect(play.wallet(1).sol.count == before.sol.count - 500_000 - 5_000)
    #expect(play.wallet(1).token.count == before.token.count - 7_000_000)
    #expect(
      play.land(.cancelAll(account: "wallet-1/1"), .cancelAll(account: "wallet-1/2")).hasLanded)
    #expect(play.account("wallet-1/1")?.freeSOL == Lamports(500_000))
    let settled = play.land(.settle(account: "wallet-1/1"), .settle(account: "wallet-1/2"))
    #expect(
      settled.results == [
        .returned(sol: Lamports(500_000), token: .zero),
        .returned(sol: .zero, token: TokenAmount(7_000_000)),
      ])
    #expect(play.wallet(1).sol.count == before.sol.count - 15_000)
    #expect(play.wallet(1).token == before.token)
  }

  @Test func `a take pays the fee, and both sides get their due`() {
    var play = ExchangeFixture()
    _ = play.land(place("wallet-1/1", .ask, 10_000, 100))
    let buyer = play.wallet(2)
    let outcome = play.land(take("wallet-2/1", .bid, 10_000, 40), payer: "wallet-2")
    #expect(outcome.results == [.filled(size: BaseLots(40), quote: Lamports(400_000))])
    // 400,000 lamports and 400 millionths of them, besides the bundle's own fee.
    #expect(play.wallet(2).sol.count == buyer.sol.count - 400_000 - 160 - 5_000)
    #expect(play.account("wallet-2/1")?.freeToken == TokenAmount(40_000_000))
    #expect(play.account("wallet-1/1")?.orders.first?.size == BaseLots(60))
    #expect(play.account("wallet-1/1")?.freeSOL == .zero, "its event was not processed yet")
    #expect(play.land(.consumeEvents).hasLanded)
    #expect(play.account("wallet-1/1")?.freeSOL == Lamports(400_000))
  }

  @Test func `own wallets on both sides mark the trade as synthetic`() throws {
    var play = ExchangeFixture()
    let outcome = play.land(
      place("wallet-1/1", .ask, 10_000, 5), take("wallet-2/1", .bid, 10_000, 5))
    #expect(outcome.hasLanded)
    let batch = play.core.poll(after: .start)
    let item = try #require(batch.trades.first)
    #expect(item.trade.isSynthetic)
    #expect(item.fills.map(\.wallet) == ["wallet-1", "wallet-2"])
    #expect(item.fills.map(\.isMaker) == [true, false])
  }

  @Test func `an account that would trade with itself undoes the bundle`() {
    var play = ExchangeFixture()
    _ = play.land(place("wallet-1/1", .ask, 10_000, 5))
    let outcome = play.land(take("wallet-1/1", .bid, 10_000, 5))
    #expect(outcome.reason?.contains("same account") == true)
    #expect(play.account("wallet-1/1")?.orders.count == 1)
  }

  @Test func `post-only orders drop silently, whatever the reason`() {
    var play = ExchangeFixture()
    let past = ExchangeFixture.start
    let outcome = play.land(
      place("wallet-1/1", .ask, 10_000, 5), place("wallet-1/2", .bid, 10_000, 5),
      place("wallet-1/2", .bid, 9_000, 5, expires: past))
    #expect(outcome.results[1] == .dropped("would trade at once"))
    #expect(outcome.results[2] == .dropped("expired"))
  }

  @Test func `an order is cut to what the wallet has`() throws {
    var play = ExchangeFixture()
    let outcome = play.land(place("wallet-1/1", .ask, 10_000, 50_000_000))
    guard case .placed(_, let size) = try #require(outcome.results.first) else {
      Issue.record("expected an order that stands")
      return
    }
    #expect(size == BaseLots(10_000_000))
    let rest = play.land(place("wallet-1/2", .ask, 10_000, 1))
    #expect(rest.results == [.dropped("the balance does not reach")])
  }

  @Test func `an account holds 24 orders`() {
    var play = ExchangeFixture()
    for number in 0..<24 {
      #expect(play.land(place("wallet-1/1", .bid, 100 + Int64(number), 1)).hasLanded)
    }
    #expect(play.land(place("wallet-1/1", .bid, 99, 1)).reason?.contains("full") == true)
    #expect(
      play.land(.cancelAll(account: "wallet-1/1"), place("wallet-1/1", .bid, 99, 1)).hasLanded)
    #expect(play.account("wallet-1/1")?.orders.count == 1)
  }

  @Test func `orders leave at their expiry and their funds come back`() {
    var play = ExchangeFixture()
    let expiry = ExchangeFixture.start + .seconds(5)
    _ = play.land(place("wallet-1/1", .bid, 10_000, 5, expires: expiry))
    play.core.advance(to: expiry + .milliseconds(-1))
    #expect(play.account("wallet-1/1")?.orders.count == 1)
    play.core.advance(to: expiry + .milliseconds(400))
    #expect(play.account("wallet-1/1")?.orders.isEmpty == true)
    #expect(play.account("wallet-1/1")?.room == 23, "its slot waits for the event")
    _ = play.land(.consumeEvents)
    #expect(play.account("wallet-1/1")?.freeSOL == Lamports(50_000))
    #expect(play.account("wallet-1/1")?.room == 24)
  }

  @Test func `rent is locked by creating and returned by closing`() {
    var play = ExchangeFixture(accounts: 0)
    let before = play.wallet(1).sol.count
    let outcome = play.land(.createOpenOrders(wallet: "wallet-1"))
    #expect(outcome.results == [.created("wallet-1/1")])
    // An indexer with one entry, 899,160 lamports, comes with the first account.
    #expect(outcome.moved(.rentLock) == -7_970_520)
    #expect(play.wallet(1).sol.count == before - 7_970_520 - 5_000)
    _ = play.land(place("wallet-1/1", .bid, 10_000, 5))
    #expect(play.land(.closeAccount(account: "wallet-1/1")).reason?.contains("not empty") == true)
    let closed = play.land(
      .cancelAll(account: "wallet-1/1"), .consumeEvents, .settle(account: "wallet-1/1"),
      .closeAccount(account: "wallet-1/1"))
    // The account and the indexer's entry of 32 bytes.
    #expect(closed.results.last == .returned(sol: Lamports(7_071_360 + 162_560), token: .zero))
    #expect(play.wallet(1).accounts.isEmpty)
    #expect(
      play.land(.closeAccount(account: "wallet-1/indexer")).results
        == [.returned(sol: Lamports(736_600), token: .zero)])
    #expect(play.wallet(1).sol.count == before - 5 * 5_000)
    #expect(play.land(.createOpenOrders(wallet: "wallet-1")).results == [.created("wallet-1/2")])
  }

  @Test func `idle accounts without orders can be reclaimed`() {
    var play = ExchangeFixture()
    _ = play.land(place("wallet-1/1", .bid, 100, 5))
    #expect(play.core.reclaimable().isEmpty)
    play.core.advance(to: ExchangeFixture.start + .seconds(3700))
    #expect(play.core.reclaimable().map(\.id) == ["wallet-1/2", "wallet-2/1", "wallet-2/2"])
    #expect(play.core.reclaimable().first?.rent == Lamports(ExchangeFixture.rent))
  }

  @Test func `swaps go at the price of SOL, never below the minimum`() {
    var play = ExchangeFixture()
    let before = play.wallet(1)
    let request = SwapRequest.buySOL(usdc: 300, minimum: Lamports(2_000_000_000))
    #expect(play.core.quote(request)?.sol == Lamports(2_000_000_000))
    #expect(play.land(.swap(wallet: "wallet-1", request)).hasLanded)
    #expect(play.wallet(1).sol.count == before.sol.count + 2_000_000_000 - 5_000)
    #expect(play.wallet(1).usdc == 4_700)
    let greedy = SwapRequest.sellSOL(sol: Lamports(1_000_000_000), minimum: 151)
    #expect(play.land(.swap(wallet: "wallet-1", greedy)).reason?.contains("less than") == true)
  }

  @Test func `transfers move SOL and leave no wallet below its minimum`() {
    var play = ExchangeFixture()
    let (one, two) = (play.wallet(1).sol.count, play.wallet(2).sol.count)
    #expect(
      play.land(.transfer(from: "wallet-1", to: "wallet-2", amount: Lamports(1_000))).hasLanded)
    #expect(play.wallet(2).sol.count == two + 1_000)
    let nearlyAll = Lamports(one - 1_000 - 10_000 - 5)
    let poor = play.land(.transfer(from: "wallet-1", to: "wallet-2", amount: nearlyAll))
    #expect(poor.reason?.contains("would be left with less than 650240") == true)
  }

  @Test func `a bundle happens as a whole or costs its fee and nothing else`() {
    var play = ExchangeFixture()
    _ = play.land(place("wallet-1/2", .ask, 10_000, 3), place("wallet-1/2", .ask, 10_001, 3))
    let before = play.core.read()
    let trades = play.core.poll(after: .start).trades
    let outcome = play.land(
      place("wallet-1/1", .ask, 10_000, 5), take("wallet-2/1", .bid, 10_000, 5),
      .createOpenOrders(wallet: "wallet-2"),
      .transfer(from: "wallet-1", to: "wallet-2", amount: Lamports(.max)), tip: 1_000_000)
    #expect(outcome.reason?.hasPrefix("intent 4:") == true)
    var expected = before
    expected.slot += 1
    expected.blockHeight += 1
    expected.nextLeaderSlot = expected.slot + 1
    expected.time = play.core.time
    expected.oracle?.time = play.core.time
    expected.swarm.wallets[0].sol = Lamports(before.swarm.wallets[0].sol.count - 5_000)
    #expect(play.core.read() == expected)
    #expect(outcome.moves == [MoneyMove(.fee, "wallet-1", .sol, -5_000)])
    #expect(play.core.poll(after: .start).trades == trades)
  }

  @Test func `an absurd price or size undoes the bundle, not the exchange`() {
    var play = ExchangeFixture()
    let outcome = play.land(place("wallet-1/1", .ask, .max, 10))
    #expect(outcome.reason?.contains("more than there is") == true)
    let large = play.land(place("wallet-1/1", .bid, 1, .max / 1000))
    #expect(large.reason?.contains("more than there is") == true)
  }
}
