import Isolation
import PluginAPI
import Telemetry
import Testing

@testable import Bundles

private let bid = place("a1", .bid, 95)

@Suite(.timeLimit(.minutes(1))) struct TradingStateTests {
  @Test func `nothing but cancels before the venue was reconciled`() async throws {
    let host = try await ServiceFixture(reconciled: false)
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

  @Test func `a venue that cannot be read keeps trading halted`() async throws {
    let host = try await ServiceFixture(reconciled: false)
    await host.venue.set { $0.isDown = true }
    await #expect(throws: VenueFailure.self) { try await host.service.reconcile() }
    #expect(await host.service.state.mode == .halted)
  }

  @Test(arguments: [KillFlag.set, .unreadable("EACCES")])
  func `the kill switch is asked again at the last moment`(flag: KillFlag) async throws {
    let host = try await ServiceFixture()
    _ = try await host.submit([bid], slot: "1").get()
    await host.service.quiet()
    _ = try await host.submit([place("a1", .bid, 94)], slot: "2").get()
    _ = try await host.submit([.cancelAll(account: "a1")], slot: "3").get()
    host.kill.set(flag)
    await host.go(6)
    #expect(try await host.service.outcome(of: "2/0") == .expired)
    #expect(try await host.service.outcome(of: "3/0")?.hasLanded == true)
    #expect(await host.venue.order == ["1/0", "3/0"])
    let record = try #require(host.record("2/0"))
    #expect(record.state == .refused)
    #expect(record.signed == nil && record.refusal != nil)
  }

  @Test func `a stop that could not be stored is told only when it is`() async throws {
    let host = try await ServiceFixture()
    _ = try await host.submit([bid], slot: "1").get()
    await host.service.quiet()
    _ = try await host.submit([place("a1", .bid, 94)], slot: "2").get()
    await host.service.setState(.halted, reason: "drill")
    host.journal.freeze(true)
    await host.go(3)
    let answer = Task { try await host.service.outcome(of: "2/0") }
    await host.go(3)
    #expect(host.state("2/0") == .accepted)
    host.journal.freeze(false)
    await host.go(2)
    #expect(try await answer.value == .expired)
    #expect(host.record("2/0")?.refusal?.code == .tradingHalted)
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
    #expect(host.record("1/0")?.isSynthetic == true)
    await host.venue.set { $0.who = mainNet }
    #expect(await host.submit(flash, slot: "2", capabilities).refusalCode == .syntheticNotAllowed)
  }

  @Test func `own orders that met on a public cluster halt trading`() async throws {
    let host = try await ServiceFixture()
    var trade = Trade(
      id: "SIG/0/0", time: wall, price: PriceLots(100), size: BaseLots(1), takerSide: .bid)
    trade.isSynthetic = true
    await host.service.noteOwnTrade(trade)
    #expect(await host.service.state.mode == .active)
    await host.venue.set { $0.who = mainNet }
    trade.isSynthetic = false
    await host.service.noteOwnTrade(trade)
    #expect(await host.service.state.mode == .active)
    trade.isSynthetic = true
    await host.service.noteOwnTrade(trade)
    #expect(await host.service.state.mode == .halted)
    #expect(host.told.last == "INCIDENT")
  }

  @Test func `runs of an older generation than the limits are refused`() async throws {
    let host = try await ServiceFixture()
    var limits = BundleLimits()
    limits.generation = 3
    await host.service.setLimits(limits)
    func submit(_ generation: Int64) async -> RefusalCode? {
      var from = submitter(slot: "g\(generation)")
      from.generation = generation
      return await host.service.submit(Bundle("x", intents: [bid]), from: from).refusalCode
    }
    // Nothing but the number is new: the limits that runs decided by are still in force.
    #expect(await submit(2) == nil)
    limits.maxTip = 0.001
    limits.generation = 4
    await host.service.setLimits(limits)
    #expect(await submit(3) == .configStale)
    #expect(await submit(4) == nil)
    #expect(await submit(0) == nil)
  }

  @Test func `a table that loosens a limit while orders stand holds for what comes next`()
    async throws
  {
    let host = try await ServiceFixture()
    let dear = place("a1", .bid, 49)
    #expect(await host.submit([dear], slot: "1").refusalCode == .priceOutOfBand)
    _ = try await host.submit([bid], slot: "2").get()
    var limits = BundleLimits()
    limits.priceBand = 60
    await host.service.setLimits(limits)
    _ = try await host.submit([dear], slot: "3").get()
    await host.go(6)
    #expect(await host.venue.count == ["2/0#0": 1, "3/0#0": 1])
  }
}

@Suite(.timeLimit(.minutes(1))) struct KillTests {
  @Test func `a kill during a refresh leaves no order unaccounted`() async throws {
    let host = try await ServiceFixture()
    await host.venue.set {
      $0.newest = state(orders: ["b1": [order("7", .bid, 80)]])
      $0.scripts["1/0"] = [.drop, .land]
    }
    _ = try await host.submit([bid], slot: "1").get()
    await host.service.quiet()
    #expect(await host.service.kill(reason: "drill") == 1)
    #expect(await host.submit([bid], slot: "2").refusalCode == .tradingHalted)
    // The first cancel lands before the refresh that was under way.
    await host.go(4)
    await host.venue.set { $0.newest.swarm = state(orders: ["a1": [order("9", .bid, 95)]]).swarm }
    await host.go(4)
    #expect(host.state("1/0") == .landed || host.state("1/0") == .finalized)
    let kills = host.journal.inner.all.filter { $0.label == "kill" }
    #expect(kills.contains { $0.bundle.intents == [.cancelAll(account: "b1")] })
    #expect(kills.contains { $0.bundle.intents == [.cancelAll(account: "a1")] })
    #expect(await host.service.isKilling)
    await host.venue.set { $0.newest.swarm = state().swarm }
    await host.go(8)
    #expect(await host.service.isKilling == false)
    #expect(host.told.contains("KILL_COMPLETE"))
    #expect(await host.service.state.mode == .halted)
  }

  @Test func `a kill works with a store that is full and a node that is silent`() async throws {
    let host = try await ServiceFixture()
    await host.venue.set { $0.newest = state(orders: ["b1": [order("7", .bid, 80)]]) }
    await host.go(1)
    host.journal.fail(true)
    #expect(await host.service.kill(reason: "drill") == 1)
    await host.service.quiet()
    #expect(await host.venue.sends.count == 1)
    await host.venue.set { $0.isDown = true }
    await host.go(8)
    #expect(await host.service.state.mode == .halted)
    #expect(await host.service.isKilling)
  }
}
