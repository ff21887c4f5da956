import PluginAPI
import Testing

@testable import GridRebalancer

@Suite struct ChangeTests {
  func rule(full: Bool = false, first: Side = .bid, events: Int = 0) -> ChangeRule {
    ChangeRule(
      tolerance: 0.2, sizeTolerance: 5, livesUntil: Scene.start + .seconds(125),
      expires: Scene.start + .seconds(600), isFull: full, first: first, pendingEvents: events)
  }

  func plan(bids: [Int64] = [], asks: [Int64] = [], size: Int64 = 100) -> WalletPlan {
    func levels(_ prices: [Int64]) -> [GridLevel] {
      prices.map { GridLevel(price: PriceLots($0), size: BaseLots(size)) }
    }
    return WalletPlan(wallet: "a", bids: levels(bids), asks: levels(asks))
  }

  func wallet(bids: [OpenOrder] = [], asks: [OpenOrder] = []) -> Wallet {
    var wallet = Scene.wallet("a")
    wallet.accounts[0].orders = bids
    wallet.accounts[1].orders = asks
    return wallet
  }

  @Test func whatFitsKeepsItsPlace() {
    let standing = wallet(bids: [Scene.order(.bid, 8_510), Scene.order(.bid, 9_500)])
    let change = rule().change(standing, to: plan(bids: [9_500, 9_000, 8_500]))
    #expect(change.intents.map(\.word) == ["bid"])
    #expect(change.intents.compactMap(\.order?.price.count) == [9_000])
    #expect(change.kept == 2 && change.cancelled == 0)
    #expect(change.expected.bids.map(\.price.count).sorted() == [8_510, 9_000, 9_500])
  }

  /// 0.2 % of 9500 is 19.
  @Test(arguments: [(9_519, 1), (9_481, 1), (9_520, 0), (9_480, 0)])
  func theToleranceOfThePrice(price: Int64, kept: Int) {
    let standing = wallet(bids: [Scene.order(.bid, price)])
    #expect(rule().change(standing, to: plan(bids: [9_500])).kept == kept)
  }

  @Test(arguments: [(95, 1), (94, 0), (105, 1), (106, 0)])
  func theToleranceOfTheSize(size: Int64, kept: Int) {
    let standing = wallet(asks: [Scene.order(.ask, 11_000, size: size)])
    #expect(rule().change(standing, to: plan(asks: [11_000])).kept == kept)
  }

  @Test func anOrderWithoutAnExpiryIsReplaced() {
    let standing = wallet(bids: [Scene.order(.bid, 9_500, expires: nil)])
    let change = rule().change(standing, to: plan(bids: [9_500]))
    #expect(change.intents.map(\.word) == ["cancel", "settle", "bid"])
  }

  @Test func onlyOrdersThatAreDueAreRenewed() {
    let standing = wallet(
      bids: [Scene.order(.bid, 9_500, expires: 125), Scene.order(.bid, 9_000, expires: 126)])
    let change = rule().change(standing, to: plan(bids: [9_500, 9_000]))
    #expect(change.kept == 1 && change.intents.compactMap(\.order?.price.count) == [9_500])
  }

  @Test func anOrderThatIsThereTwiceGoesOnce() {
    var twice = [Scene.order(.bid, 9_500), Scene.order(.bid, 9_500)]
    twice[1].id = "twin"
    let change = rule().change(wallet(bids: twice), to: plan(bids: [9_500]))
    #expect(change.kept == 1 && change.cancelled == 1)
    #expect(change.intents.first == .cancel(account: "a/0", order: "twin"))
  }

  @Test func noOrderStaysThatANewOneWouldMeet() {
    let standing = wallet(asks: [Scene.order(.ask, 10_000)])
    let change = rule().change(standing, to: plan(bids: [10_000], asks: [10_010]))
    #expect(change.kept == 0 && change.cancelled == 1)
  }

  @Test func fillsThatWaitTakeRoomAndAreProcessedFirst() {
    var standing = wallet()
    standing.accounts[0].pendingSlots = 22
    let change = rule(events: 30).change(standing, to: plan(bids: [9_500, 9_000, 8_500]))
    let words = change.intents.map(\.word)
    #expect(words == ["consume", "consume", "consume", "consume", "settle", "bid", "bid"])
    #expect(change.intents.compactMap(\.order?.price.count) == [9_500, 9_000])
    #expect(change.expected.bids.count == 3)
  }

