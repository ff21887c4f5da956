import Bundles
import Isolation
import Market
import PluginAPI
import Testing

@testable import Exchange

@Suite struct ChainTests {
  private static let gift = Intent.transfer(from: "wallet-1", to: "wallet-2", amount: Lamports(7))

  @Test func `the same bytes, however often they are sent, happen once`() throws {
    var play = ExchangeFixture()
    let plan = play.plan([[Self.gift], [Self.gift]])
    let signed = try play.sign(plan)
    let before = play.wallet(2).sol.count
    for _ in 0..<3 {
      _ = play.core.send(signed)
      _ = play.core.send(signed)
      play.core.advance(to: play.core.nextSlot)
    }
    #expect(play.wallet(2).sol.count == before + 14)
    #expect(
      play.core.send(signed)
        == .rejected(.simulation, "bundle contains an already processed transaction"))
  }

  @Test func `a signature is a function of the bytes, and each attempt has its own`() throws {
    var play = ExchangeFixture()
    let plan = play.plan([[Self.gift]])
    let first = try play.sign(plan)
    #expect(try play.core.sign(plan, attempt: 1, with: first.blockhash) == first)
    let second = try play.core.sign(plan, attempt: 2, with: first.blockhash)
    #expect(second.transactions[0].signature != first.transactions[0].signature)
    let other = try play.core.sign(play.plan([[Self.gift]]), attempt: 1, with: first.blockhash)
    #expect(other.transactions[0].signature != first.transactions[0].signature)
  }

  @Test func `a transaction is processed, then confirmed, then final`() throws {
    var play = ExchangeFixture()
    let plan = play.plan([[Self.gift]])
    let signed = try play.sign(plan)
    _ = play.core.send(signed)
    #expect(play.landing(signed, plan).statuses == [nil])
    var seen: [Commitment] = []
    for _ in 0..<40 {
      play.core.advance(to: play.core.nextSlot)
      let status = try #require(play.landing(signed, plan).statuses.first ?? nil)
      #expect(status.slot == 1 && status.error == nil)
      if seen.last != status.commitment { seen.append(status.commitment) }
    }
    #expect(seen == [.processed, .confirmed, .finalized])
  }

  @Test func `a bundle that waits longer than its blockhash is valid never lands`() throws {
    var play = ExchangeFixture { $0.chain.tipBar = Lamports(1_000_000_000) }
    let before = play.wallet(2).sol.count
    let plan = play.plan([[Self.gift]], tip: 1_000)
    let signed = try play.sign(plan)
    #expect(signed.blockhash.lastValidBlockHeight == 150)
    for _ in 0..<151 {
      _ = play.core.send(signed)
      play.core.advance(to: play.core.nextSlot)
    }
    #expect(
      play.core.send(signed) == .rejected(.blockhash, "bundle contains an expired blockhash"))
    for _ in 0..<32 { play.core.advance(to: play.core.nextSlot) }
    let report = try play.core.status(of: signed.transactions.map(\.signature))
    #expect(report.statuses == [nil])
    #expect(report.finalizedBlockHeight == 151)
    #expect(play.wallet(2).sol.count == before)
  }

  @Test func `nothing of a bundle happens when one transaction fails`() throws {
    var play = ExchangeFixture()
    let before = play.wallet(2).sol.count
    let plan = play.plan([[Self.gift], [.settle(account: "nobody")], [Self.gift]], tip: 9)
    let signed = try play.sign(plan)
    _ = play.core.send(signed)
    play.core.advance(to: play.core.nextSlot)
    let landing = play.landing(signed, plan)
    #expect(landing.statuses.count == 3 && landing.results.isEmpty)
    #expect(landing.statuses.allSatisfy { $0?.error == "intent 2: there is no account nobody" })
    #expect(landing.moves.map(\.amount) == [-5_000, -5_000, -5_000])
    #expect(play.wallet(2).sol.count == before)
  }

  @Test func `an engine that protects from failures drops them without a fee`() throws {
    var play = ExchangeFixture { $0.chain.failedBundles = .drop }
    let before = play.core.read().swarm
    let plan = play.plan([[Self.gift], [.settle(account: "nobody")]])
    let signed = try play.sign(plan)
    #expect(
      play.core.send(signed) == .rejected(.simulation, "intent 2: there is no account nobody"))
    play.core.advance(to: play.core.nextSlot)
    #expect(play.landing(signed, plan).statuses == [nil, nil])
    #expect(play.core.read().swarm == before)
  }

  @Test func `the bar decides who lands, and the better tip goes first`() throws {
    var play = ExchangeFixture {
      $0.chain.tipBar = Lamports(10_000)
      $0.chain.tipSpread = 0
    }
    _ = play.land(place("wallet-2/1", .ask, 10_000, 1), tip: 10_000, payer: "wallet-2")
    let poor = play.plan([[Self.gift]], tip: 9_999)
    let late = play.plan([[take("wallet-1/1", .bid, 10_000, 1)]], tip: 10_000)
    let rich = play.plan([[take("wallet-1/2", .bid, 10_000, 1)]], tip: 10_001)
    var sent: [(BundlePlan, SignedBundle)] = []
    for plan in [poor, late, rich] { sent.append((plan, try play.sign(plan))) }
    for (_, signed) in sent { _ = play.core.send(signed) }
    play.core.advance(to: play.core.nextSlot)
    var landings: [Landing] = []
    for (plan, signed) in sent { landings.append(play.landing(signed, plan)) }
    #expect(!landings[0].hasLanded)
    #expect(landings[1].results == [.filled(size: .zero, quote: .zero)])
    #expect(landings[2].results == [.filled(size: BaseLots(1), quote: Lamports(10_000))])
    #expect(landings[2].moved(.tip) == -10_001)
    let tips = try #require(play.core.read().tips)
    #expect(
      [tips.p25, tips.p50, tips.p75, tips.p95] == Array(repeating: Lamports(10_000), count: 4))
    let none = try play.sign(play.plan([[Self.gift]]))
    #expect(play.core.send(none) == .rejected(.malformed, "a bundle tips at least 1000 lamports"))
  }

  @Test func `skipped slots have no block, and leaders that take no bundles let them wait`() throws
  {
    var play = ExchangeFixture {
      $0.chain.skippedSlots = 30
      $0.chain.bundleLeaders = 50
    }
    var landed: [UInt64] = []
    for _ in 0..<300 {
      let leader = play.core.read().nextLeaderSlot
      let plan = play.plan([[Self.gift]])
      let signed = try play.sign(plan)
      _ = play.core.send(signed)
      while play.landing(signed, plan).statuses.first == .some(nil) {
        play.core.advance(to: play.core.nextSlot)
      }
      let slot = try #require(play.landing(signed, plan).statuses.first??.slot)
      #expect(slot >= leader ?? .max)
      landed.append(slot)
    }
    let state = play.core.read()
    #expect((0.6...0.8).contains(Double(state.blockHeight) / Double(state.slot)))
    // Fewer than half of the slots: leaders of four slots each, half of whom take bundles.
    #expect(Set(landed.map { $0 / 4 }).count < Int(state.slot / 4 * 6 / 10))
  }

  @Test func `plans that no chain would take are not signed`() {
    var play = ExchangeFixture()
    func refusal(_ change: (inout BundlePlan) -> Void) -> String? {
      var plan = play.plan([[Self.gift]])
      change(&plan)
      do {
        let blockhash = try play.core.latestBlockhash()
        _ = try play.core.sign(plan, attempt: 1, with: blockhash)
        return nil
      } catch { return error.description }
    }
    #expect(refusal { $0.transactions[0].bytes = 1_233 }?.contains("1232") == true)
    #expect(refusal { $0.transactions = [] }?.contains("1 to 5") == true)
    #expect(
      refusal { $0.transactions = Array(repeating: $0.transactions[0], count: 6) }?
        .contains("1 to 5") == true)
    #expect(refusal { $0.transactions[0].payer = "stranger" }?.contains("no key") == true)
    #expect(refusal { $0.transactions[0].bytes = 1_232 } == nil)
  }

  @Test func `bytes that were tampered with are turned down`() throws {
    var play = ExchangeFixture()
    let signed = try play.sign(play.plan([[Self.gift]]))
    var random = SeededRandom(seed: 3)
    for _ in 0..<500 {
      var bad = signed
      let index = Int.random(in: 0..<bad.transactions[0].bytes.count, using: &random)
      bad.transactions[0].bytes[index] &+= UInt8.random(in: 1...255, using: &random)
      guard case .rejected(.malformed, _) = play.core.send(bad) else {
        Issue.record("byte \(index) was changed, and nobody saw it")
        continue
      }
    }
    var foreign = signed
    foreign.transactions[0].bytes = []
    #expect(play.core.send(foreign) != .accepted(engineID: ""))
  }

  @Test func `what was sent by an exchange that began at another time is none of this one's`()
    throws
  {
    var old = ExchangeFixture()
    let signed = try old.sign(old.plan([[Self.gift]]))
    let settings = old.core.settings
    var new = ExchangeCore(settings, start: ExchangeFixture.start + .seconds(1))
    #expect(new.send(signed) == .rejected(.malformed, "bundle contains an invalid blockhash"))
  }

  @Test func `trades are named after transaction, instruction and place, or after their slot`()
    throws
  {
    var play = ExchangeFixture()
    _ = play.land(place("wallet-1/1", .ask, 10_000, 1), place("wallet-1/1", .ask, 10_001, 1))
    let plan = play.plan([[.consumeEvents, take("wallet-2/1", .bid, 10_001, 2)]])
    let signed = try play.sign(plan)
    _ = play.core.send(signed)
    play.core.advance(to: play.core.nextSlot)
    let name = signed.transactions[0].signature
    #expect(
      play.core.poll(after: .start).trades.map(\.trade.id)
        == [TradeID("\(name)/1/0"), TradeID("\(name)/1/1")])
  }
}

