import PluginAPI
import Testing

@testable import Bundles

private let bid = place("a1", .bid, 95)
private let cancel = Intent.cancelAll(account: "a1")

private func code(_ context: GateContext) -> RefusalCode? { Gate.refusal(context)?.code }

/// Asks with a changed context.
private func code(_ intents: [Intent], _ change: (inout GateContext) -> Void) -> RefusalCode? {
  var context = context(intents)
  change(&context)
  return code(context)
}

@Suite struct GateTests {
  @Test func `an ordinary bundle passes every gate`() {
    #expect(
      Gate.refusal(context([cancel, bid, place("a2", .ask, 105), .settle(account: "a1")])) == nil)
  }

  @Test func `gates stand in the documented order and each has a name`() {
    #expect(
      Gate.all.map(\.name) == [
        "trading state", "well formed", "capabilities", "cluster", "synthetic volume",
        "configuration", "breakers", "unsettled accounts", "freshness", "oracle", "expiry",
        "price band", "order size", "notional", "account room", "balances", "gas floor", "tips",
        "fees", "rate", "backlog", "self-trade", "crossing", "sizes",
      ])
  }

  @Test(arguments: [
    (KillFlag.set, RefusalCode.tradingHalted), (.unreadable("EACCES"), .killFlagUnreadable),
  ])
  func `the kill switch stops everything but cancels`(flag: KillFlag, expected: RefusalCode) {
    #expect(code([bid]) { $0.killFlag = flag } == expected)
    #expect(code([.settle(account: "a1")]) { $0.killFlag = flag } == expected)
    #expect(code([cancel, bid]) { $0.killFlag = flag } == expected)
    #expect(code([cancel, .cancel(account: "a2", order: "1")]) { $0.killFlag = flag } == nil)
  }

  @Test func `halted lets only cancels pass, reducing also settling and closing`() {
    let halted = TradingState(.halted, reason: "drill")
    #expect(code([bid]) { $0.trading = halted } == .tradingHalted)
    #expect(code([.settle(account: "a1")]) { $0.trading = halted } == .tradingHalted)
    #expect(code([cancel]) { $0.trading = halted } == nil)
    let reducing = TradingState(.reducing, reason: "drill")
    #expect(code([cancel, bid]) { $0.trading = reducing } == .reducingOnly)
    #expect(
      code([cancel, .settle(account: "a1"), .closeAccount(account: "a1")]) { $0.trading = reducing }
        == nil)
  }

  @Test(
    arguments: [
      ([], "the bundle is empty"),
      ([.cancelAll(account: "x")], "there is no account x"),
      ([.createOpenOrders(wallet: "x")], "there is no wallet x"),
      ([place("a1", .bid, 0)], "the price must be positive"),
      ([place("a1", .bid, 95, 0)], "the size must be positive"),
      ([take("a1", .bid, 95, -1)], "the size must be positive"),
      ([place("a1", .bid, .max, .max)], "does not fit in 64 bits"),
      ([bid, place("a1", .bid, 95, 99)], "second bid at 95 on account a1"),
      ([.cancel(account: "a1", order: "7"), .cancel(account: "a1", order: "7")], "second cancel"),
      ([.closeAccount(account: "a1"), bid], "account a1 is closed earlier"),
      ([.closeAccount(account: "a1"), .closeAccount(account: "a1")], "closed earlier"),
      ([.transfer(from: "a", to: "a", amount: Lamports(1))], "from a to itself"),
      ([.transfer(from: "a", to: "b", amount: Lamports(0))], "amount must be positive"),
      ([.swap(wallet: "a", .buySOL(usdc: 1, minimum: .zero))], "a minimum above zero"),
      ([.swap(wallet: "a", .sellSOL(sol: .zero, minimum: 1))], "a minimum above zero"),
      ([Intent](repeating: .consumeEvents, count: 257), "257 intents, at most 256"),
    ] as [([Intent], String)])
  func `a bundle that cannot be done is malformed`(intents: [Intent], message: String) {
    let refusal = Gate.refusal(context(intents))
    #expect(refusal?.code == .malformed)
    #expect(refusal?.message.contains(message) == true, "\(refusal?.message ?? "passed")")
  }

  @Test func `a negative tip and an endless label are malformed`() {
    #expect(code(context([bid], tip: -1)) == .malformed)
    #expect(code([bid]) { $0.bundle.label = String(repeating: "x", count: 201) } == .malformed)
  }

  @Test(
    arguments: [
      (bid, Capability.trade), (cancel, .trade), (.settle(account: "a1"), .trade),
      (.transfer(from: "a", to: "b", amount: Lamports(1)), .transfer),
      (.createOpenOrders(wallet: "a"), .createAccounts),
      (.closeAccount(account: "a1"), .closeAccounts),
      (.swap(wallet: "a", .buySOL(usdc: 1, minimum: Lamports(1))), .swap),
    ] as [(Intent, Capability)])
  func `every intent needs its capability`(intent: Intent, capability: Capability) {
    #expect(code(context([intent], trader)) == nil)
    let refusal = Gate.refusal(context([intent], trader.subtracting([capability])))
    #expect(refusal?.code == .capabilityMissing)
    #expect(refusal?.intent == 0)
    #expect(refusal?.message == "grid lacks the capability \(capability.rawValue)")
  }

  @Test func `an unknown or a wrong cluster is refused`() {
    #expect(code(context([bid], at: nil)) == .clusterNotAllowed)
    #expect(code([bid]) { $0.limits.cluster = "other" } == .clusterNotAllowed)
    #expect(code([bid]) { $0.limits.cluster = "test" } == nil)
    #expect(code(context([cancel], at: nil)) == nil)
  }

  @Test func `jobs for synthetic volume do nothing on a public cluster`() {
    let capabilities = trader.union([.syntheticVolume])
    #expect(code(context([bid], at: mainNet, capabilities)) == .syntheticNotAllowed)
    #expect(code(context([bid], at: nil, capabilities)) == .clusterNotAllowed)
    #expect(code(context([bid], at: simulator, capabilities)) == nil)
    #expect(code(context([cancel], at: mainNet, capabilities)) == nil)
  }

  @Test func `accounts of bundles with unknown fate take nothing but cancels`() {
    #expect(code([bid]) { $0.unsettled = [.account("a1")] } == .accountBusy)
    #expect(code([bid]) { $0.unsettled = [.account("b1")] } == nil)
    #expect(code([cancel]) { $0.unsettled = [.account("a1")] } == nil)
    let transfer = Intent.transfer(from: "a", to: "b", amount: Lamports(1))
    #expect(code([transfer]) { $0.unsettled = [.wallet("b")] } == .accountBusy)
  }

  @Test func `orders need a fresh book, swaps a fresh price`() {
    let swap = Intent.swap(wallet: "a", .buySOL(usdc: 1, minimum: Lamports(1)))
    #expect(code([bid]) { $0.now = wall + .seconds(10) } == nil)
    #expect(code([bid]) { $0.now = wall + .seconds(11) } == .staleBook)
    #expect(code([.settle(account: "a1")]) { $0.now = wall + .seconds(11) } == nil)
    #expect(code([swap]) { $0.now = wall + .seconds(60) } == nil)
    #expect(code([swap]) { $0.now = wall + .seconds(61) } == .staleOracle)
    #expect(code([swap]) { $0.state.oracle = nil } == .staleOracle)
  }

  @Test(
    arguments: [
      (place("a1", .bid, 50), nil), (place("a1", .bid, 49), .priceOutOfBand),
      (place("a1", .ask, 150), nil), (place("a1", .ask, 151), .priceOutOfBand),
      (take("a1", .bid, 150), nil), (take("a1", .bid, 151), .priceOutOfBand),
      (take("a1", .ask, 50), nil), (take("a1", .ask, 49), .priceOutOfBand),
      (take("a1", .bid, 2), nil), (take("a1", .ask, 900), nil),
    ] as [(Intent, RefusalCode?)])
  func `prices stay within the band around the pivot`(intent: Intent, expected: RefusalCode?) {
    #expect(code(context([intent])) == expected)
  }

  @Test func `a market far from its pivot can be quoted, but not bought above the band`() {
    func far(_ intent: Intent) -> RefusalCode? {
      var market = state()
      market.bids[0].price = PriceLots(249)
      market.asks[0].price = PriceLots(251)
      return code(context([intent], over: market))
    }
    #expect(far(place("a1", .ask, 375)) == nil)
    #expect(far(place("a1", .ask, 376)) == .priceOutOfBand)
    #expect(far(place("a1", .bid, 151)) == .priceOutOfBand)
  }

  @Test func `without pivot and book there is nothing to compare with`() {
    let refused = code([bid]) {
      $0.pivot = nil
      $0.state.bids = []
    }
    #expect(refused == .priceOutOfBand)
  }

  @Test func `orders below the minimum and above the wallet's share are refused`() {
    #expect(code(context([place("a1", .bid, 95, 4)])) == .orderTooSmall)
    #expect(code(context([take("a1", .bid, 95, 4)])) == .orderTooSmall)
    // A fourth of a million tokens.
    #expect(code(context([place("a1", .ask, 105, 250_000)])) == nil)
    #expect(code(context([place("a1", .ask, 105, 250_001)])) == .orderTooLarge)
    #expect(code(context([place("a1", .bid, 100, 2_500_001)])) == .orderTooLarge)
    #expect(Gate.refusal(context([bid, place("a2", .bid, 95, 4)]))?.intent == 1)
  }

  @Test func `an account holds 24 orders, counting the bundle's own cancels`() {
    let standing = (0..<24).map { order("\($0)", .bid, 50 + Int64($0)) }
    let full = state(orders: ["a1": standing])
    #expect(code(context([bid], over: full)) == .accountFull)
    #expect(code(context([place("a2", .bid, 95)], over: full)) == nil)
    let freed: [Intent] = [.cancel(account: "a1", order: "3"), bid]
    #expect(code(context(freed, over: full)) == nil)
    #expect(code(context(freed + [place("a1", .bid, 94)], over: full)) == .accountFull)
    #expect(code(context([bid, cancel], over: full)) == .accountFull)
  }

  @Test func `a wallet must have what the bundle needs at its worst point`() {
    // One SOL less the minimum of 890,880 and the fee of 5,000.
    let most: Int64 = 1_000_000_000 - 890_880 - 5_000
    func pay(_ amount: Int64) -> Intent { .transfer(from: "a", to: "b", amount: Lamports(amount)) }
    func code(_ intents: [Intent], tip: SOL = 0) -> RefusalCode? {
      var context = context(intents, tip: tip)
      context.limits.gasFloor = 0
      return Gate.refusal(context)?.code
    }
    #expect(code([pay(most)]) == nil)
    #expect(code([pay(most + 1)]) == .balanceShort)
    #expect(code([pay(most)], tip: 0.001) == .balanceShort)
    let back = Intent.transfer(from: "b", to: "a", amount: Lamports(500))
    // The second wallet signs, too, and a signature costs 5,000.
    #expect(code([pay(most + 1 - 5_000), back]) == .balanceShort)
    #expect(code([back, pay(most + 500)]) == nil)
    #expect(code([.swap(wallet: "a", .buySOL(usdc: 101, minimum: Lamports(1)))]) == .balanceShort)
  }

  @Test func `what orders free can be used again in the same bundle`() {
    let standing = state(orders: ["a1": [order("1", .ask, 105, 999_000)]])
    var poor = standing
    poor.swarm.wallets[0].token = TokenAmount(0)
    let fresh = place("a1", .ask, 106, 200_000)
    #expect(code(context([fresh], over: poor)) == .balanceShort)
    #expect(code(context([cancel, fresh], over: poor)) == nil)
    #expect(code(context([cancel, place("a2", .ask, 106, 200_000)], over: poor)) == .balanceShort)
    #expect(
      code(context([cancel, .settle(account: "a1"), place("a2", .ask, 106, 200_000)], over: poor))
        == nil)
  }

  @Test func `tips have a limit for a bundle and for the day`() {
    #expect(code(context([bid], tip: 0.005)) == nil)
    #expect(code(context([bid], tip: 0.006)) == .tipBudget)
    let spent = { (context: inout GateContext) in
      context.bundle.tip = 0.005
      context.tipsSpent = SOL(4_996_000_000).lamports
    }
    #expect(code([bid], spent) == .tipBudget)
    #expect(code([bid]) { $0.tipsSpent = SOL(4_996_000_000).lamports } == nil)
  }

  @Test func `a job has a rate`() {
    #expect(code([bid]) { $0.submissions = 599 } == nil)
    #expect(code([bid]) { $0.submissions = 600 } == .rateLimit)
    #expect(code([cancel]) { $0.submissions = 600 } == nil)
  }
}