  @Test func proceedsAreSettled() {
    var standing = wallet()
    standing.accounts[0].freeToken = TokenAmount(5)
    #expect(rule().change(standing, to: plan()).intents == [.settle(account: "a/0")])
  }

  @Test func asksGoFirstWhenTheMarketRose() {
    let change = rule(first: .ask).change(wallet(), to: plan(bids: [9_500], asks: [10_500]))
    #expect(change.intents.map(\.word) == ["ask", "bid"])
  }

  @Test func ordersInAThirdAccountGo() {
    var standing = wallet()
    standing.accounts.append(
      OpenOrdersAccount(
        id: "a/2", orders: [Scene.order(.bid, 9_500)], rent: .zero, lastUsed: Scene.start))
    let change = rule().change(standing, to: plan(bids: [9_500]))
    #expect(change.intents.map(\.word) == ["cancel", "settle", "bid"])
    #expect(change.intents.first?.account == "a/2")
  }

  @Test func aWithdrawalOnlyTakesWhatLiesWhereNothingShould() {
    let standing = wallet(
      bids: [Scene.order(.bid, 9_500, expires: 1), Scene.order(.bid, 9_400, size: 60)],
      asks: [Scene.order(.ask, 10_500)])
    let change = rule(full: true).withdrawal(
      standing, from: plan(bids: [9_500], asks: [11_000, 12_000]))
    #expect(
      change.intents == [
        .cancel(account: "a/0", order: "bid-9400"), .cancel(account: "a/1", order: "ask-10500"),
      ])
  }

  @Test(arguments: 1...200 as ClosedRange<UInt64>)
  func theChangeMakesTheStandingOrdersThePlan(seed: UInt64) {
    var random = Seeded(state: seed)
    let standing = wallet(
      bids: orders(.bid, 8_000...9_990, &random), asks: orders(.ask, 10_010...13_000, &random))
    let plan = WalletPlan(
      wallet: "a", bids: levels(9_990, by: -1, &random), asks: levels(10_010, by: 1, &random))
    let rule = rule(first: Bool.random(using: &random) ? .bid : .ask)
    let change = rule.change(standing, to: plan)
    let after = Scene.apply([Bundle("", intents: change.intents)], to: Swarm(wallets: [standing]))
    for (account, side) in zip(after.wallets[0].accounts, [Side.bid, .ask]) {
      let stood = account.orders.map { GridLevel(price: $0.price, size: $0.size) }
      #expect(Set(stood) == Set(change.expected[side]))
      #expect(stood.count == plan[side].count && stood.count <= OpenOrdersAccount.capacity)
      #expect(account.orders.allSatisfy { $0.side == side && $0.expires != nil })
    }
    #expect(change.kept + change.cancelled == standing.accounts.flatMap(\.orders).count)
    let again = rule.change(after.wallets[0], to: plan)
    #expect(again.intents.isEmpty, "a change that was made is not made again")
  }

  /// Orders of which some fit, some are off, some lack an expiry, and some are on the wrong side.
  func orders(_ side: Side, _ range: ClosedRange<Int64>, _ random: inout Seeded) -> [OpenOrder] {
    (0..<Int.random(in: 0...24, using: &random)).map { number in
      var order = Scene.order(
        Int.random(in: 0..<10, using: &random) == 0 ? side.opposite : side,
        Int64.random(in: range, using: &random), size: Int64.random(in: 90...110, using: &random),
        expires: [nil, 100, 600, 600, 600].randomElement(using: &random) ?? nil)
      order.id = OrderID("\(side.rawValue)-\(number)")
      return order
    }
  }

  func levels(_ start: Int64, by sign: Int64, _ random: inout Seeded) -> [GridLevel] {
    var price = start
    return (0..<Int.random(in: 0...24, using: &random)).map { _ in
      price += sign * Int64.random(in: 1...100, using: &random)
      return GridLevel(price: PriceLots(price), size: BaseLots(100))
    }
  }
}