@Suite struct TransactionBytesTests {
  @Test func `every intent comes back from its bytes`() throws {
    let expires = Timestamp(nanoseconds: -5)
    let lots = MarketLots(
      baseLot: TokenAmount(1), quoteLot: Lamports(2), tokenDecimals: 3, minimumSize: BaseLots(4))
    let intents: [Intent] = [
      .cancel(account: "a", order: "77"), .cancelAll(account: "a"),
      place("b", .ask, .max, .min, expires: expires), place("b", .bid, 1, 2),
      take("a", .bid, 3, 4), take("a", .ask, 3, 4), .consumeEvents, .settle(account: "ü"),
      .transfer(from: "w", to: "v", amount: Lamports(-1)), .createOpenOrders(wallet: "w"),
      .closeAccount(account: ""), .swap(wallet: "w", .buySOL(usdc: 1, minimum: Lamports(2))),
      .swap(wallet: "w", .sellSOL(sol: Lamports(1), minimum: 2)),
      .createMarket(
        wallet: "w", NewMarket(name: "N", lots: lots, makerFee: -5, takerFee: 6)),
    ]
    let content = TransactionContent(
      payer: "w", tip: Lamports(0), blockhash: "x-1", size: 1_232, computeUnits: 1_400_000,
      firstIntent: 3, nonce: .max, signatures: 2, intents: intents)
    let bytes = content.encoded()
    #expect(try TransactionContent(decoding: bytes) == content)
    for count in 0..<bytes.count {
      #expect(throws: ByteCodeError.self) {
        try TransactionContent(decoding: Array(bytes.prefix(count)))
      }
    }
  }
}
