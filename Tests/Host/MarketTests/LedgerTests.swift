import FoundationEssentials
import PluginAPI
import Testing

@testable import Market

private let wallets: [WalletID] = ["w1", "w2", "w3"]

private func trade(_ side: Side, _ token: Int64, _ sol: Int64, fee: Int64 = 0) -> LedgerAction {
  .trade(LedgerTrade("w1", side, token: token, sol: sol, fee: fee))
}

private func ledger(_ actions: LedgerAction...) -> Ledger {
  var ledger = Ledger()
  for (number, action) in actions.enumerated() {
    ledger.post(Booking("s\(number)", at: start, action))
  }
  return ledger
}

@Suite struct LedgerTests {
  @Test func `a sale gains its price less what the oldest, or the average, had cost`() {
    let books = ledger(trade(.bid, 10, 100), trade(.bid, 10, 200), trade(.ask, 15, 300))
    // First in, first out: 300 - (100 + 5/10 * 200). Average: 300 - 15/20 * 300.
    #expect(books.realised == ByMethod(fifo: 100, average: 75))
    #expect(books.token.cost == ByMethod(fifo: 100, average: 75))
    #expect(books.balances["w1"]?.sol == 0)
    #expect(books.balances["w1"]?.token == 5)
  }

  @Test func `what is sold before it is bought gains when it is bought for less`() {
    let books = ledger(trade(.ask, 10, 500), trade(.bid, 4, 120), trade(.bid, 16, 480))
    // 4 bought at 30 against 50, 6 at 30 against 50; 10 are left that had cost 300.
    #expect(books.realised == ByMethod(fifo: 200, average: 200))
    #expect(books.token.cost == ByMethod(fifo: 300, average: 300))
    #expect(books.token.amount.value == 10)
  }

  @Test func `fees are costs and rebates are negative ones`() {
    var books = ledger(trade(.bid, 10, 1_000, fee: 4), trade(.ask, 10, 1_000, fee: -2))
    books.post(Booking("tip", at: start, .cost(.tip, "w2", 50)))
    #expect(books.costs == 52)
    #expect(books.cost(.makerFee) == 2)
    #expect(books.cost(.tip) == 50)
    #expect(books.totals.sol == -52)
    #expect(books.realised == ByMethod())
  }

  @Test func `rent is no cost but money that lies elsewhere`() {
    let books = ledger(
      .external("w1", .sol, 1_000, value: 1_000), .rent("w1", 300), .rent("w1", -100))
    #expect(books.balances["w1"]?.sol == 800)
    #expect(books.balances["w1"]?.rent == 200)
    #expect(books.costs == 0)
    #expect(books.totals.sol + books.totals.rent == 1_000)
  }

  @Test func `dollars bought for SOL gain when SOL comes back for less`() {
    let books = ledger(
      .swap("w1", given: .sol, 1_000, got: .usdc, 150, value: 0),
      .swap("w1", given: .usdc, 75, got: .sol, 600, value: 0))
    #expect(books.realised.fifo == 100)
    #expect(books.usdc.cost.fifo == 500)
  }

  @Test func `a trade between own wallets gains nothing and is no volume`() {
    let books = ledger(
      trade(.bid, 10, 100),
      .synthetic(buyer: "w2", seller: "w1", token: 10, sol: 900))
    #expect(books.realised == ByMethod())
    #expect(books.token.cost.fifo == 100)
    #expect(books.balances["w1"]?.sol == 800)
    #expect(books.balances["w2"]?.token == 10)
    #expect(books.bought == 10 && books.sold == 0)
  }

  @Test func `the same source is booked once`() {
    var books = Books()
    let entry = Booking("SIG/1/0/w1/maker", at: start, trade(.bid, 10, 100))
    let gains = [books.post(entry), books.post(entry)]
    #expect(gains == [ByMethod(), nil])
    #expect(books.ledger.totals.token == 10)
    let waiting = books.takeWaiting()
    #expect(waiting.map(\.number) == [1])
  }

  @Test func `break-even adds what a round trip's share of the costs is`() {
    var books = ledger(trade(.bid, 40_000, 1), trade(.ask, 20_000, 1))
    let lots = MarketLots(
      baseLot: TokenAmount(10), quoteLot: Lamports(100), tokenDecimals: 9,
      minimumSize: BaseLots(1))
    let pivot = PriceLots(1_000)
    #expect(books.breakEven(pivot: pivot, lots: lots) == pivot)
    books.post(Booking("tip", at: start, .cost(.tip, "w1", 750_000)))
    // 2 * 750,000 lamports = 15,000 quote lots over 6,000 base lots: 2.5, rounded up.
    #expect(books.breakEven(pivot: pivot, lots: lots) == PriceLots(1_003))
    books.post(Booking("rebate", at: start, .cost(.makerFee, "w1", -1_500_000)))
    #expect(books.breakEven(pivot: pivot, lots: lots) == PriceLots(998))
    #expect(Ledger().breakEven(pivot: pivot, lots: lots) == pivot)
  }

  @Test func `a withdrawal is no loss and a deposit no gain`() throws {
    var books = Books()
    let valuation = Valuation(price: PriceLots(10), lots: oneToOne, sol: 150)
    books.post(Booking("a", at: start, .external("w1", .sol, 1_000, value: 1_000)))
    books.mark(at: valuation, time: start)
    books.post(Booking("b", at: start, trade(.ask, 10, 200)))
    books.post(Booking("c", at: start, trade(.bid, 10, 100)))
    books.mark(at: valuation, time: start)
    books.post(Booking("d", at: start, .external("w1", .sol, -500, value: -500)))
    books.post(Booking("e", at: start, .cost(.fee, "w1", 60)))
    let report = books.ledger.report(at: valuation, time: start, peak: books.peak)
    #expect(report?.equity == Lamports(540))
    #expect(report?.peak == Lamports(600))
    #expect(report?.drawdown == 0.1)
  }
}