@Suite struct SelfTradeTests {
  private let synthetic = trader.union([.syntheticVolume])

  @Test(
    arguments: [
      (place("b1", .ask, 95), RefusalCode.selfTradeRisk), (place("b1", .ask, 94), .selfTradeRisk),
      (place("b1", .ask, 96), nil), (take("b1", .ask, 95), .selfTradeRisk),
      (place("a2", .ask, 95), .selfTradeRisk), (place("a1", .ask, 95), .selfTradeRisk),
      (place("b1", .bid, 95), nil),
    ] as [(Intent, RefusalCode?)])
  func `no order meets a standing one of any own account`(intent: Intent, expected: RefusalCode?) {
    let standing = state(orders: ["a1": [order("1", .bid, 95)]])
    #expect(code(context([intent], over: standing)) == expected)
  }

  @Test func `an order that is cancelled first is not met, one cancelled later is`() {
    let standing = state(orders: ["a1": [order("1", .bid, 95)]])
    let ask = place("b1", .ask, 95)
    #expect(code(context([cancel, ask], over: standing)) == nil)
    #expect(code(context([ask, cancel], over: standing)) == .selfTradeRisk)
    let other = Intent.cancel(account: "a1", order: "2")
    #expect(code(context([other, ask], over: standing)) == .selfTradeRisk)
  }

