import Isolation
import PluginAPI
import Telemetry
import Testing

@testable import Bundles

private let bid = place("a1", .bid, 95)
private let landed = BundleOutcome.landed(slot: 7, results: [])

@Suite(.timeLimit(.minutes(1))) struct BundleServiceTests {
  @Test func `a bundle is stored, sent, lands, and its record tells so`() async throws {
    let host = try await ServiceFixture()
    let receipt = try await host.submit([bid], tip: 0.001).get()
    #expect(receipt.id == "s/0")
    #expect(host.journal.inner.record("s/0") != nil)
    await host.venue.end("s/0", .landed(slot: 7, results: [.placed("1", size: BaseLots(10))]))
    let outcome = try await host.service.outcome(of: "s/0")
    #expect(outcome == .landed(slot: 7, results: [.placed("1", size: BaseLots(10))]))
    let record = try #require(host.journal.inner.record("s/0"))
    #expect(record.state == .landed)
    #expect(record.landedSlot == 7)
    #expect(record.submitter.job == "grid")
    #expect(record.bundle.payer == "a")
    #expect(!record.isSynthetic)
    #expect(
      host.events.withLock { $0 }
        == ["TRADING_STATE", "BUNDLE_ACCEPTED", "BUNDLE_SENT", "BUNDLE_LANDED"])
    let counted = Metrics.Key("bundles_total", ["job": "grid", "outcome": "landed"])
    #expect(host.metrics.counters.withLock { $0[counted] } == 1)
  }

  @Test(arguments: [
    (BundleOutcome.reverted(reason: "intent 1: x"), BundleState.reverted), (.expired, .expired),
  ])
  func `other ends are recorded as they are`(outcome: BundleOutcome, state: BundleState)
    async throws
  {
    let host = try await ServiceFixture()
    await host.venue.set { $0.always = outcome }
    let receipt = try await host.submit([bid]).get()
    #expect(try await host.service.outcome(of: receipt.id) == outcome)
    #expect(host.journal.inner.record(receipt.id)?.state == state)
  }

  @Test func `the same slot and effect, submitted again, get the first receipt and act once`()
    async throws
  {
    let host = try await ServiceFixture()
    await host.venue.set { $0.always = landed }
    let first = try await host.submit([bid]).get()
    _ = try await host.service.outcome(of: first.id)
    let again = try await host.submit([place("b1", .bid, 94)]).get()
    let other = try await host.submit([bid], effect: 1).get()
    _ = try await host.service.outcome(of: other.id)
    #expect(again == first)
    #expect(other != first)
    #expect(await host.venue.executed == ["s/0", "s/1"])
  }

  @Test func `ten submissions at the same time act once`() async throws {
    let host = try await ServiceFixture()
    await host.venue.set { $0.always = landed }
    let receipts = await withTaskGroup(of: BundleReceipt?.self) { group in
      for _ in 0..<10 { group.addTask { try? await host.submit([bid]).get() } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(receipts == Array(repeating: BundleReceipt(id: "s/0"), count: 10))
    await host.service.drain()
    #expect(await host.venue.executed == ["s/0"])
  }

  @Test func `a new host on the same journal gives the first receipt, too`() async throws {
    let host = try await ServiceFixture()
    await host.venue.set { $0.always = landed }
    _ = try await host.submit([bid]).get()
    await host.service.drain()
    let second = BundleService(host.service.parts)
    try await second.reconcile()
    let result = await second.submit(Bundle("again", intents: [bid]), from: submitter())
    #expect(try result.get().id == "s/0")
    #expect(try await second.outcome(of: "s/0") == landed)
    #expect(await host.venue.executed.count == 1)
  }

  @Test func `the journal has the last word on what was accepted first`() async throws {
    let host = try await ServiceFixture()
    await host.venue.set { $0.always = landed }
    let first = try await host.submit([bid], tip: 0.001).get()
    await host.service.drain()
    host.journal.hide(true)
    #expect(try await host.submit([bid], tip: 0.001).get() == first)
    await host.service.drain()
    #expect(await host.venue.executed == ["s/0"])
    #expect(host.journal.inner.all.count == 1)
  }

  @Test func `a refusal is an event and a number, and leaves no record`() async throws {
    let host = try await ServiceFixture()
    #expect(await host.submit([place("a1", .bid, 95, 1)]).refusalCode == .orderTooSmall)
    #expect(host.journal.inner.all.isEmpty)
    #expect(host.events.withLock { $0.last } == "BUNDLE_REFUSED")
    let counted = Metrics.Key("bundle_refusals_total", ["code": "ORDER_TOO_SMALL"])
    #expect(host.metrics.counters.withLock { $0[counted] } == 1)
    #expect(try await host.service.outcome(of: "s/0") == nil)
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
    #expect(results.count { $0 == .balanceShort } == 4)
  }

  @Test func `what a bundle did not spend can be spent again`() async throws {
    let host = try await ServiceFixture()
    let pay = Intent.transfer(from: "a", to: "b", amount: Lamports(600_000_000))
    await host.venue.set { $0.always = .reverted(reason: "x") }
    for slot in ["1", "2", "3"] {
      _ = try await host.submit([pay], slot: slot).get()
      await host.service.drain()
    }
  }

  @Test func `two bundles on their way cannot meet each other`() async throws {
    let host = try await ServiceFixture()
    _ = try await host.submit([place("a1", .bid, 98)], slot: "1").get()
    #expect(await host.submit([place("b1", .ask, 98)], slot: "2").refusalCode == .selfTradeRisk)
    await host.venue.end("1/0", .expired)
    await host.service.drain()
    _ = try await host.submit([place("b1", .ask, 98)], slot: "3").get()
  }

  @Test func `tips add up over 24 hours, and those that did not land are given back`()
    async throws
  {
    var limits = BundleLimits()
    limits.dayTipBudget = 0.009
    let host = try await ServiceFixture(limits: limits)
    await host.venue.set { $0.always = landed }
    _ = try await host.submit([bid], slot: "1", tip: 0.005).get()
    await host.service.drain()
    #expect(await host.submit([bid], slot: "2", tip: 0.005).refusalCode == .tipBudget)
    await host.venue.set { $0.always = .expired }
    _ = try await host.submit([bid], slot: "3", tip: 0.004).get()
    await host.service.drain()
    await host.venue.set { $0.always = landed }
    _ = try await host.submit([bid], slot: "4", tip: 0.004).get()
    await host.service.drain()
    _ = try await host.submit([.cancelAll(account: "a1")], slot: "5", tip: 0.004).get()
    #expect(host.journal.inner.record("5/0")?.bundle.tip == .zero)
    host.time.advance(by: .seconds(86_400))
    await host.venue.set { $0.newest.time = wall + .seconds(86_400) }
    _ = try await host.submit([bid], slot: "6", tip: 0.005).get()
  }

  @Test func `each job has its own rate`() async throws {
    var limits = BundleLimits()
    limits.perMinute = 2
    let host = try await ServiceFixture(limits: limits)
    await host.venue.set { $0.always = landed }
    _ = try await host.submit([bid], slot: "1").get()
    _ = try await host.submit([bid], slot: "2").get()
    #expect(await host.submit([bid], slot: "3").refusalCode == .rateLimit)
    _ = try await host.submit([bid], slot: "4", job: "other").get()
    host.time.advance(by: .seconds(60))
    await host.venue.set { $0.newest.time = wall + .seconds(60) }
    _ = try await host.submit([bid], slot: "5").get()
  }

  @Test func `bundles on one account go one after the other, others beside them`() async throws {
    let host = try await ServiceFixture()
    _ = try await host.submit([bid], slot: "1").get()
    _ = try await host.submit([place("a1", .bid, 94)], slot: "2").get()
    _ = try await host.submit([place("b1", .bid, 94)], slot: "3").get()
    await host.venue.arrival(of: "3/0")
    #expect(await Set(host.venue.executed) == ["1/0", "3/0"])
    await host.venue.end("1/0")
    await host.venue.end("2/0")
    await host.venue.end("3/0")
    await host.service.drain()
  }

  @Test func `a bundle that waits goes by its urgency`() async throws {
    let host = try await ServiceFixture()
    _ = try await host.submit([bid], slot: "1").get()
    await host.venue.arrival(of: "1/0")
    _ = try await host.submit([place("a1", .bid, 94)], slot: "2").get()
    let cancel = Intent.cancelAll(account: "a1")
    _ = try await host.submit([cancel], slot: "3", priority: .cancel).get()
    await host.venue.end("1/0")
    await host.venue.end("3/0")
    await host.venue.end("2/0")
    #expect(await host.venue.executed == ["1/0", "3/0", "2/0"])
  }

  @Test func `waiting for an outcome ends when the waiting task is cancelled`() async throws {
    let host = try await ServiceFixture()
    _ = try await host.submit([bid]).get()
    let waiting = Task { try await host.service.outcome(of: "s/0") }
    await host.venue.arrival(of: "s/0")
    waiting.cancel()
    #expect(try await waiting.value == .unknown)
    await host.venue.end("s/0")
    #expect(try await host.service.outcome(of: "s/0") == landed)
  }

  @Test func `cancelling a submitter leaves the bundle alone`() async throws {
    let host = try await ServiceFixture()
    let submission = Task { await host.submit([bid]) }
    submission.cancel()
    #expect(try await submission.value.get().id == "s/0")
    await host.venue.end("s/0")
    #expect(try await host.service.outcome(of: "s/0") == landed)
  }
}

@Suite(.timeLimit(.minutes(1))) struct TradingStateTests {
  @Test func `nothing but cancels before the venue was reconciled`() async throws {
    let host = try await ServiceFixture(reconciled: false)
    await host.venue.set { $0.always = landed }
    #expect(await host.submit([bid], slot: "1").refusalCode == .tradingHalted)
    #expect(await host.service.setState(.active, reason: "operator") == false)
    _ = try await host.submit([.cancelAll(account: "a1")], slot: "2").get()
    try await host.service.reconcile()
    _ = try await host.submit([bid], slot: "3").get()
  }

  @Test func `a halt before the venue was reconciled outlasts it`() async throws {
    let host = try await ServiceFixture(reconciled: false)
    await host.service.setState(.halted, reason: "operator")
    try await host.service.reconcile()
    #expect(await host.service.state == TradingState(.halted, reason: "operator"))
    #expect(await host.submit([bid]).refusalCode == .tradingHalted)
    #expect(await host.service.setState(.active, reason: "clear"))
    #expect(try await host.submit([bid]).get().id == "s/0")
  }

  @Test func `a job that floods the line is stopped, its cancels too, and nobody else`()
    async throws
  {
    var limits = BundleLimits()
    limits.maxUnfinished = 3
    limits.perMinute = 2
    let host = try await ServiceFixture(limits: limits)
    for effect in 0..<3 {
      _ = try await host.submit([.cancelAll(account: "a1")], effect: effect).get()
    }
    let flood = await host.submit([.cancelAll(account: "a1")], effect: 3)
    #expect(flood.refusalCode == .rateLimit)
    #expect(
      try await host.submit([.cancelAll(account: "a1")], slot: "t", job: "other").get().id == "t/0")
    for effect in 0..<3 { await host.venue.end(BundleID("s/\(effect)")) }
    _ = try await host.service.outcome(of: "s/2")
    // Cancels do not count against the rate of the others.
    #expect(try await host.submit([bid], slot: "u").get().id == "u/0")
  }

  @Test func `a venue that cannot be read keeps trading halted`() async throws {
    let host = try await ServiceFixture(reconciled: false)
    await host.venue.set { $0.isDown = true }
    await #expect(throws: ServiceError.self) { try await host.service.reconcile() }
    #expect(await host.service.state.mode == .halted)
  }

  @Test(arguments: [KillFlag.set, .unreadable("EACCES")])
  func `the kill switch is asked again at the last moment`(flag: KillFlag) async throws {
    let host = try await ServiceFixture()
    _ = try await host.submit([bid], slot: "1").get()
    await host.venue.arrival(of: "1/0")
    _ = try await host.submit([place("a1", .bid, 94)], slot: "2").get()
    _ = try await host.submit([.cancelAll(account: "a1")], slot: "3").get()
    host.kill.set(flag)
    await host.venue.end("1/0")
    #expect(try await host.service.outcome(of: "2/0") == .expired)
    await host.venue.end("3/0")
    #expect(try await host.service.outcome(of: "3/0") == landed)
    #expect(await host.venue.executed == ["1/0", "3/0"])
    let record = try #require(host.journal.inner.record("2/0"))
    #expect(record.state == .expired)
    #expect(record.sent == nil)
    #expect(record.refusal != nil)
  }

  @Test func `an operator's halt also stops what waits`() async throws {
    let host = try await ServiceFixture()
    _ = try await host.submit([bid], slot: "1").get()
    await host.venue.arrival(of: "1/0")
    _ = try await host.submit([place("a1", .bid, 94)], slot: "2").get()
    await host.service.setState(.halted, reason: "drill")
    await host.venue.end("1/0")
    #expect(try await host.service.outcome(of: "2/0") == .expired)
    #expect(host.journal.inner.record("2/0")?.refusal?.code == .tradingHalted)
  }

  @Test func `a cluster that does not say its name gets nothing new`() async throws {
    let host = try await ServiceFixture()
    await host.venue.set { $0.who = nil }
    #expect(await host.submit([bid]).refusalCode == .clusterNotAllowed)
  }

  @Test func `a cluster that changes under way is noticed with the next bundle`() async throws {
    let host = try await ServiceFixture()
    let flash = [place("a1", .bid, 100), take("b1", .ask, 100)]
    let capabilities = trader.union([.syntheticVolume])
    _ = try await host.submit(flash, slot: "1", capabilities).get()
    #expect(host.journal.inner.record("1/0")?.isSynthetic == true)
    await host.venue.set { $0.who = mainNet }
    #expect(await host.submit(flash, slot: "2", capabilities).refusalCode == .syntheticNotAllowed)
  }
}

