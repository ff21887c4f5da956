import Isolation
import PluginAPI
import Testing

@testable import Bundles

/// Sizes that the real program's transactions have; they come from the chain's own layout, counted
/// and measured apart from this code.
@Suite struct TransactionSizeTests {
  private static let market: @Sendable (AccountKey) -> Bool = { key in
    LookupCoverage(market: true).holds(key) { _ in "a" }
  }
  private static let everything: @Sendable (AccountKey) -> Bool = { key in
    LookupCoverage(market: true, wallets: ["a", "b"]).holds(key) { _ in "a" }
  }
  private static let compute: [Instruction] = [.computeLimit, .computePrice]
  private static let tip = Instruction.transfer(from: "a", to: .tipAccount)

  private static func refresh(_ account: AccountID, _ count: Int) -> Instruction {
    .placeOrders("a", account, count: count, cancelsFirst: true)
  }

  private func bytes(
    _ instructions: [Instruction],
    _ isCovered: @escaping @Sendable (AccountKey) -> Bool = { _ in
      false
    }
  ) -> Int {
    var draft = TransactionDraft(isCovered: isCovered)
    for instruction in instructions { draft.add(instruction) }
    return draft.bytes
  }

  @Test func `refreshes of one wallet without a table`() {
    let compute = Self.compute
    #expect(bytes(compute + [Self.refresh("a1", 24)]) == 1_150)
    #expect(bytes(compute + [Self.refresh("a1", 24), Self.tip]) == 1_231)
    #expect(bytes(compute + [Self.refresh("a1", 16)]) == 958)
    #expect(bytes(compute + [Self.refresh("a1", 16), Self.refresh("a2", 16)]) == 1_410)
    #expect(bytes(compute + [Self.refresh("a1", 16), Self.refresh("a2", 16), Self.tip]) == 1_491)
    #expect(bytes(compute + [Self.refresh("a1", 5), Self.tip]) == 775)
  }

  @Test func `refreshes of one wallet with tables`() {
    let both = Self.compute + [Self.refresh("a1", 16), Self.refresh("a2", 16)]
    #expect(bytes(both, Self.market) == 1_229)
    #expect(bytes(both + [Self.tip], Self.market) == 1_310)
    #expect(bytes(both, Self.everything) == 1_105)
    #expect(bytes(both + [Self.tip], Self.everything) == 1_186)
    #expect(bytes(Self.compute + [Self.refresh("a1", 5), Self.tip], Self.market) == 594)
  }

  @Test func `exits, accounts, tips and cancels`() {
    let exit: [Instruction] = [
      .cancelAll("a", "a1"), .settle("a", "a1"), .closeOpenOrders("a", "a1", to: "treasury"),
    ]
    #expect(bytes(exit) == 639)
    let accounts: [Instruction] = [
      .createIndexer("a", payer: "b"), .createOpenOrders("a", number: 1, payer: "b"),
      .createOpenOrders("a", number: 2, payer: "b"),
    ]
    #expect(bytes(accounts) == 485)
    #expect(bytes([Self.tip]) == 215)
    let cancels = (1...5).flatMap { wallet in
      [1, 2].map { Instruction.cancelAll(WalletID("w\(wallet)"), AccountID("\(wallet)/\($0)")) }
    }
    #expect(bytes([.computeLimit] + cancels) == 1_186)
  }

  @Test func `a market takes two transactions`() {
    #expect(bytes(Instruction.createMarketAccounts(payer: "a")) == 625)
    #expect(bytes([.createMarket(payer: "a", name: "SOL-USDC")]) == 735)
  }

  @Test(arguments: [(0, 1), (127, 1), (128, 2), (16_383, 2), (16_384, 3)])
  func `lengths are compact`(count: Int, bytes: Int) {
    #expect(TransactionDraft.shortLength(count) == bytes)
  }
}

@Suite struct PlannerTests {
  private func plan(
    _ intents: [Intent], tip: Lamports = .zero, over venue: VenueState = state()
  ) throws -> BundlePlan {
    try Planner.plan(
      AcceptedBundle(
        id: "x/0", intents: intents, tip: tip, priority: .normal,
        payer: venue.payer(of: intents) ?? ""), on: PlanningGround(venue))
  }

  private func refresh(_ account: AccountID, _ count: Int) -> [Intent] {
    [.cancelAll(account: account)] + (0..<count).map { place(account, .bid, 50 + Int64($0)) }
  }

  @Test func `cancels and orders of one account share an instruction`() throws {
    let plan = try plan(refresh("a1", 24))
    #expect(plan.transactions.map(\.bytes) == [1_150 - 12])
    #expect(plan.transactions[0].signatures == 1)
    #expect(plan.transactions[0].computeUnits == 150 + 30_000 + 24 * 14_000)
    #expect(plan.fee == Lamports(5_000))
  }

  @Test func `the tip is in the last transaction alone`() throws {
    let tip = Lamports(1_000)
    let one = try plan(refresh("a1", 24), tip: tip)
    #expect(one.transactions.map(\.tip) == [tip])
    #expect(one.transactions.map(\.bytes) == [1_231 - 12])
    let two = try plan(refresh("a1", 16) + refresh("a2", 16), tip: tip)
    #expect(two.transactions.map(\.tip) == [nil, tip])
    var venue = state()
    venue.lookup = LookupCoverage(market: true, wallets: ["a", "b"])
    let covered = try plan(refresh("a1", 16) + refresh("a2", 16), tip: tip, over: venue)
    #expect(covered.transactions.map(\.bytes) == [1_186 - 12])
  }

