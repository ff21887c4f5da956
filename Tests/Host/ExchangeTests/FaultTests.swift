import Bundles
import Isolation
import Market
import PluginAPI
import Testing

@testable import Exchange

@Suite struct FaultTests {
  private static let gift = Intent.transfer(from: "wallet-1", to: "wallet-2", amount: Lamports(7))

  /// Sends one gift of two halves with something going wrong; what was answered, and what arrived.
  private func send(_ fault: ExchangeFault, slots: Int = 1) throws -> (SendAnswer, Int64) {
    var play = ExchangeFixture()
    let before = play.wallet(2).sol.count
    let signed = try play.sign(play.plan([[Self.gift], [Self.gift]]))
    play.core.inject(fault)
    let answer = play.core.send(signed)
    for _ in 0..<slots { play.core.advance(to: play.core.nextSlot) }
    return (answer, play.wallet(2).sol.count - before)
  }

  @Test func `each fault of a send does what it says`() throws {
    var (answer, arrived) = try send(.lostRequest)
    #expect(answer == .unreachable("the block engine does not answer") && arrived == 0)
    (answer, arrived) = try send(.lostAnswer)
    #expect(answer == .unreachable("the answer was lost") && arrived == 14)
    (answer, arrived) = try send(.rateLimit)
    #expect(answer == .limited(retryAfter: .seconds(1)) && arrived == 0)
    (answer, arrived) = try send(.rejection(.auction))
    #expect(answer == .rejected(.auction, "the block engine has trouble") && arrived == 0)
    (answer, arrived) = try send(.drop, slots: 10)
    guard case .accepted = answer else { return #expect(Bool(false), "\(answer)") }
    #expect(arrived == 0)
    #expect(try send(.delay(slots: 3), slots: 2).1 == 0)
    #expect(try send(.delay(slots: 3), slots: 3).1 == 14)
    #expect(try send(.duplicate, slots: 3).1 == 14)
    #expect(try send(.engineOutage(slots: 1)).1 == 0)
  }

  @Test func `a dropped bundle lands when the same bytes are sent again`() throws {
    var play = ExchangeFixture()
    let plan = play.plan([[Self.gift]])
    let signed = try play.sign(plan)
    play.core.inject(.drop)
    _ = play.core.send(signed)
    play.core.advance(to: play.core.nextSlot)
    #expect(!play.landing(signed, plan).hasLanded)
    _ = play.core.send(signed)
    play.core.advance(to: play.core.nextSlot)
    #expect(play.landing(signed, plan).hasLanded)
  }

  @Test func `a leaked transaction lands alone, and the others never do`() throws {
    var play = ExchangeFixture()
    let before = play.wallet(2).sol.count
    let plan = play.plan([[Self.gift], [Self.gift, Self.gift], [Self.gift]], tip: 5_000)
    let signed = try play.sign(plan)
    play.core.inject(.leak(transaction: 1))
    for _ in 0..<5 {
      _ = play.core.send(signed)
      play.core.advance(to: play.core.nextSlot)
    }
    let landing = play.landing(signed, plan)
    #expect(landing.statuses.map { $0 != nil } == [false, true, false])
    #expect(play.wallet(2).sol.count == before + 14)
    #expect(landing.moved(.tip) == 0, "the tip is in the last transaction")
    let effects = try play.core.effects(of: signed, plan: plan)
    #expect(effects.results == [nil, .done, .done, nil])
  }

  @Test func `a node that is down, or fails a call, says so`() throws {
    var play = ExchangeFixture()
    play.core.inject(.nodeFailure)
    #expect(throws: VenueFailure.self) { try play.core.readNode() }
    #expect(throws: Never.self) { try play.core.readNode() }
    play.core.inject(.nodeOutage(slots: 2))
    #expect(throws: VenueFailure.self) { try play.core.status(of: []) }
    #expect(throws: VenueFailure.self) { try play.core.latestBlockhash() }
    play.core.advance(to: play.core.nextSlot)
    #expect(throws: VenueFailure.self) { try play.core.pollNode(after: .start) }
    play.core.advance(to: play.core.nextSlot)
    #expect(throws: Never.self) { try play.core.pollNode(after: .start) }
  }

  @Test func `a node that lags shows what was, and nothing that came later`() throws {
    var play = ExchangeFixture()
    let old = try play.core.readNode()
    play.core.inject(.nodeLag(slots: 5))
    let plan = play.plan([
      [Self.gift, place("wallet-1/1", .ask, 100, 1)],
      [
        take("wallet-2/1", .bid, 100, 1)
      ],
    ])
    let signed = try play.sign(plan)
    _ = play.core.send(signed)
    for _ in 0..<4 {
      play.core.advance(to: play.core.nextSlot)
      #expect(try play.core.readNode() == old)
      #expect(try play.core.status(of: [signed.transactions[0].signature]).statuses == [nil])
      #expect(try play.core.pollNode(after: .start).trades.isEmpty)
    }
    play.core.advance(to: play.core.nextSlot)
    #expect(try play.core.readNode().slot == 5)
    #expect(play.landing(signed, plan).hasLanded)
    #expect(try play.core.pollNode(after: .start).trades.count == 1)
  }

  @Test func `an old blockhash is rejected after the next block`() throws {
    var play = ExchangeFixture()
    play.core.advance(to: ExchangeFixture.start + .seconds(100))
    play.core.inject(.oldBlockhash)
    let plan = play.plan([[Self.gift]])
    let signed = try play.sign(plan)
    #expect(signed.blockhash.lastValidBlockHeight == play.core.read().blockHeight)
    #expect(
      play.core.send(signed) == .rejected(.blockhash, "bundle contains an expired blockhash"))
  }

