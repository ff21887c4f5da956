import Isolation
import PluginAPI
import Testing

@testable import Exchange

/// Plays a transcript against an engine: one event a line, and what it came to.
///
///     A bid 100 x5        placed
///     B takes ask 100 x3  A 100x3
private struct Transcript {
  var engine = MatchingEngine()
  var numbers: [UInt64] = []
  var now = Timestamp(seconds: 1000)

  mutating func post(
    _ owner: Int, _ side: Side, _ price: Int64, _ size: Int64, expires: Int64? = nil
  ) -> String {
    let order = NewOrder(
      side: side, price: PriceLots(price), size: BaseLots(size),
      expires: expires.map { Timestamp(seconds: $0) })
    switch engine.post(order, owner: .account(owner), now: now) {
    case .placed(let number):
      numbers.append(number)
      return "placed"
    case .wouldTrade: return "dropped"
    case .expired: return "expired"
    case .full: return "full"
    }
  }

  mutating func take(_ owner: Int, _ side: Side, _ limit: Int64, _ size: Int64) -> String {
    var fills: [MatchingEngine.Fill] = []
    do {
      try engine.take(
        side, size: BaseLots(size), limit: PriceLots(limit),
        rules: .init(owner: .account(owner)), fills: &fills)
    } catch { return "self-trade" }
    return fills.map { "\($0.makerOwner.number):\($0.price)x\($0.size)" }.joined(separator: " ")
  }

  func book(_ side: Side) -> String {
    engine.levels(side).map { "\($0.price)x\($0.size)" }.joined(separator: " ")
  }
}

@Suite struct MatchingEngineTests {
  @Test func `price goes first, then time`() {
    var play = Transcript()
    #expect(play.post(1, .ask, 101, 5) == "placed")
    #expect(play.post(2, .ask, 100, 5) == "placed")
    #expect(play.post(3, .ask, 100, 5) == "placed")
    #expect(play.post(4, .ask, 102, 5) == "placed")
    #expect(play.book(.ask) == "100x10 101x5 102x5")
    #expect(play.take(9, .bid, 101, 12) == "2:100x5 3:100x5 1:101x2")
    #expect(play.book(.ask) == "101x3 102x5")
    #expect(play.take(9, .bid, 101, 12) == "1:101x3")
    #expect(play.take(9, .bid, 101, 12) == "")
    #expect(play.book(.ask) == "102x5")
  }

  @Test func `bids are met from the highest down`() {
    var play = Transcript()
    #expect(play.post(1, .bid, 98, 5) == "placed")
    #expect(play.post(2, .bid, 99, 5) == "placed")
    #expect(play.take(9, .ask, 98, 7) == "2:99x5 1:98x2")
    #expect(play.book(.bid) == "98x3")
  }

  @Test func `a part that is left keeps its place in the queue`() {
    var play = Transcript()
    #expect(play.post(1, .bid, 100, 10) == "placed")
    #expect(play.post(2, .bid, 100, 10) == "placed")
    #expect(play.take(9, .ask, 100, 4) == "1:100x4")
    #expect(play.take(9, .ask, 100, 8) == "1:100x6 2:100x2")
  }

  @Test func `a post-only order that would trade is dropped silently`() {
    var play = Transcript()
    #expect(play.post(1, .ask, 100, 5) == "placed")
    #expect(play.post(2, .bid, 100, 5) == "dropped")
    #expect(play.post(2, .bid, 101, 5) == "dropped")
    #expect(play.post(2, .bid, 99, 5) == "placed")
    #expect(play.post(3, .ask, 99, 5) == "dropped")
    #expect(play.book(.bid) == "99x5")
    #expect(play.book(.ask) == "100x5")
  }

  @Test func `an account never meets itself, other accounts do`() {
    var play = Transcript()
    #expect(play.post(1, .ask, 100, 5) == "placed")
    var copy = play
    #expect(copy.take(1, .bid, 100, 1) == "self-trade")
    #expect(play.take(2, .bid, 100, 1) == "1:100x1")
  }

