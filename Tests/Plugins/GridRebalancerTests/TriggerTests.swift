import PluginAPI
import Testing

@testable import GridRebalancer

@Suite struct TriggerTests {
  let rule = TriggerRule(GridRebalancer())
  let state = GridState(
    reference: PriceLots(10_000), lower: PriceLots(8_500), upper: PriceLots(13_000),
    rebuilt: Scene.start, refreshed: Scene.start, generation: 3, expected: 0, wallets: [], turn: 0)

  func decide(
    price: Int64 = 10_000, after seconds: Int64 = 60, cause: Cause = .cadence, turn: Int64 = 0,
    state: GridState? = nil
  ) -> TriggerRule.Decision {
    let now = Scene.start + .seconds(seconds)
    return rule.decide(
      GridMoment(
        now: now, cause: cause, price: PriceLots(price), standing: Standing(Swarm(wallets: [])),
        turn: turn), after: state ?? self.state)
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

  @Test func nearTheOutermostLevelOfEitherSideRebuilds() {
    var state = state
    state.reference = PriceLots(8_760)
    #expect(decide(price: 8_755, state: state) == .rebuild(.proximity))
    #expect(decide(price: 8_756, state: state) == .rest("the grid of generation 3 stands"))
    state.reference = PriceLots(12_630)
    #expect(decide(price: 12_622, state: state) == .rebuild(.proximity))
    #expect(decide(price: 12_620, state: state) == .rest("the grid of generation 3 stands"))
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
    #expect(late == .postpone("signal: too soon after the last rebuild"))
    var owing = state
    owing.isOwed = true
    #expect(decide(after: 5, state: owing) == .rebuild(.signal))
  }

  @Test func ordersThatAreGoneRebuild() {
    var state = state
    state.expected = 4
    #expect(decide(state: state) == .rebuild(.first))
    let swarm = Scene.apply(
      [Bundle("", intents: [place(expires: 600)])], to: Scene.swarm(1))
    state.wallets = ["w0"]
    #expect(decide(swarm, state) == .rebuild(.missing))
    state.expected = 1
    #expect(decide(swarm, state) == .rest("the grid of generation 3 stands"))
    state.wallets = ["w0", "w1"]
    #expect(decide(swarm, state) == .rebuild(.swarm))
  }

  @Test func ordersAboutToExpireRebuild() {
    var state = state
    state.expected = 1
    state.wallets = ["w0"]
    let swarm = Scene.apply([Bundle("", intents: [place(expires: 260)])], to: Scene.swarm(1))
    #expect(decide(swarm, state, after: 59) == .rest("the grid of generation 3 stands"))
    #expect(decide(swarm, state, after: 60) == .rebuild(.expiry))
  }

  @Test func withoutAMemoryTheGridIsBuilt() {
    let moment = GridMoment(
      now: Scene.start, cause: .cadence, price: PriceLots(1), standing: Standing(Scene.swarm(1)),
      turn: 0)
    #expect(rule.decide(moment, after: nil) == .rebuild(.first))
  }

  func place(expires: Int64) -> Intent {
    .place(
      account: "w0/0",
      NewOrder(
        side: .bid, price: PriceLots(9_000), size: BaseLots(1),
        expires: Scene.start + .seconds(expires)))
  }

  func decide(_ swarm: Swarm, _ state: GridState, after seconds: Int64 = 60)
    -> TriggerRule.Decision
  {
    let moment = GridMoment(
      now: Scene.start + .seconds(seconds), cause: .cadence, price: PriceLots(10_000),
      standing: Standing(swarm), turn: 0)
    return rule.decide(moment, after: state)
  }
}