  /// The service's own rules: bytes are sent again at will, and new ones are signed only when the
  /// old ones are proved dead.
  @Test(arguments: 1...8)
  func `under every fault a signature lands once or never, and expired means never`(seed: Int)
    throws
  {
    var play = ExchangeFixture(wallets: 3, outside: true, seed: UInt64(seed)) { settings in
      settings.faults.lostRequests = 5
      settings.faults.lostAnswers = 10
      settings.faults.rateLimits = 5
      settings.faults.rejections = 5
      settings.faults.drops = 20
      settings.faults.delays = 20
      settings.faults.duplicates = 20
      settings.faults.leaks = 10
      settings.faults.reorderings = 30
      settings.faults.engineOutages = 1
      settings.chain.skippedSlots = 5
      settings.chain.bundleLeaders = 80
      settings.chain.blockhashLife = 20
      settings.chain.tipBar = Lamports(10_000)
    }
    var random = SeededRandom(seed: UInt64(seed))
    let total = play.core.audit()
    let before = play.wallet(3).sol.count
    var open: [(SignedBundle, BundlePlan)] = []
    var arrived: Int64 = 0
    var counts = (landed: 0, partial: 0, expired: 0)
    for step in 0..<900 {
      if step < 800 {
        let part = [Intent.transfer(from: "wallet-1", to: "wallet-3", amount: Lamports(1))]
        let plan = play.plan(
          Array(repeating: part, count: .random(in: 1...5, using: &random)),
          tip: .random(in: 1_000...40_000, using: &random))
        open.append((try play.sign(plan), plan))
      }
      for (signed, _) in open where Bool.random(using: &random) { _ = play.core.send(signed) }
      play.core.advance(to: play.core.nextSlot)
      open = try open.filter { signed, _ in
        let report = try play.core.status(of: signed.transactions.map(\.signature))
        let landed = report.statuses.count { $0 != nil }
        let isDead = report.finalizedBlockHeight > signed.blockhash.lastValidBlockHeight
        guard isDead || landed == report.statuses.count else { return true }
        arrived += Int64(landed)
        if landed == 0 {
          counts.expired += 1
        } else if isDead, landed < report.statuses.count {
          counts.partial += 1
        } else {
          counts.landed += 1
        }
        return false
      }
      #expect(play.core.audit() == total)
    }
    #expect(open.isEmpty)
    #expect(play.wallet(3).sol.count == before + arrived)
    #expect(counts.landed > 100 && counts.partial > 5 && counts.expired > 20, "\(counts)")
  }

  @Test func `faults leave the outside market's course alone`() {
    var calm = ExchangeFixture(outside: true)
    var wild = ExchangeFixture(outside: true) {
      $0.faults.engineOutages = 50
      $0.faults.nodeOutages = 50
      $0.faults.nodeLags = 50
    }
    calm.core.advance(to: ExchangeFixture.start + .seconds(120))
    wild.core.advance(to: ExchangeFixture.start + .seconds(120))
    #expect(calm.core.read() == wild.core.read())
  }
}
