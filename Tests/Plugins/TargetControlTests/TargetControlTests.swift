@_spi(Host) import PluginAPI
import Testing

@testable import TargetControl

private let market = MarketSnapshot(
  slot: 1, time: Timestamp(seconds: 1),
  lots: MarketLots(
    baseLot: TokenAmount(10), quoteLot: Lamports(1), tokenDecimals: 9, minimumSize: BaseLots(1)),
  bids: [], asks: [], trades: [], pivot: nil, oracle: nil,
  venue: VenueIdentity(kind: "simulator", cluster: "test", allowsSyntheticVolume: true))

/// A wallet with 100 free tokens, 20 unsettled ones and 80 in an open ask.
private let wallet: Wallet = {
  func order(_ side: Side) -> OpenOrder {
    OpenOrder(
      id: "o", side: side, price: PriceLots(1), size: BaseLots(8), placed: Timestamp(seconds: 1),
      expires: nil)
  }
  return Wallet(
    id: "a", publicKey: "a", sol: .zero, token: TokenAmount(100), usdc: 0,
    accounts: [
      OpenOrdersAccount(
        id: "a/0", orders: [order(.ask), order(.bid)], freeToken: TokenAmount(20), rent: .zero,
        lastUsed: Timestamp(seconds: 1))
    ])
}()

@Suite struct TargetControlTests {
  let job = TargetControl()

  @Test func theHeadroomIsWhatOthersHold() async throws {
    let swarm = Swarm(
      wallets: [wallet], emission: TokenAmount(1000), locked: TokenAmount(300))
    let test = TestRun(market: market, swarm: swarm)
    #expect(try await test.run(job) == .done("headroom 50%, BUY multiplier 1.1, depth 100%"))
    let control = await test.published("target-control", as: Control.self)
    #expect(control == Control(headroom: 50, multiplier: 1.1, depth: 100))
    #expect(await test.metrics["target_control_headroom"] == 0.5)
    #expect(await test.metrics["target_control_multiplier"] == 1.1)
  }

  @Test(
    arguments: [
      (100, 1.2, 100), (90, 1.2, 100), (70, 1.15, 100), (50, 1.1, 100), (10, 1.0, 100),
      (5, 1.0, 50),
      (0, 1.0, 0),
    ] as [(Percent, Double, Percent)])
  func moreHeadroomMeansDenserBuying(headroom: Percent, multiplier: Double, depth: Percent) {
    let control = job.steer(headroom)
    #expect(abs(control.multiplier - multiplier) < 1e-12)
    #expect(control.depth == depth)
  }

  @Test func theHeadroomIsNeverNegative() throws {
    let swarm = Swarm(
      wallets: [wallet], emission: TokenAmount(100), locked: TokenAmount(100))
    let inventory = try Inventory(swarm, lots: market.lots)
    #expect(inventory.token == TokenAmount(200))
    #expect(Headroom.of(swarm, inventory: inventory) == 0)
  }

  @Test func hugeEmissionsDoNotOverflow() {
    let swarm = Swarm(
      wallets: [], emission: TokenAmount(.max), locked: TokenAmount(.max / 2))
    let none = try? Inventory(swarm, lots: market.lots)
    #expect(none.map { Headroom.of(swarm, inventory: $0) } == Percent(floatLiteral: 50.000001))
  }

  @Test func aSwarmThatHoldsNearlyEverythingStopsBuying() async throws {
    let swarm = Swarm(wallets: [wallet], emission: TokenAmount(100), locked: TokenAmount(50))
    let test = TestRun(market: market, swarm: swarm)
    _ = try await test.run(job)
    let control = await test.published("target-control", as: Control.self)
    #expect(control == Control(headroom: 0, multiplier: 1, depth: 0))
    #expect(
      await test.logs
        == ["warning: more tokens than exist: the emission or the locked amount is wrong"])
  }

  @Test func aGivenHeadroomNeedsNoEmission() async throws {
    var job = job
    job.targetControl = .fixed
    let test = TestRun()
    #expect(try await test.run(job) == .done("headroom 51%, BUY multiplier 1.1025, depth 100%"))
  }

  /// 1 + 0.2 · (h − 10) / 80 at h = 33.333333: 1.05833…, to four decimals.
  @Test func theMultiplierIsRounded() {
    #expect(job.steer(Percent(floatLiteral: 33.333333)).multiplier == 1.0583)
  }

  @Test func withoutAnEmissionNothingIsPublished() async throws {
    let test = TestRun(market: market, swarm: Swarm(wallets: [wallet]))
    #expect(try await test.run(job) == .nothingToDo("the token's emission is unknown"))
    #expect(await test.published("target-control", as: Control.self) == nil)
  }

  @Test(arguments: [
    ("lower_headroom", ["lower_headroom": "90%"]),
    ("minimum_multiplier", ["minimum_multiplier": "1.3"]),
  ])
  func contradictionsAreFound(parameter: String, values: [String: String]) {
    do throws(ParameterProblems) {
      _ = try JobDescriptor(TargetControl.self).make(values)
      Issue.record("accepted \(values)")
    } catch {
      #expect(error.problems.map(\.parameter) == [parameter])
    }
  }
}