@Suite(.timeLimit(.minutes(1))) struct RecoveryTests {
  @Test func `an unknown fate blocks its accounts until it is known, cancels pass`() async throws {
    let host = try await ServiceFixture()
    await host.venue.set { $0.fates["1/0"] = .unknown }
    _ = try await host.submit([bid], slot: "1").get()
    await host.venue.end("1/0", .unknown)
    #expect(try await host.service.outcome(of: "1/0") == .unknown)
    await host.venue.set { $0.always = landed }
    #expect(await host.submit([bid], slot: "2").refusalCode == .accountBusy)
    _ = try await host.submit([.cancelAll(account: "a1")], slot: "3").get()
    _ = try await host.submit([place("b1", .bid, 95)], slot: "4").get()
    await host.service.resolve()
    #expect(await host.submit([bid], slot: "5").refusalCode == .accountBusy)
    await host.venue.set { $0.fates["1/0"] = landed }
    await host.service.resolve()
    #expect(try await host.service.outcome(of: "1/0") == landed)
    _ = try await host.submit([bid], slot: "6").get()
  }

  @Test func `a bundle that cannot be stored is not sent`() async throws {
    let host = try await ServiceFixture()
    await host.venue.set { $0.always = landed }
    host.journal.fail(true)
    #expect(await host.submit([bid]).refusalCode == .storeUnavailable)
    #expect(await host.venue.executed.isEmpty)
    _ = try await host.submit([.cancelAll(account: "a1")], slot: "c").get()
    await host.service.drain()
    #expect(await host.venue.executed == ["c/0"])
    host.journal.fail(false)
    _ = try await host.submit([bid]).get()
  }

  @Test func `an end that could not be written is written later and answered at once`()
    async throws
  {
    let host = try await ServiceFixture()
    _ = try await host.submit([bid]).get()
    await host.venue.arrival(of: "s/0")
    host.journal.fail(true)
    await host.venue.end("s/0")
    #expect(try await host.service.outcome(of: "s/0") == landed)
    #expect(host.journal.inner.record("s/0")?.state == .sent)
    host.journal.fail(false)
    await host.service.resolve()
    #expect(host.journal.inner.record("s/0")?.state == .landed)
  }

  @Test(arguments: [
    (BundleOutcome.landed(slot: 3, results: []), BundleState.landed), (.expired, .expired),
    (.unknown, .unknown),
  ])
  func `a start closes what an earlier host left open, as the venue knows it`(
    fate: BundleOutcome, state: BundleState
  ) async throws {
    let host = try await ServiceFixture(reconciled: false)
    var record = BundleRecord(
      submitter: submitter(slot: "old"), label: "old",
      bundle: AcceptedBundle(
        id: "old/0", intents: [bid], tip: .zero, priority: .normal, payer: "a"),
      isSynthetic: false, accepted: wall)
    record.state = .sent
    _ = host.journal.inner.accept(record)
    await host.venue.set { $0.fates["old/0"] = fate }
    try await host.service.reconcile()
    #expect(host.journal.inner.record("old/0")?.state == state)
    #expect(await host.venue.executed.isEmpty)
    let next = await host.submit([bid], slot: "new")
    #expect(next.refusalCode == (fate == .unknown ? .accountBusy : nil))
  }

  @Test func `cancels pass while the venue cannot be read`() async throws {
    let host = try await ServiceFixture()
    await host.venue.set { $0.always = landed }
    _ = try await host.submit([bid], slot: "1").get()
    await host.venue.set { $0.isDown = true }
    #expect(await host.submit([bid], slot: "2").refusalCode == .staleBook)
    _ = try await host.submit([.cancelAll(account: "a1")], slot: "3").get()
  }
}
