import Isolation
import PluginAPI
import Telemetry
import Testing

@testable import Bundles

private let bid = place("a1", .bid, 95)

@Suite(.timeLimit(.minutes(1))) struct RecoveryTests {
  @Test func `a bundle that cannot be stored is not sent, a cancel is`() async throws {
    let host = try await ServiceFixture()
    host.journal.fail(true)
    #expect(await host.submit([bid]).refusalCode == .storeUnavailable)
    _ = try await host.submit([.cancelAll(account: "a1")], slot: "c").get()
    await host.service.quiet()
    #expect(await host.venue.order == ["c/0"])
    host.journal.fail(false)
    _ = try await host.submit([bid]).get()
    await host.go(5)
    #expect(host.state("c/0") == .landed)
  }

  @Test func `an end that could not be written is answered at once and written later`()
    async throws
  {
    let host = try await ServiceFixture()
    _ = try await host.submit([bid]).get()
    await host.service.quiet()
    host.journal.fail(true)
    await host.go(2)
    #expect(try await host.service.outcome(of: "s/0")?.hasLanded == true)
    #expect(host.state("s/0") == .sent)
    host.journal.fail(false)
    await host.go(1)
    #expect(host.state("s/0") == .landed)
  }

  @Test func `cancels pass while the venue cannot be read`() async throws {
    let host = try await ServiceFixture()
    _ = try await host.submit([bid], slot: "1").get()
    await host.go()
    await host.venue.set { $0.isDown = true }
    #expect(await host.submit([bid], slot: "2").refusalCode == .staleBook)
    _ = try await host.submit([.cancelAll(account: "a1")], slot: "3").get()
    await host.venue.set { $0.isDown = false }
    await host.go()
    #expect(await host.venue.count["3/0#0"] == 1)
  }

  /// A second host on the store and the venue of a first one that is gone.
  private func successor(of host: ServiceFixture) -> BundleService {
    BundleService(host.service.parts)
  }

  @Test func `a bundle that was sent is followed by the next host, and its same bytes go again`()
    async throws
  {
    let host = try await ServiceFixture()
    await host.venue.set { $0.scripts["s/0"] = [.drop, .land] }
    _ = try await host.submit([bid]).get()
    await host.service.quiet()
    let next = successor(of: host)
    try await next.reconcile()
    for _ in 0..<8 {
      await host.venue.advance()
      host.time.advance(by: .milliseconds(400))
      await next.tick()
      await next.quiet()
    }
    #expect(try await next.outcome(of: "s/0")?.hasLanded == true)
    let sends = await host.venue.sends
    #expect(sends.count == 2 && Set(sends).count == 1)
    #expect(await host.venue.count == ["s/0#0": 1])
  }

  @Test func `what landed while nobody looked is found at the start, and told once more`()
    async throws
  {
    let booked = Guarded(0)
    let host = try await ServiceFixture { parts in
      parts.onLanded = { _, _ in booked.withLock { $0 += 1 } }
    }
    _ = try await host.submit([bid]).get()
    await host.service.quiet()
    await host.venue.advance(8)
    let next = successor(of: host)
    try await next.reconcile()
    #expect(try await next.outcome(of: "s/0")?.hasLanded == true)
    #expect(host.state("s/0") == .landed)
    #expect(booked.withLock { $0 } == 1)
    let third = successor(of: host)
    try await third.reconcile()
    #expect(booked.withLock { $0 } == 2)
  }

  @Test(arguments: [(UInt64(300), BundleState.finalized), (100, .expired)])
  func `what was accepted and never signed goes its way within its deadline, and expires after it`(
    deadline: UInt64, state: BundleState
  ) async throws {
    let host = try await ServiceFixture(reconciled: false)
    var record = BundleRecord(
      submitter: submitter(slot: "old"), label: "old",
      bundle: AcceptedBundle(
        id: "old/0", intents: [bid], tip: .zero, priority: .normal, payer: "a"),
      accepted: wall, deadline: deadline)
    record.plan = try context([bid]).plan.get()
    record.plan.id = "old/0"
    _ = host.journal.inner.accept(record)
    try await host.service.reconcile()
    await host.go(12)
    #expect(host.state("old/0") == state)
    #expect(await host.venue.sends.isEmpty == (state == .expired))
  }

  @Test func `what an earlier chain was given is over when the chain began anew`() async throws {
    let host = try await ServiceFixture()
    await host.venue.set { $0.always = .drop }
    _ = try await host.submit([bid]).get()
    await host.service.quiet()
    await host.venue.set {
      $0.genesis = "second"
      $0.always = .land
    }
    let next = successor(of: host)
    try await next.reconcile()
    await next.quiet()
    #expect(try await next.outcome(of: "s/0") == .expired)
    #expect(
      try await next.submit(Bundle("x", intents: [bid]), from: submitter(slot: "n")).get().id
        == "n/0")
  }

  @Test func `money of unfinished bundles stays set aside over a restart`() async throws {
    let host = try await ServiceFixture()
    await host.venue.set { $0.always = .drop }
    let pay = Intent.transfer(from: "a", to: "b", amount: Lamports(600_000_000))
    _ = try await host.submit([pay], tip: 0.004).get()
    await host.service.quiet()
    var limits = BundleLimits()
    limits.dayTipBudget = 0.005
    let next = BundleService(host.service.parts, limits: limits)
    try await next.reconcile()
    let more = await next.submit(
      Bundle("x", intents: [.transfer(from: "a", to: "b", amount: Lamports(500_000_000))]),
      from: submitter(slot: "n"))
    #expect(more.refusalCode == .reservationConflict)
    let tipped = await next.submit(
      Bundle("x", tip: 0.002, intents: [place("b1", .bid, 95)]), from: submitter(slot: "t"))
    #expect(tipped.refusalCode == .tipBudget)
  }
}

