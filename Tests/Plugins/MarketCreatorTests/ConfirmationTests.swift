@_spi(Host) import PluginAPI
import Testing

@testable import MarketCreator

/// Nothing is created without two deliberate acts.
@Suite struct ConfirmationTests {
  let job = MarketCreator()

  func preview(_ test: TestRun) async -> Preview? { await test.remembered("preview") }

  @Test func theFirstTriggerShowsTheCostAndACode() async throws {
    let test = Scene.test()
    guard case .done(let text) = try await test.run(job, cause: .manual) else {
      Issue.record("expected a preview")
      return
    }
    let code = try #require(await preview(test)?.code)
    #expect(code.count == 9 && text.contains("set 'confirm: \(code)'"))
    #expect(text.contains("'BMV/SOL' (base lot 1000000, quote lot 1000, fees 0/400 millionths)"))
    #expect(text.contains("the place of market old") && text.contains("a locks 1.9 SOL of rent"))
    // Two wallets with accounts, two bundles each, and one for the market.
    #expect(text.contains("tips come to at most 0.005 SOL"))
    #expect(await test.bundles.isEmpty)
  }

  @Test func theCodeInTheTableAndASecondTriggerCreateTheMarket() async throws {
    let test = Scene.test()
    let confirmed = try await Scene.confirmed(test)
    let later = Scene.start + .seconds(300)
    #expect(
      try await test.run(confirmed, cause: .manual, at: later)
        == .done("market new was created; 0 orders of the old one cancelled"))
    let market = NewMarket(name: "BMV/SOL", lots: Scene.lots, makerFee: 0, takerFee: 400)
    #expect(
      await test.bundles.map(\.intents) == [[.createMarket(wallet: "a", market)]])
  }

  @Test func twoTriggersAreNoConfirmationHoweverCloseOrFar() async throws {
    let test = Scene.test()
    var codes: [String?] = []
    for seconds in [0, 1, 299, 86_400] as [Int64] {
      _ = try await test.run(job, cause: .manual, at: Scene.start + .seconds(seconds))
      codes.append(await preview(test)?.code)
    }
    #expect(Set(codes).count == 4)
    #expect(await test.bundles.isEmpty)
  }

  @Test func aCodeThatComesTooLateGivesANewPreview() async throws {
    let test = Scene.test()
    let confirmed = try await Scene.confirmed(test)
    let late = Scene.start + .seconds(301)
    guard case .done(let text) = try await test.run(confirmed, cause: .manual, at: late) else {
      Issue.record("expected a preview")
      return
    }
    #expect(text.hasPrefix("the code '\(confirmed.confirm)' came too late; a new market"))
    #expect(await test.bundles.isEmpty)
  }

  @Test func aCodeCountsOnce() async throws {
    let test = Scene.test()
    let confirmed = try await Scene.confirmed(test)
    _ = try await test.run(confirmed, cause: .manual)
    guard
      case .done(let text) = try await test.run(
        confirmed, cause: .manual, at: Scene.start + .seconds(9))
    else {
      Issue.record("expected a preview")
      return
    }
    #expect(text.hasPrefix("'\(confirmed.confirm)' is not the code of the last preview; "))
    #expect(await test.bundles.count == 1)
  }

  @Test(arguments: ["name", "units", "fee", "rent", "market", "wallet"])
  func aCodeStandsForOnePlanOnly(change: String) async throws {
    let test = Scene.test()
    var confirmed = try await Scene.confirmed(test)
    switch change {
    case "name": confirmed.name = "OTHER/SOL"
    case "units": confirmed.quoteLot = 10
    case "fee": confirmed.takerFee = 500
    case "rent": await test.set(swarm: Scene.swarm(rent: 1.5))
    case "market": await test.set(swarm: Scene.swarm(market: "another"))
    default: confirmed.wallet = "b"
    }
    guard case .done(let text) = try await test.run(confirmed, cause: .manual) else {
      Issue.record("expected a preview")
      return
    }
    #expect(text.hasPrefix("the plan is no longer the one that '\(confirmed.confirm)' stands for"))
    #expect(await test.bundles.isEmpty)
  }

  @Test(arguments: [Cause.cadence, .signal, .idle, .catchUp])
  func nothingButAnOperatorStartsIt(cause: Cause) async throws {
    let test = Scene.test()
    let confirmed = try await Scene.confirmed(test)
    #expect(
      try await test.run(confirmed, cause: cause)
        == .nothingToDo("it runs only when an operator triggers it"))
    #expect(await test.bundles.isEmpty)
  }

  @Test(arguments: [
    (Scene.swarm(rent: nil), "", "the venue does not tell what a market costs"),
    (Scene.swarm(rent: 2.6), "", "it would cost 2.605 SOL, more than max_cost (2.5 SOL)"),
    (Scene.swarm(sol: 1.9), "", "wallet a has 1.9 SOL, 1.915 SOL are needed"),
    (Scene.swarm(), "c", "there is not wallet c in the swarm"),
    (Scene.swarm([]), "", "there is not any wallet in the swarm"),
  ])
  func whatCannotBePaidIsNotEvenOffered(swarm: Swarm, wallet: String, reason: String) async throws {
    var job = job
    job.wallet = wallet
    let test = Scene.test(swarm)
    #expect(try await test.run(job, cause: .manual) == .nothingToDo(reason))
    #expect(await preview(test) == nil)
  }

  @Test(arguments: [
    ("name", ["name": ""]), ("name", ["name": "A name of 17 byte"]),
    ("maker_fee", ["maker_fee": "-401"]), ("tip", ["tip": "0.1 SOL", "max_cost": "0.1 SOL"]),
  ])
  func contradictionsAreFound(parameter: String, values: [String: String]) {
    do throws(ParameterProblems) {
      _ = try JobDescriptor(MarketCreator.self).make(values)
      Issue.record("accepted \(values)")
    } catch { #expect(error.problems.map(\.parameter) == [parameter]) }
  }
}