  @Test func `orders of one bundle do not meet each other`() {
    let refusal = Gate.refusal(context([place("a1", .bid, 100), place("b1", .ask, 100)]))
    #expect(refusal?.code == .selfTradeRisk)
    #expect(refusal?.intent == 1)
    #expect(
      refusal?.message
        == "ask at 100 on account b1 would meet the own bid at 100 on account a1")
  }

  @Test func `orders on their way count as if they stood`() {
    var inFlight = InFlight()
    inFlight.add(
      Claim(
        draws: [:], quotes: [OwnQuote(account: "b1", side: .ask, price: PriceLots(97))],
        orders: ["b1": 1]))
    #expect(code(context([place("a1", .bid, 97)], inFlight: inFlight)) == .selfTradeRisk)
    #expect(code(context([place("a1", .bid, 96)], inFlight: inFlight)) == nil)
  }

  @Test func `an expired order is no order`() {
    var gone = order("1", .bid, 95)
    gone.expires = wall
    #expect(code(context([place("b1", .ask, 95)], over: state(orders: ["a1": [gone]]))) == nil)
  }

  @Test func `with the capability and on such a cluster it passes and is marked`() {
    let flash = [place("a1", .bid, 100), take("b1", .ask, 100)]
    #expect(code(context(flash, trader)) == .selfTradeRisk)
    let allowed = context(flash, synthetic)
    #expect(code(allowed) == nil)
    #expect(allowed.isSynthetic)
    #expect(code(context(flash, at: mainNet, synthetic)) == .syntheticNotAllowed)
    #expect(!context([bid], synthetic).isSynthetic)
  }
}