@Suite struct LedgerProperties {
  /// A random action over three wallets, prices and amounts of every size.
  private static func action(_ draws: inout Draws) -> LedgerAction {
    let wallet = wallets[Int(draws.next(0...2))]
    let (token, sol) = (draws.next(1...1_000), draws.next(0...1_000_000))
    switch draws.next(0...9) {
    case 0...3:
      let side: Side = draws.next(0...1) == 0 ? .bid : .ask
      let fee = draws.next(-500...500)
      return .trade(
        LedgerTrade(wallet, side, token: token, sol: sol, fee: fee, isMaker: fee < 0))
    case 4: return .synthetic(buyer: wallet, seller: wallets[0], token: token, sol: sol)
    case 5: return .cost([.fee, .tip, .heapPenalty][Int(draws.next(0...2))], wallet, sol)
    case 6: return .rent(wallet, draws.next(-5_000...5_000))
    case 7:
      return draws.next(0...1) == 0
        ? .swap(wallet, given: .sol, sol, got: .usdc, token, value: 0)
        : .swap(wallet, given: .usdc, token, got: .sol, sol, value: 0)
    case 8: return .transfer(from: wallet, to: wallets[1], .token, token)
    default:
      let asset = LedgerAsset.allCases[Int(draws.next(0...3))]
      return .external(wallet, asset, draws.next(-900...900), value: draws.next(-9_000...9_000))
    }
  }

  @Test(arguments: 1...40)
  func `equity changes by what was gained, paid and brought in, to the lamport`(seed: Int) throws {
    var (draws, ledger) = (Draws(seed), Ledger())
    for number in 0..<500 {
      let before = try Self.figures(ledger)
      ledger.post(Booking("\(number)", at: start, Self.action(&draws)))
      let after = try Self.figures(ledger)
      for method in [\ByMethod.fifo, \ByMethod.average] {
        let gained =
          after.realised[keyPath: method] - before.realised[keyPath: method]
          + after.unrealised[keyPath: method] - before.unrealised[keyPath: method]
        #expect(
          after.equity - before.equity
            == gained - (after.costs - before.costs) + after.brought - before.brought)
      }
      #expect(ledger.discrepancy == ByMethod())
    }
    for asset in LedgerAsset.allCases {
      let accounts = ledger.accounts.values.reduce(0) { $0 + $1[asset] }
      #expect(accounts + ledger.totals[asset] == 0, "double entry of \(asset)")
      #expect(ledger.balances.values.reduce(0) { $0 + $1[asset] } == ledger.totals[asset])
    }
    for (position, total) in [
      (ledger.token, ledger.totals.token), (ledger.usdc, ledger.totals.usdc),
    ] {
      #expect(position.amount.value == total)
      #expect(position.lots.oldestFirst.reduce(0) { $0 + $1.amount } == total)
      #expect(position.lots.oldestFirst.reduce(0) { $0 + $1.cost } == position.cost.fifo)
    }
  }

  private struct Figures {
    var (equity, costs, brought): (Int128, Int128, Int128)
    var (realised, unrealised): (ByMethod, ByMethod)
  }

  /// Valued at a price that has nothing to do with any trade, the same on both sides of an entry.
  private static func figures(_ ledger: Ledger) throws -> Figures {
    let valuation = Valuation(price: PriceLots(317), lots: oneToOne, sol: 151.37)
    let value =
      try #require(valuation.value(of: ledger.totals.token, .token))
      + (try #require(valuation.value(of: ledger.totals.usdc, .usdc)))
    return Figures(
      equity: try #require(ledger.equity(at: valuation)), costs: ledger.costs,
      brought: ledger.external + ledger.suspense, realised: ledger.realised,
      unrealised: ByMethod(fifo: value, average: value) - ledger.token.cost - ledger.usdc.cost)
  }

  @Test(arguments: 1...10)
  func `books that were stored go on the same to the bit`(seed: Int) throws {
    var (draws, ledger) = (Draws(seed), Ledger())
    for number in 0..<300 { ledger.post(Booking("\(number)", at: start, Self.action(&draws))) }
    let text = try JSONEncoder().encode(ledger)
    var restored = try JSONDecoder().decode(Ledger.self, from: text)
    #expect(restored == ledger)
    for number in 0..<300 {
      let entry = Booking("\(number)", at: start, Self.action(&draws))
      let posted = (ledger.post(entry), restored.post(entry))
      #expect(posted.0 == posted.1)
    }
    #expect(restored == ledger)
  }

  @Test func `a million order life cycles leave the books as small as ten thousand`() {
    var (draws, books) = (Draws(7), Books())
    var lots: [Int] = []
    for number in 0..<1_000_000 {
      let side: Side = number % 2 == 0 ? .bid : .ask
      let fill = LedgerTrade(
        "w1", side, token: draws.next(1...50), sol: draws.next(1...9_999), fee: -1)
      books.post(Booking("\(number)", at: start, .trade(fill)))
      if number % 1_000 == 999 { _ = books.takeWaiting() }
      if number == 9_999 || number == 999_999 {
        lots.append(books.ledger.token.lots.oldestFirst.count)
      }
    }
    #expect(lots.allSatisfy { $0 <= LotQueue.limit })
    #expect(books.ledger.discrepancy == ByMethod())
  }
}
