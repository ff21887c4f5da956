import Isolation
import PluginAPI
import Telemetry
import Testing

@testable import Bundles

private let bid = place("a1", .bid, 95)
private let swap = Intent.swap(wallet: "a", .buySOL(usdc: 1, minimum: Lamports(1)))

private func code(_ intents: [Intent], _ change: (inout GateContext) -> Void) -> RefusalCode? {
  var context = context(intents)
  change(&context)
  return Gate.refusal(context)?.code
}

@Suite struct RiskGateTests {
  @Test func `an oracle must be sure of itself`() {
    // Two hundredths of 150 dollars are 3.
    #expect(code([swap]) { $0.state.oracle?.confidence = 3 } == nil)
    #expect(code([swap]) { $0.state.oracle?.confidence = 3.000_001 } == .oracleConfidence)
    #expect(code([bid]) { $0.state.oracle?.confidence = 100 } == nil)
  }

  @Test func `two oracles must not contradict each other`() {
    func second(_ price: USD) -> RefusalCode? {
      code([swap]) { $0.secondOracle = OraclePrice(price: price, time: wall) }
    }
    #expect(second(157.5) == nil)
    #expect(second(142.5) == nil)
    #expect(second(157.500_001) == .oracleDeviation)
    #expect(second(142.499_999) == .oracleDeviation)
  }

  @Test func `orders expire in time when the table says so`() {
    func expiring(_ seconds: Int64?) -> RefusalCode? {
      var order = NewOrder(side: .bid, price: PriceLots(95), size: BaseLots(10))
      order.expires = seconds.map { wall + .seconds($0) }
      return code([.place(account: "a1", order)]) { $0.limits.maxOrderLife = .seconds(60) }
    }
    #expect(expiring(60) == nil)
    #expect(expiring(61) == .expiryTooLong)
    #expect(expiring(nil) == .expiryTooLong)
    #expect(code([bid]) { $0.limits.maxOrderLife = nil } == nil)
  }

  @Test func `a post-only order does not cross the orders of others`() {
    #expect(code([place("a1", .bid, 109)]) { _ in } == nil)
    #expect(code([place("a1", .bid, 110)]) { _ in } == .crossesBook)
    #expect(code([place("a1", .ask, 91)]) { _ in } == nil)
    #expect(code([place("a1", .ask, 90)]) { _ in } == .crossesBook)
    #expect(code([take("a1", .bid, 120)]) { _ in } == nil)
    // A level that is all one's own is looked at by the self-trade gate.
    #expect(code([place("a1", .bid, 110)]) { $0.state.asks[0].own = BaseLots(1_000) } == nil)
  }

  @Test func `a bundle is worth so much at most`() {
    let orders = [place("a1", .bid, 100, 10), place("a2", .ask, 120, 10)]
    #expect(code(orders) { $0.limits.maxNotional = SOL(Lamports(2_200)) } == nil)
    #expect(code(orders) { $0.limits.maxNotional = SOL(Lamports(2_199)) } == .notionalMax)
  }

  @Test func `a wallet keeps what it needs for fees`() {
    func pay(_ rest: Int64) -> [Intent] {
      [.transfer(from: "a", to: "b", amount: Lamports(1_000_000_000 - 5_000 - rest))]
    }
    #expect(code(pay(10_000_000)) { _ in } == nil)
    #expect(code(pay(9_999_999)) { _ in } == .gasFloor)
    let poor = { (context: inout GateContext) in context.limits.gasFloor = 2 }
    #expect(code([.settle(account: "a1")], poor) == nil)
    #expect(code([swap], poor) == nil)
    #expect(code([bid], poor) == .gasFloor)
  }

  @Test func `fees have a limit for the day`() {
    #expect(code([bid]) { $0.feesSpent = Lamports(1_000_000_000 - 5_000) } == nil)
    #expect(code([bid]) { $0.feesSpent = Lamports(1_000_000_000 - 4_999) } == .feeBudget)
  }

  @Test func `money that is set aside is another matter than money that is not there`() {
    var inFlight = InFlight()
    inFlight.add(
      Claim(draws: ["a": WalletDraw(sol: 500_000_000)], quotes: [], orders: [:]))
    func pay(_ amount: Int64) -> RefusalCode? {
      let intent = Intent.transfer(from: "a", to: "b", amount: Lamports(amount))
      return Gate.refusal(context([intent], inFlight: inFlight))?.code
    }
    #expect(pay(400_000_000) == nil)
    #expect(pay(600_000_000) == .reservationConflict)
    #expect(pay(1_100_000_000) == .balanceShort)
  }

  @Test func `slots that fills still hold are not free until they are consumed`() {
    var venue = state()
    venue.swarm.wallets[0].accounts[0].pendingSlots = 9
    let orders = (0..<16).map { place("a1", .bid, 60 + Int64($0)) }
    #expect(Gate.refusal(context(orders, over: venue))?.code == .accountFull)
    #expect(Gate.refusal(context([.consumeEvents] + orders, over: venue)) == nil)
    let all = orders + (16..<24).map { place("a1", .bid, 60 + Int64($0)) }
    #expect(Gate.refusal(context([.consumeEvents] + all, over: venue))?.code == .accountFull)
    #expect(Gate.refusal(context([.consumeEvents, .consumeEvents] + all, over: venue)) == nil)
  }

