import Bundles
import Isolation
import PluginAPI
import Testing

@testable import Exchange

@Suite struct UndoTests {
  /// Every order in the order in which it would be met.
  private func queue(_ engine: MatchingEngine, _ side: Side) -> [String] {
    var engine = engine
    var fills: [MatchingEngine.Fill] = []
    try? engine.take(
      side.opposite, size: BaseLots(.max), limit: PriceLots(side == .ask ? .max : 1),
      rules: .init(owner: .outsideTaker), fills: &fills)
    return fills.map { "\($0.maker):\($0.price)x\($0.size)" }
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `whatever is undone, every order stands in its old place`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var engine = MatchingEngine()
    var numbers: [UInt64] = []
    for _ in 0..<60 {
      let (bids, asks, count) = (queue(engine, .bid), queue(engine, .ask), engine.count)
      let levels = (engine.levels(.bid), engine.levels(.ask))
      let isUndone = Bool.random(using: &random)
      engine.beginRecording()
      for _ in 0..<Int.random(in: 1...30, using: &random) { change(&engine, &numbers, &random) }
      guard isUndone else {
        engine.keep()
        continue
      }
      engine.undo()
      #expect(queue(engine, .bid) == bids)
      #expect(queue(engine, .ask) == asks)
      #expect(engine.count == count && engine.count(.bid) == bids.count)
      #expect((engine.levels(.bid), engine.levels(.ask)) == levels)
    }
  }

  private func change(
    _ engine: inout MatchingEngine, _ numbers: inout [UInt64], _ random: inout SeededRandom
  ) {
    let side: Side = Bool.random(using: &random) ? .bid : .ask
    let price = PriceLots(.random(in: 95...105, using: &random))
    let size = BaseLots(.random(in: 1...9, using: &random))
    switch Int.random(in: 0...5, using: &random) {
    case 0...2:
      let order = NewOrder(side: side, price: price, size: size)
      let posting = engine.post(order, owner: .account(1), now: Timestamp(seconds: 0))
      if case .placed(let number) = posting { numbers.append(number) }
    case 3: if let number = numbers.randomElement(using: &random) { engine.cancel(number) }
    default:
      var fills: [MatchingEngine.Fill] = []
      try? engine.take(
        side, size: size, limit: price, rules: .init(owner: .account(2)), fills: &fills)
    }
  }

  @Test func `an account that meets itself does what the rule says`() {
    func meet(_ rule: MatchingEngine.SelfTrade) -> String {
      var engine = MatchingEngine()
      for (owner, price) in [(1, 100), (2, 101)] {
        let order = NewOrder(side: .ask, price: PriceLots(Int64(price)), size: BaseLots(5))
        _ = engine.post(order, owner: .account(owner), now: Timestamp(seconds: 0))
      }
      var rules = MatchingEngine.TakeRules(owner: .account(1))
      rules.selfTrade = rule
      var fills: [MatchingEngine.Fill] = []
      do {
        try engine.take(
          .bid, size: BaseLots(7), limit: PriceLots(200), rules: rules, fills: &fills)
      } catch { return "aborted" }
      return fills.map { "\($0.price)x\($0.size)\($0.isSelf ? " self" : "")" }
        .joined(separator: ", ")
    }
    #expect(meet(.decrementTake) == "100x5 self, 101x2")
    #expect(meet(.cancelProvide) == "100x0 self, 101x5")
    #expect(meet(.abort) == "aborted")
  }

  @Test func `a book that is full refuses instead of stopping`() {
    var engine = MatchingEngine()
    let order = NewOrder(side: .bid, price: PriceLots(1), size: BaseLots(1))
    for _ in 0..<MatchingEngine.capacity {
      _ = engine.post(order, owner: .outsideMaker, now: Timestamp(seconds: 0))
    }
    #expect(engine.post(order, owner: .outsideMaker, now: Timestamp(seconds: 0)) == .full)
    #expect(engine.count == MatchingEngine.capacity)
  }
}
