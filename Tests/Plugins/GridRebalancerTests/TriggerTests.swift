@_spi(Host) import PluginAPI
import Testing

@testable import GridRebalancer

@Suite struct TriggerTests {
  let rule = TriggerRule(GridRebalancer())
  let state = GridState(
    reference: PriceLots(10_000),
    zones: Zones(
      GridRebalancer(), Anchors(Scene.market(), price: PriceLots(10_000)), last: nil,
      now: Scene.start),
    rebuilt: Scene.start, refreshed: Scene.start, generation: 3, expected: [], turn: 0,
    settings: GridRebalancer().fingerprint, control: BuyControl(multiplier: 1, depth: .whole))

  func decide(
    price: Int64 = 10_000, after seconds: Int64 = 60, cause: Cause = .cadence, turn: Int64 = 0,
    wallets: [Wallet] = [], control: BuyControl = BuyControl(multiplier: 1, depth: .whole),
    state: GridState? = nil
  ) -> TriggerRule.Decision {
    rule.decide(
      GridMoment(
        now: Scene.start + .seconds(seconds), cause: cause, price: PriceLots(price),
        wallets: wallets, turn: turn, control: control), after: state ?? self.state)
  }

  @Test(
    arguments: [
      (10_000, nil), (10_100, nil), (10_101, .deviation), (9_900, nil), (9_899, .deviation),
    ] as [(Int64, Trigger?)])
  func aMoveBeyondTheDeviationRebuilds(price: Int64, trigger: Trigger?) {
    #expect(
      decide(price: price) == trigger.map { .rebuild($0) }
        ?? .rest("the grid of generation 3 stands"))
  }

  @Test(
    arguments: [
      (8_760, 8_755, .proximity), (8_760, 8_756, nil), (12_630, 12_622, .proximity),
      (12_630, 12_620, nil),
    ] as [(Int64, Int64, Trigger?)])
  func nearTheOutermostLevelOfEitherSideRebuilds(
    reference: Int64, price: Int64, trigger: Trigger?
  ) {
    let rest = TriggerRule.Decision.rest("the grid of generation 3 stands")
    var (state, standing) = (state, Scene.wallet("a"))
    state.reference = PriceLots(reference)
    state.expected = [WalletPlan(wallet: "a", bids: [], asks: [])]
    #expect(decide(price: price, wallets: [standing], state: state) == rest, "it has no levels")
    state.expected[0].bids = [GridLevel(price: PriceLots(8_500), size: BaseLots(100))]
    state.expected[0].asks = [GridLevel(price: PriceLots(13_000), size: BaseLots(100))]
    standing.accounts[0].orders = [Scene.order(.bid, 8_500)]
    standing.accounts[1].orders = [Scene.order(.ask, 13_000)]
    #expect(
      decide(price: price, wallets: [standing], state: state)
        == trigger.map { .rebuild($0) } ?? rest)
  }

  @Test(
    arguments: [
      (1.009, 100, nil), (1.01, 100, .control), (1, 95, nil), (1, 94, .control), (1, 0, .control),
    ] as [(Double, Percent, Trigger?)])
  func targetControlIsHeard(multiplier: Double, depth: Percent, trigger: Trigger?) {
    #expect(
      decide(control: BuyControl(multiplier: multiplier, depth: depth))
        == trigger.map { .rebuild($0) } ?? .rest("the grid of generation 3 stands"))
  }

  @Test func entropyComesWithTime() {
    #expect(decide(after: 3_599) == .rest("the grid of generation 3 stands"))
    #expect(decide(after: 3_600) == .rebuild(.entropy))
  }

  @Test func anotherTurnRebuilds() { #expect(decide(turn: 1) == .rebuild(.rotation)) }

  @Test(arguments: [(Cause.signal, Trigger.signal), (.manual, .manual)])
  func whoAsksGetsARebuild(cause: Cause, trigger: Trigger) {
    #expect(decide(cause: cause) == .rebuild(trigger))
  }

  @Test func rebuildsKeepTheMinimumGap() {
    #expect(decide(price: 11_000, after: 4) == .rest("deviation: too soon after the last rebuild"))
    #expect(decide(price: 11_000, after: 5) == .rebuild(.deviation))
  }

  @Test func aRequestWithinTheGapIsOwed() {
    let late = decide(after: 4, cause: .signal)
    #expect(late == .rest("signal: too soon after the last rebuild"))
    var owing = state
    owing.isOwed = true
    #expect(decide(after: 5, state: owing) == .rebuild(.signal))
  }

  @Test func theFirstFailureIsMadeGoodAtTheNextSlot() {
    var state = state
    state.failures = 1
    #expect(decide(after: 1, state: state) == .rebuild(.retry))
    state.failures = 2
    #expect(decide(after: 1, state: state) == .rest("retry: too soon after the last rebuild"))
    #expect(decide(after: 5, state: state) == .rebuild(.retry))
  }

  @Test func anotherTableRebuilds() {
    var job = GridRebalancer()
    job.depthBid = 11
    let moment = GridMoment(
      now: Scene.start + .seconds(60), cause: .cadence, price: PriceLots(10_000), wallets: [],
      turn: 0, control: state.control)
    #expect(TriggerRule(job).decide(moment, after: state) == .rebuild(.configuration))
  }

  @Test func everyParameterCountsAsAnotherTable() throws {
    let plain = GridRebalancer().fingerprint
    #expect(plain == GridRebalancer().fingerprint)
    let descriptor = JobDescriptor(GridRebalancer.self)
    let usual = ["7%", "130s", "1 SOL", "3", "1.1"]
    for schema in descriptor.parameters {
      let bounds = [schema.minimum, schema.maximum].compactMap(\.self)
      let jobs = (bounds + usual + (schema.choices ?? [])).filter { $0 != schema.fallback }
        .compactMap { try? descriptor.make([schema.name: $0]) as? GridRebalancer }
      let job = try #require(jobs.first, "\(schema.name)")
      #expect(job.fingerprint != plain, "\(schema.name)")
    }
  }

  // MARK: What stands

  /// A wallet with bids of 100 lots at `prices`.
  func wallet(_ prices: [Int64], size: Int64 = 100, expires: Int64? = 600) -> Wallet {
    var wallet = Scene.wallet("a")
    wallet.accounts[0].orders = prices.map {
      Scene.order(.bid, $0, size: size, expires: expires)
    }
    return wallet
  }

  /// The state after a grid of two bids.
  var twoBids: GridState {
    var state = state
    let levels = [9_250, 8_500].map { GridLevel(price: PriceLots($0), size: BaseLots(100)) }
    state.expected = [WalletPlan(wallet: "a", bids: levels, asks: [])]
    return state
  }

  @Test(
    arguments: [
      ([9_250, 8_500], nil), ([8_500, 9_250], nil), ([], .first), ([9_250], .missing),
      ([9_250, 8_501], .astray), ([9_250, 8_500, 8_500], .astray),
    ] as [([Int64], Trigger?)])
  func whatStandsIsComparedWithWhatShould(prices: [Int64], trigger: Trigger?) {
    #expect(
      decide(wallets: [wallet(prices)], state: twoBids)
        == trigger.map { .rebuild($0) } ?? .rest("the grid of generation 3 stands"))
  }

  @Test(
    arguments: [(100, nil), (50, nil), (49, .missing), (101, .astray)] as [(Int64, Trigger?)])
  func aLevelThatIsMostlyFilledIsPlacedAnew(size: Int64, trigger: Trigger?) {
    #expect(
      decide(wallets: [wallet([9_250, 8_500], size: size)], state: twoBids)
        == trigger.map { .rebuild($0) } ?? .rest("the grid of generation 3 stands"))
  }

  @Test func anOrderWithoutAnExpiryShouldNotBeThere() {
    let standing = wallet([9_250, 8_500], expires: nil)
    #expect(decide(wallets: [standing], state: twoBids) == .rebuild(.astray))
  }

  @Test func aWalletWhoseBundleIsUnderWayIsLeftAlone() {
    var state = twoBids
    state.pending = [
      PendingBundle(
        wallet: "a", bundle: "1", trigger: .first, generation: 3, kept: 0, cancelled: 0,
        places: 0..<2)
    ]
    #expect(
      decide(wallets: [wallet([])], state: state) == .rest("the grid of generation 3 stands"))
  }

  @Test func otherWalletsRebuild() {
    let both = [wallet([9_250, 8_500]), Scene.wallet("b")]
    #expect(decide(wallets: both, state: twoBids) == .rebuild(.swarm))
  }

  @Test func ordersAboutToExpireRebuild() {
    let standing = wallet([9_250, 8_500], expires: 260)
    #expect(
      decide(after: 139, wallets: [standing], state: twoBids)
        == .rest("the grid of generation 3 stands"))
    #expect(decide(after: 140, wallets: [standing], state: twoBids) == .rebuild(.expiry))
  }

  @Test func withoutAMemoryTheGridIsBuilt() {
    let moment = GridMoment(
      now: Scene.start, cause: .cadence, price: PriceLots(1), wallets: [], turn: 0,
      control: state.control)
    #expect(rule.decide(moment, after: nil) == .rebuild(.first))
  }
}