  @Test func `what does not fit into five transactions is refused with its sizes, cancels too`() {
    let cancels = (0..<256).map { Intent.cancel(account: "a1", order: OrderID("\($0)")) }
    let refusal = Gate.refusal(context(cancels))
    #expect(refusal?.code == .bundleTooLong)
    #expect(refusal?.message.contains("256 intents need") == true)
  }

  @Test func `an open breaker lets reductions pass`() {
    let rule = BreakerRule(.drawdown(10), window: .seconds(60), lock: .seconds(60))
    let open = OpenBreaker(rule: rule, until: wall + .seconds(30), reason: "equity fell")
    #expect(code([bid]) { $0.breakers = [open] } == .drawdown)
    #expect(code([.settle(account: "a1")]) { $0.breakers = [open] } == nil)
    let other = OpenBreaker(
      rule: BreakerRule(.failures(3)), until: wall + .seconds(30), reason: "3 failed")
    #expect(code([bid]) { $0.breakers = [other] } == .circuitOpen)
  }
}

@Suite(.timeLimit(.minutes(1))) struct BreakerTests {
  private func reading(_ seconds: Int64, _ lamports: Int64, peak: Int64 = 1_000) -> EquityReading {
    EquityReading(
      lamports: Lamports(lamports), peak: Lamports(peak), time: wall + .seconds(seconds))
  }

  private func breakers(_ limit: BreakerRule.Limit) -> CircuitBreakers {
    var breakers = CircuitBreakers()
    breakers.setRules([BreakerRule(limit, window: .seconds(60), lock: .seconds(30))])
    return breakers
  }

  @Test func `failures count within the window, and the lock ends`() {
    var breakers = breakers(.failures(3))
    #expect(breakers.note(.failure, at: wall).isEmpty)
    #expect(breakers.note(.revert, at: wall + .seconds(10)).isEmpty)
    // The first is a minute old.
    #expect(breakers.note(.failure, at: wall + .seconds(60)).isEmpty)
    #expect(breakers.note(.failure, at: wall + .seconds(61)).count == 1)
    #expect(breakers.open(at: wall + .seconds(90)).count == 1)
    #expect(breakers.open(at: wall + .seconds(91)).isEmpty)
  }

  @Test func `reverts count apart`() {
    var breakers = breakers(.reverts(2))
    _ = breakers.note(.failure, at: wall)
    _ = breakers.note(.revert, at: wall)
    #expect(breakers.open(at: wall).isEmpty)
    #expect(breakers.note(.revert, at: wall).first?.reason == "2 reverted")
  }

  @Test func `a loss is measured from the highest equity in the window`() {
    var breakers = breakers(.loss(SOL(Lamports(100))))
    #expect(breakers.note(reading(0, 1_000)).isEmpty)
    #expect(breakers.note(reading(61, 950)).isEmpty)
    // A hundred below the first, which the window has left behind.
    #expect(breakers.note(reading(62, 900)).isEmpty)
    #expect(breakers.note(reading(70, 850)).count == 1)
  }

  @Test func `a drawdown is measured from the peak`() {
    var breakers = breakers(.drawdown(10))
    #expect(breakers.note(reading(0, 901)).isEmpty)
    #expect(breakers.note(reading(1, 900)).count == 1)
    // Nothing new is told while it is locked.
    #expect(breakers.note(reading(2, 800)).isEmpty)
  }

  @Test func `a changed table keeps the lock of a rule that stays`() {
    var breakers = breakers(.drawdown(10))
    _ = breakers.note(reading(0, 1))
    breakers.setRules(breakers.rules + [BreakerRule(.failures(9))])
    #expect(breakers.open(at: wall).count == 1)
    breakers.setRules([])
    #expect(breakers.open(at: wall).isEmpty)
  }

  @Test func `the service stops by itself when bundles fail, and goes on after the lock`()
    async throws
  {
    var limits = BundleLimits()
    limits.breakers = [BreakerRule(.reverts(2), window: .seconds(600), lock: .seconds(60))]
    let host = try await ServiceFixture(limits: limits)
    await host.venue.set { $0.always = .revert }
    for slot in ["1", "2"] {
      _ = try await host.submit([bid], slot: slot).get()
      await host.go()
    }
    #expect(host.told.contains("BREAKER_OPEN"))
    #expect(await host.submit([bid], slot: "3").refusalCode == .circuitOpen)
    await host.go(151)
    #expect(await host.submit([bid], slot: "4").refusalCode == nil)
  }

  @Test func `the service stops by itself when equity falls`() async throws {
    var limits = BundleLimits()
    limits.breakers = [BreakerRule(.drawdown(20))]
    let equity = Guarded(EquityReading(lamports: Lamports(90), peak: Lamports(100), time: wall))
    let host = try await ServiceFixture(limits: limits) { parts in
      parts.equity = { equity.withLock { $0 } }
    }
    await host.go(1)
    #expect(await host.submit([bid], slot: "1").refusalCode == nil)
    equity.withLock {
      $0 = EquityReading(lamports: Lamports(80), peak: Lamports(100), time: wall + .seconds(9))
    }
    await host.go(1)
    #expect(await host.submit([bid], slot: "2").refusalCode == .drawdown)
  }
}
