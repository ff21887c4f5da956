import Isolation
import PluginAPI
import Telemetry
import Testing

@testable import Bundles

private let bid = place("a1", .bid, 95)
private let cancel = Intent.cancelAll(account: "a1")
private let landed = BundleOutcome.landed(slot: 102, results: [.done])

@Suite(.timeLimit(.minutes(1))) struct BundleServiceTests {
  @Test func `a bundle is stored, signed, stored, sent, lands, is read and becomes final`()
    async throws
  {
    let host = try await ServiceFixture()
    let receipt = try await host.submit([bid], tip: 0.001).get()
    #expect(receipt.id == "s/0")
    await host.service.quiet()
    #expect(host.state("s/0") == .sent)
    await host.go(2)
    #expect(try await host.service.outcome(of: "s/0") == landed)
    #expect(host.state("s/0") == .landed)
    await host.go(10)
    let record = try #require(host.record("s/0"))
    #expect(record.state == .finalized)
    #expect(record.landedSlot == 102)
    #expect(record.signed?.attempt == 1)
    #expect(record.bundle.payer == "a")
    #expect(try await host.service.outcome(of: "s/0") == landed)
    #expect(
      host.told == [
        "TRADING_STATE", "BUNDLE_ACCEPTED", "BUNDLE_SIGNED", "BUNDLE_SENT", "BUNDLE_LANDED",
        "BUNDLE_FINALIZED",
      ])
    #expect(host.counted("bundles_total", ["job": "grid", "outcome": "landed"]) == 1)
    #expect(await host.service.underWay().isEmpty)
  }

  @Test func `nothing is handed over that the journal does not hold`() async throws {
    let host = try await ServiceFixture()
    // Both work on one account, so the second is signed later.
    _ = try await host.submit([bid], slot: "0").get()
    _ = try await host.submit([place("a1", .bid, 94)]).get()
    host.journal.freeze(true)
    await host.go(5)
    #expect(await host.venue.order == ["0/0"])
    #expect(host.state("s/0") == .accepted)
    host.journal.freeze(false)
    await host.go(5)
    #expect(await host.venue.sends(of: "s/0").count == 1)
    #expect(try await host.service.outcome(of: "s/0")?.hasLanded == true)
  }

  @Test func `what a full store held back for too long expires`() async throws {
    var limits = BundleLimits()
    limits.dispatch.deadline = 10
    let host = try await ServiceFixture(limits: limits)
    _ = try await host.submit([bid], slot: "0").get()
    _ = try await host.submit([place("a1", .bid, 94)]).get()
    host.journal.freeze(true)
    await host.go(20)
    host.journal.freeze(false)
    await host.go(3)
    #expect(try await host.service.outcome(of: "s/0") == .expired)
    #expect(await host.venue.order == ["0/0"])
    #expect(host.state("s/0") == .expired)
  }

  @Test func `a bundle that nothing is in the way of costs one write until it is handed over`()
    async throws
  {
    let host = try await ServiceFixture()
    host.journal.freeze(true)
    _ = try await host.submit([bid]).get()
    await host.service.quiet()
    #expect(host.state("s/0") == .signed)
    #expect(host.record("s/0")?.signed?.transactions.isEmpty == false)
    #expect(await host.venue.sends.count == 1)
  }

  @Test func `a node that gives no blockhash holds a bundle back, and it goes when it does`()
    async throws
  {
    let host = try await ServiceFixture()
    await host.venue.set { $0.hasNoBlockhash = true }
    _ = try await host.submit([bid]).get()
    await host.go(3)
    #expect(host.state("s/0") == .accepted)
    await host.venue.set { $0.hasNoBlockhash = false }
    await host.go(4)
    #expect(try await host.service.outcome(of: "s/0")?.hasLanded == true)
  }

  @Test func `the same bytes are handed over again until they land`() async throws {
    let host = try await ServiceFixture()
    await host.venue.set { $0.scripts["s/0"] = [.drop, .vanish(arrives: false), .land] }
    _ = try await host.submit([bid]).get()
    await host.go(14)
    let sends = await host.venue.sends(of: "s/0")
    #expect(sends.count == 3)
    #expect(Set(sends).count == 1)
    #expect(try await host.service.outcome(of: "s/0")?.hasLanded == true)
  }

  @Test func `other bytes come only after the proof that the old ones are dead, with a higher tip`()
    async throws
  {
    let host = try await ServiceFixture()
    await host.venue.set { $0.always = .drop }
    _ = try await host.submit([bid], tip: 0.001).get()
    await host.go(Int(ScriptedVenue.life + ScriptedVenue.finalized) - 1)
    #expect(Set(await host.venue.sends.map(\.attempt)) == [1])
    await host.venue.set { $0.always = .land }
    await host.go(6)
    let last = try #require(await host.venue.sends.last)
    #expect(last.attempt == 2)
    #expect(try await host.service.outcome(of: "s/0")?.hasLanded == true)
    #expect(host.record("s/0")?.bundle.tip == Lamports(1_500_000))
    #expect(await host.venue.count == ["s/0#0": 1])
  }

  @Test func `after its deadline nothing is signed anew, and the bundle expires`() async throws {
    var limits = BundleLimits()
    limits.dispatch.deadline = 10
    let host = try await ServiceFixture(limits: limits)
    await host.venue.set { $0.always = .drop }
    _ = try await host.submit([bid]).get()
    await host.outlive()
    #expect(try await host.service.outcome(of: "s/0") == .expired)
    #expect(host.state("s/0") == .expired)
    #expect(Set(await host.venue.sends.map(\.attempt)) == [1])
  }

  @Test func `a reverted bundle says why`() async throws {
    let host = try await ServiceFixture()
    await host.venue.set { $0.always = .revert }
    _ = try await host.submit([bid]).get()
    await host.go()
    #expect(
      try await host.service.outcome(of: "s/0")
        == .reverted(reason: "custom program error: 0x1794"))
    #expect(host.state("s/0") == .reverted)
  }

  @Test func `a bundle that happened in part blocks its accounts until they were read again`()
    async throws
  {
    let host = try await ServiceFixture()
    await host.venue.set { $0.always = .leak(1) }
    let large = (1...20).map { place("b1", .ask, 110 + $0) }
    _ = try await host.submit(large + (1...20).map { place("b2", .bid, 90 - $0) }).get()
    await host.go()
    #expect(try await host.service.outcome(of: "s/0") == .unknown)
    #expect(await host.submit([place("b1", .ask, 150)], slot: "n").refusalCode == .accountBusy)
    await host.venue.set { $0.always = .land }
    _ = try await host.submit([.cancelAll(account: "b1")], slot: "c").get()
    await host.outlive()
    guard case .partial(102, let results) = try await host.service.outcome(of: "s/0") else {
      return #expect(Bool(false), "not partial")
    }
    #expect(results.count == 40)
    #expect(results.first == .some(nil) && results.last == .some(.done))
    #expect(host.state("s/0") == .partial)
    _ = try await host.submit([place("b1", .ask, 150)], slot: "m").get()
  }

  @Test func `a node that does not answer makes a fate unknown, and known again`() async throws {
    let host = try await ServiceFixture()
    _ = try await host.submit([bid]).get()
    await host.service.quiet()
    await host.venue.set { $0.isDown = true }
    await host.go(30)
    #expect(try await host.service.outcome(of: "s/0") == .unknown)
    #expect(host.state("s/0") == .unknown)
    await host.venue.set { $0.isDown = false }
    #expect(await host.submit([bid], slot: "2").refusalCode == .accountBusy)
    await host.go(2)
    #expect(try await host.service.outcome(of: "s/0")?.hasLanded == true)
    _ = try await host.submit([bid], slot: "3").get()
  }

  @Test func `duplicated and outdated answers change nothing`() async throws {
    let host = try await ServiceFixture()
    _ = try await host.submit([bid]).get()
    await host.go(2)
    await host.venue.set { $0.lag = 2 }
    await host.go(4)
    await host.venue.set { $0.lag = 0 }
    await host.go(8)
    #expect(host.state("s/0") == .finalized)
    #expect(await host.venue.sends.count == 1)
    #expect(host.told.count { $0 == "BUNDLE_LANDED" } == 1)
  }

  @Test func `a confirmed block that is undone is told`() async throws {
    let host = try await ServiceFixture()
    _ = try await host.submit([bid]).get()
    await host.go(2)
    await host.venue.undo("s/0")
    await host.outlive()
    #expect(host.state("s/0") == .expired)
    #expect(host.told.last == "BUNDLE_ROLLED_BACK")
  }

  @Test func `the same slot and effect, submitted again, get the first receipt and act once`()
    async throws
  {
    let host = try await ServiceFixture()
    let first = try await host.submit([bid]).get()
    let again = try await host.submit([place("b1", .bid, 94)]).get()
    let other = try await host.submit([bid], effect: 1).get()
    await host.go(12)
    #expect(try await host.submit([bid]).get() == first)
    #expect(again == first)
    #expect(other != first)
    #expect(await host.venue.order == ["s/0", "s/1"])
  }

  @Test func `ten submissions at the same time act once`() async throws {
    let host = try await ServiceFixture()
    let receipts = await withTaskGroup(of: BundleReceipt?.self) { group in
      for _ in 0..<10 { group.addTask { try? await host.submit([bid]).get() } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(receipts == Array(repeating: BundleReceipt(id: "s/0"), count: 10))
    await host.go()
    #expect(await host.venue.sends.count == 1)
  }

  @Test func `the journal has the last word on what was accepted first`() async throws {
    let host = try await ServiceFixture()
    let first = try await host.submit([bid], tip: 0.001).get()
    await host.go(12)
    host.journal.hide(true)
    #expect(try await host.submit([bid], tip: 0.001).get() == first)
    await host.go()
    #expect(await host.venue.sends.count == 1)
    #expect(host.journal.inner.all.count == 1)
  }

  @Test func `a refusal is an event and a number, and leaves no record`() async throws {
    let host = try await ServiceFixture()
    #expect(await host.submit([place("a1", .bid, 95, 1)]).refusalCode == .orderTooSmall)
    #expect(host.journal.inner.all.isEmpty)
    #expect(host.told.last == "BUNDLE_REFUSED")
    #expect(host.counted("denials_total", ["code": "ORDER_TOO_SMALL"]) == 1)
    #expect(try await host.service.outcome(of: "s/0") == nil)
  }

  @Test func `waiting for an outcome ends when the waiting task is cancelled`() async throws {
    let host = try await ServiceFixture()
    _ = try await host.submit([bid]).get()
    let waiting = Task { try await host.service.outcome(of: "s/0") }
    waiting.cancel()
    #expect(try await waiting.value == .unknown)
    await host.go()
    #expect(try await host.service.outcome(of: "s/0")?.hasLanded == true)
  }

  @Test func `cancelling a submitter leaves the bundle alone`() async throws {
    let host = try await ServiceFixture()
    let submission = Task { await host.submit([bid]) }
    submission.cancel()
    #expect(try await submission.value.get().id == "s/0")
    await host.go()
    #expect(try await host.service.outcome(of: "s/0")?.hasLanded == true)
  }
}