  @Test func `cancelling takes an order out of the middle of the queue`() {
    var play = Transcript()
    for owner in 1...3 { #expect(play.post(owner, .ask, 100, 5) == "placed") }
    #expect(play.engine.cancel(play.numbers[1])?.size == 5)
    #expect(play.engine.cancel(play.numbers[1]) == nil)
    #expect(play.take(9, .bid, 100, 99) == "1:100x5 3:100x5")
    #expect(play.engine.count == 0)
  }

  @Test func `the number of a gone order never means its successor in the same place`() {
    var play = Transcript()
    #expect(play.post(1, .bid, 100, 5) == "placed")
    play.engine.cancel(play.numbers[0])
    #expect(play.post(2, .bid, 100, 5) == "placed")
    #expect(play.engine.order(play.numbers[0]) == nil)
    #expect(play.engine.cancel(play.numbers[0]) == nil)
    #expect(play.book(.bid) == "100x5")
  }

  @Test func `zero is no order's number, not even that of a free slot`() {
    var play = Transcript()
    #expect(play.post(1, .bid, 100, 5) == "placed")
    #expect(play.engine.cancel(play.numbers[0]) != nil)
    #expect(play.engine.cancel(0) == nil)
    #expect(play.post(1, .bid, 100, 5) == "placed")
    #expect(play.post(1, .bid, 100, 6) == "placed")
    #expect(play.engine.count == 2 && play.book(.bid) == "100x11")
  }

  @Test func `orders leave the book when they expire`() {
    var play = Transcript()
    #expect(play.post(1, .bid, 100, 5, expires: 1000) == "expired")
    #expect(play.post(1, .bid, 100, 5, expires: 1010) == "placed")
    #expect(play.post(1, .bid, 99, 5, expires: 1005) == "placed")
    #expect(play.post(1, .bid, 98, 5) == "placed")
    #expect(play.engine.expire(at: Timestamp(seconds: 1004)).isEmpty)
    #expect(play.engine.expire(at: Timestamp(seconds: 1005)).map(\.price) == [99])
    #expect(play.engine.expire(at: Timestamp(seconds: 9999)).map(\.price) == [100])
    #expect(play.book(.bid) == "98x5")
  }

  @Test func `a level knows which part of it is one's own`() {
    var play = Transcript()
    #expect(play.post(1, .bid, 100, 5) == "placed")
    let order = NewOrder(side: .bid, price: PriceLots(100), size: BaseLots(7))
    _ = play.engine.post(order, owner: .outsideMaker, now: play.now)
    let level = BookLevel(price: PriceLots(100), size: BaseLots(12), own: BaseLots(5))
    #expect(play.engine.levels(.bid) == [level])
    _ = play.take(9, .ask, 100, 3)
    #expect(play.engine.levels(.bid).first?.own == BaseLots(2))
  }

  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  func `random orders keep the book whole and equal to a plain model`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var engine = MatchingEngine()
    var model = PlainBook()
    for step in 0..<3000 {
      let side: Side = .allCases[Int.random(in: 0...1, using: &random)]
      let price = Int64.random(in: 90...110, using: &random)
      let size = Int64.random(in: 1...20, using: &random)
      switch Int.random(in: 0...9, using: &random) {
      case 0...4:
        let order = NewOrder(side: side, price: PriceLots(price), size: BaseLots(size))
        let posting = engine.post(order, owner: .account(step), now: Timestamp(seconds: 0))
        guard case .placed(let number) = posting else {
          #expect(model.wouldTrade(side, price))
          continue
        }
        model.post(number, side, price, size)
      case 5...7:
        var fills: [MatchingEngine.Fill] = []
        try? engine.take(
          side, size: BaseLots(size), limit: PriceLots(price), rules: .init(owner: .outsideTaker),
          fills: &fills)
        #expect(fills.map(\.maker) == model.take(side, price, size))
      default:
        guard let number = model.numbers.randomElement(using: &random) else { continue }
        #expect(engine.cancel(number) != nil)
        model.cancel(number)
      }
      #expect(engine.count == model.numbers.count)
      if let bid = engine.best(.bid), let ask = engine.best(.ask) { #expect(bid < ask) }
    }
    #expect(engine.levels(.bid).map(\.size.count).reduce(0, +) == model.depth(.bid))
    #expect(engine.levels(.ask).map(\.size.count).reduce(0, +) == model.depth(.ask))
  }
}

/// The plainest possible book: one list, searched from end to end.
private struct PlainBook {
  private var orders: [(number: UInt64, side: Side, price: Int64, size: Int64)] = []

  var numbers: [UInt64] { orders.map(\.number) }

  func depth(_ side: Side) -> Int64 { orders.filter { $0.side == side }.reduce(0) { $0 + $1.size } }

  func wouldTrade(_ side: Side, _ price: Int64) -> Bool {
    orders.contains { $0.side != side && (side == .bid ? price >= $0.price : price <= $0.price) }
  }

  mutating func post(_ number: UInt64, _ side: Side, _ price: Int64, _ size: Int64) {
    orders.append((number, side, price, size))
  }

  mutating func cancel(_ number: UInt64) { orders.removeAll { $0.number == number } }

  mutating func take(_ side: Side, _ limit: Int64, _ size: Int64) -> [UInt64] {
    var left = size
    var met: [UInt64] = []
    while left > 0, let index = best(against: side, limit) {
      met.append(orders[index].number)
      let traded = min(left, orders[index].size)
      left -= traded
      orders[index].size -= traded
      if orders[index].size == 0 { orders.remove(at: index) }
    }
    return met
  }

  private func best(against side: Side, _ limit: Int64) -> Int? {
    let sign: Int64 = side == .bid ? 1 : -1
    return orders.indices
      .filter { orders[$0].side != side && orders[$0].price * sign <= limit * sign }
      .min { (orders[$0].price * sign, $0) < (orders[$1].price * sign, $1) }
  }
}