@Suite(.timeLimit(.minutes(1))) struct ReconcilerTests {
  private func host(_ policy: ForeignOrders) async throws -> ServiceFixture {
    var limits = BundleLimits()
    limits.foreignOrders = policy
    let host = try await ServiceFixture(limits: limits, reconciled: false)
    await host.venue.set { $0.newest.swarm = state(orders: ["a1": [order("1", .bid, 80)]]).swarm }
    try await host.service.reconcile()
    await host.go(10)
    #expect(!host.told.contains("ORDER_FOREIGN"))
    await host.venue.set {
      $0.newest.swarm = state(orders: ["a1": [order("1", .bid, 80), order("2", .bid, 81)]]).swarm
    }
    await host.go(30)
    #expect(host.told.count { $0 == "ORDER_FOREIGN" } == 1)
    #expect(
      host.counted("reconciliation_differences_total", ["kind": "foreign"]) == 1)
    return host
  }

  @Test func `an order that no bundle placed is told once and adopted`() async throws {
    let host = try await host(.adopt)
    #expect(await host.service.state.mode == .active)
    #expect(await host.venue.sends.isEmpty)
  }

  @Test func `it is cancelled when the policy says so`() async throws {
    let host = try await host(.cancel)
    let record = try #require(host.journal.inner.all.first)
    #expect(record.bundle.intents == [.cancel(account: "a1", order: "2")])
  }

  @Test func `it lets only reductions pass when the policy says so`() async throws {
    let host = try await host(.halt)
    #expect(await host.service.state.mode == .reducing)
  }

  @Test func `orders that bundles placed are no difference, more of them is`() {
    var reconciler = Reconciler()
    _ = reconciler.compare(state(), busy: [])
    var record = BundleRecord(
      submitter: submitter(), label: "",
      bundle: AcceptedBundle(
        id: "x", intents: [place("a1", .bid, 95)], tip: .zero, priority: .normal, payer: "a"),
      accepted: wall)
    record.results = [.placed("5", size: BaseLots(10))]
    reconciler.learn(record)
    let standing = state(orders: ["a1": [order("5", .bid, 95)]])
    #expect(reconciler.compare(standing, busy: []).isEmpty)
    let more = state(orders: ["a1": [order("5", .bid, 95, 11)]])
    #expect(reconciler.compare(more, busy: ["a1"]).isEmpty)
    #expect(reconciler.compare(more, busy: []).map(\.kind) == [.resized])
    #expect(reconciler.compare(more, busy: []).isEmpty)
  }
}
