import Isolation
import PluginAPI
import Telemetry
import Testing

@testable import Bundles

private let bid = place("a1", .bid, 95)

@Suite(.timeLimit(.minutes(1))) struct DispatchTests {
  @Test func `bundles on one account go one after the other, others beside them`() async throws {
    let host = try await ServiceFixture()
    _ = try await host.submit([bid], slot: "1").get()
    _ = try await host.submit([place("a1", .bid, 94)], slot: "2").get()
    _ = try await host.submit([place("b1", .bid, 94)], slot: "3").get()
    await host.service.quiet()
    #expect(await host.venue.order == ["1/0", "3/0"])
    await host.go()
    #expect(await host.venue.order == ["1/0", "3/0", "2/0"])
  }

  @Test func `the urgent go first, and equals take turns by job`() async throws {
    let host = try await ServiceFixture()
    await host.venue.set { $0.scripts["0/0"] = [.drop, .land] }
    _ = try await host.submit([bid], slot: "0", job: "x").get()
    for number in 1...3 { _ = try await host.submit([bid], slot: "a\(number)", job: "a").get() }
    _ = try await host.submit([bid], slot: "b1", job: "b").get()
    _ = try await host.submit([bid], slot: "r1", job: "a", priority: .rebuild).get()
    await host.go(30)
    // One account: nobody overtakes on it but the urgent.
    #expect(await host.venue.order == ["0/0", "r1/0", "a1/0", "a2/0", "a3/0", "b1/0"])
  }

  @Test func `jobs take turns on different accounts when the budget is short`() {
    var line = DispatchLine()
    let now = MonotonicInstant(nanoseconds: 0)
    func add(_ job: String, _ slot: String, _ account: AccountID) {
      let id = BundleID(slot)
      line.add(
        BundleRecord(
          submitter: submitter(job, slot: slot), label: "",
          bundle: AcceptedBundle(
            id: id, intents: [place(account, .bid, 95)], tip: .zero, priority: .normal, payer: "a"),
          accepted: wall))
    }
    for number in 1...3 { add("greedy", "g\(number)", AccountID("g\(number)")) }
    add("modest", "m1", "m1")
    var order: [BundleID] = []
    while let id = line.next(at: now) { order.append(id) }
    #expect(order == ["g1", "m1", "g2", "g3"])
  }

  @Test func `a provider that asks for a pause gets it`() async throws {
    let host = try await ServiceFixture()
    await host.venue.set { $0.scripts["1/0"] = [.limit(.seconds(4)), .land] }
    _ = try await host.submit([bid], slot: "1").get()
    await host.service.quiet()
    _ = try await host.submit([place("b1", .bid, 95)], slot: "2").get()
    await host.go(8)
    #expect(await host.venue.sends.count == 1)
    await host.go(6)
    #expect(await host.venue.count == ["1/0#0": 1, "2/0#0": 1])
  }

  @Test func `the budget is shared by all jobs, an emergency stop does not wait for it`()
    async throws
  {
    var limits = BundleLimits()
    limits.dispatch.burst = 1
    limits.dispatch.sendsPerSecond = 0.1
    let host = try await ServiceFixture(limits: limits)
    _ = try await host.submit([bid], slot: "1", job: "a").get()
    _ = try await host.submit([place("b1", .bid, 95)], slot: "2", job: "b").get()
    _ = try await host.submit([.cancelAll(account: "b2")], slot: "k", priority: .kill).get()
    await host.service.quiet()
    #expect(await Set(host.venue.order) == ["1/0", "k/0"])
    await host.go(26)
    #expect(await host.venue.order.contains("2/0"))
  }

  @Test func `bundles wait for a leader that takes them, cancels do not`() async throws {
    let host = try await ServiceFixture()
    await host.venue.set { $0.newest.nextLeaderSlot = 106 }
    _ = try await host.submit([bid], slot: "1").get()
    _ = try await host.submit([.cancelAll(account: "b1")], slot: "c", priority: .cancel).get()
    await host.service.quiet()
    #expect(await host.venue.order == ["c/0"])
    await host.go(3)
    #expect(await host.venue.order == ["c/0", "1/0"])
  }

  @Test func `a cancel does not wait for long behind what does not land, and a stuck one is told`()
    async throws
  {
    let host = try await ServiceFixture()
    await host.venue.set { $0.always = .drop }
    _ = try await host.submit([bid], slot: "1").get()
    _ = try await host.submit([.cancelAll(account: "a1")], slot: "c").get()
    await host.go(4)
    #expect(await host.venue.order == ["1/0"])
    await host.go(2)
    #expect(await host.venue.order == ["1/0", "c/0"])
    await host.go(40)
    #expect(host.told.count { $0 == "CANCEL_STUCK" } == 1)
    #expect(host.counted("cancels_stuck_total") == 1)
  }

  @Test(
    arguments: [
      (TipPolicy.Kind.fixed, Percent(50_000_000), 1_000_000), (.percentile, 50, 2_000_000),
      (.percentile, 95, 5_000_000), (.percentile, 25, 1_000_000),
    ] as [(TipPolicy.Kind, Percent, Int64)])
  func `a tip follows the others within its bounds`(
    kind: TipPolicy.Kind, percentile: Percent, expected: Int64
  ) async throws {
    var limits = BundleLimits()
    limits.tipping.kind = kind
    limits.tipping.percentile = percentile
    let host = try await ServiceFixture(limits: limits)
    await host.venue.set {
      $0.newest.tips = TipStatistics(
        p25: Lamports(10), p50: Lamports(2_000_000), p75: Lamports(3_000_000),
        p95: Lamports(90_000_000), time: wall)
    }
    _ = try await host.submit([bid], tip: 0.001).get()
    #expect(host.record("s/0")?.bundle.tip == Lamports(expected))
    #expect(host.record("s/0")?.plan.transactions.last?.tip == Lamports(expected))
  }

  @Test func `tips add up over 24 hours, and those that did not land are given back`()
    async throws
  {
    var limits = BundleLimits()
    limits.dayTipBudget = 0.009
    limits.dispatch.attempts = 1
    let host = try await ServiceFixture(limits: limits)
    _ = try await host.submit([bid], slot: "1", tip: 0.005).get()
    await host.go()
    #expect(await host.submit([bid], slot: "2", tip: 0.005).refusalCode == .tipBudget)
    await host.venue.set { $0.always = .drop }
    _ = try await host.submit([bid], slot: "3", tip: 0.004).get()
    await host.outlive()
    await host.venue.set { $0.always = .land }
    _ = try await host.submit([bid], slot: "4", tip: 0.004).get()
    await host.go()
    _ = try await host.submit([.cancelAll(account: "a1")], slot: "5", tip: 0.004).get()
    #expect(host.record("5/0")?.bundle.tip == .zero)
    host.time.advance(by: .seconds(86_400))
    await host.venue.set { $0.newest.time = $0.newest.time + .seconds(86_400) }
    _ = try await host.submit([bid], slot: "6", tip: 0.005).get()
  }

  @Test func `each job has its own rate`() async throws {
    var limits = BundleLimits()
    limits.perMinute = 2
    let host = try await ServiceFixture(limits: limits)
    _ = try await host.submit([bid], slot: "1").get()
    _ = try await host.submit([bid], slot: "2").get()
    #expect(await host.submit([bid], slot: "3").refusalCode == .rateLimit)
    _ = try await host.submit([bid], slot: "4", job: "other").get()
    host.time.advance(by: .seconds(60))
    await host.venue.set { $0.newest.time = $0.newest.time + .seconds(60) }
    _ = try await host.submit([bid], slot: "5").get()
  }

  @Test func `a job that floods the line is stopped, its cancels too, and nobody else`()
    async throws
  {
    var limits = BundleLimits()
    limits.maxUnfinished = 3
    let host = try await ServiceFixture(limits: limits)
    for effect in 0..<3 {
      _ = try await host.submit([.cancelAll(account: "a1")], effect: effect).get()
    }
    let flood = await host.submit([.cancelAll(account: "a1")], effect: 3)
    #expect(flood.refusalCode == .rateLimit)
    _ = try await host.submit([.cancelAll(account: "a1")], slot: "t", job: "other").get()
    await host.go(12)
    _ = try await host.submit([bid], slot: "u").get()
  }

  @Test func `bundles at the same time cannot spend the same lamports`() async throws {
    let host = try await ServiceFixture()
    func pay(_ slot: String) async -> Result<BundleReceipt, Refusal> {
      await host.submit([.transfer(from: "a", to: "b", amount: Lamports(600_000_000))], slot: slot)
    }
    let results = await withTaskGroup(of: RefusalCode?.self) { group in
      for number in 0..<5 { group.addTask { await pay("\(number)").refusalCode } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results.count { $0 == nil } == 1)
    #expect(results.count { $0 == .reservationConflict } == 4)
  }

  @Test func `two bundles on their way cannot meet each other, and what is undone is free again`()
    async throws
  {
    let host = try await ServiceFixture()
    await host.venue.set { $0.always = .revert }
    _ = try await host.submit([place("a1", .bid, 98)], slot: "1").get()
    #expect(await host.submit([place("b1", .ask, 98)], slot: "2").refusalCode == .selfTradeRisk)
    await host.go()
    _ = try await host.submit([place("b1", .ask, 98)], slot: "3").get()
  }
}