  @Test func `five wallets of 32 orders fit in one bundle with tables, a sixth does not`() throws {
    let names = (1...6).map { "w\($0)" }
    var venue = state()
    venue.swarm.wallets = names.map { name in
      Wallet(
        id: WalletID(name), publicKey: name, sol: Lamports(1), token: .zero, usdc: 0,
        accounts: [1, 2].map {
          OpenOrdersAccount(id: AccountID("\(name)/\($0)"), rent: Lamports(1), lastUsed: wall)
        })
    }
    venue.lookup = LookupCoverage(market: true, wallets: Set(names.map { WalletID($0) }))
    func all(_ names: [String]) -> [Intent] {
      names.flatMap { refresh(AccountID("\($0)/1"), 16) + refresh(AccountID("\($0)/2"), 16) }
    }
    let plan = try plan(all(Array(names.prefix(5))), tip: Lamports(1_000), over: venue)
    #expect(plan.transactions.count == 5)
    let refusal = #expect(throws: Refusal.self) { try self.plan(all(names), over: venue) }
    #expect(refusal?.code == .bundleTooLong)
    #expect(refusal?.message.contains("need 6 transactions (") == true, "\(refusal as Any)")
  }

  @Test func `what nobody signs is paid by the bundle's payer, what others sign costs more`() throws
  {
    let events = try plan([.consumeEvents])
    #expect(events.transactions[0].payer == "a" && events.transactions[0].signatures == 1)
    let both = try plan([place("a1", .bid, 95), .transfer(from: "b", to: "a", amount: Lamports(1))])
    #expect(both.transactions.map(\.signatures) == [2])
    #expect(both.fee == Lamports(10_000))
  }

  @Test func `a first account brings its list along`() throws {
    var venue = state()
    venue.swarm.wallets[0].accounts = []
    let fresh = try plan(
      [.createOpenOrders(wallet: "a"), .createOpenOrders(wallet: "a")], over: venue)
    // 485 bytes with a payer of its own; here owner and payer are one.
    #expect(fresh.transactions.map(\.bytes) == [485 - 64 - 32 + 32 + 8])
    let second = try plan([.createOpenOrders(wallet: "a")])
    #expect(second.transactions[0].computeUnits == 150 + 26_000)
  }

  @Test func `every intent is planned once, in order, and nothing is larger than a packet`() throws
  {
    var random = SeededRandom(seed: 11)
    let accounts: [AccountID] = ["a1", "a2", "b1", "b2"]
    for round in 0..<400 {
      let count = Int.random(in: 1...70, using: &random)
      let intents = (0..<count).map { number -> Intent in
        let account = accounts.randomElement(using: &random) ?? "a1"
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return .cancelAll(account: account)
        case 1: return .cancel(account: account, order: OrderID("\(number)"))
        case 2: return take(account, .ask, 95)
        case 3: return .settle(account: account)
        case 4: return .transfer(from: "a", to: "b", amount: Lamports(1))
        case 5: return .consumeEvents
        default: return place(account, .bid, Int64(number + 1))
        }
      }
      let tip = Lamports(Bool.random(using: &random) ? 1_000 : 0)
      guard let plan = try? plan(intents, tip: tip) else { continue }
      #expect(plan.transactions.flatMap(\.intents) == intents, "round \(round)")
      #expect(plan.transactions.allSatisfy { $0.bytes <= 1_232 }, "round \(round)")
      #expect(plan.transactions.count <= 5)
      #expect(plan.transactions.dropLast().allSatisfy { $0.tip == nil })
      #expect(plan.transactions.last?.tip == (tip > .zero ? tip : nil))
      for transaction in plan.transactions where !transaction.intents.isEmpty {
        #expect(
          Array(intents[transaction.firstIntent...].prefix(transaction.intents.count))
            == transaction.intents)
      }
    }
  }

  @Test func `a refresh that is too large comes in parts that are valid alone`() throws {
    let large = Bundle(
      "refresh", tip: 0.001,
      intents: ["a1", "b1", "a2", "b2", "a1", "b1", "a2", "b2"].flatMap { refresh($0, 20) })
    let parts = try BundleParts.of(large, over: state())
    #expect(parts.count == 2)
    #expect(parts.flatMap(\.intents) == large.intents)
    #expect(parts.allSatisfy { $0.tip == large.tip && $0.label == "refresh" })
    for part in parts {
      _ = try plan(part.intents, tip: part.tip.lamports)
      #expect(part.intents.first?.isCancel == true)
    }
    #expect(try BundleParts.of(Bundle("x", intents: refresh("a1", 24)), over: state()).count == 1)
  }

  @Test func `a part whose accounts hold fills consumes them first`() throws {
    var venue = state()
    venue.swarm.wallets[0].accounts[0].pendingSlots = 9
    venue.swarm.wallets[1].accounts[1].pendingSlots = 1
    let bundle = Bundle("refresh", intents: refresh("a1", 24) + refresh("a2", 24))
    let parts = try BundleParts.of(bundle, over: venue)
    #expect(parts.map { $0.intents.prefix { $0 == .consumeEvents }.count } == [2])
    #expect(
      try BundleParts.of(Bundle("x", intents: refresh("a2", 9)), over: venue)[0].intents.first
        == .cancelAll(account: "a2"))
  }

  @Test func `what one account needs alone is not cut`() {
    let cancels = (0..<256).map { Intent.cancel(account: "a1", order: OrderID("\($0)")) }
    let refusal = #expect(throws: Refusal.self) {
      try BundleParts.of(Bundle("x", intents: cancels), over: state())
    }
    #expect(refusal?.code == .bundleTooLong)
  }
}
