@_spi(Host) import PluginAPI
import Testing

private struct Probe: Job {
  static let kind: JobKind = "probe"
  static let summary = "Does what the test says."
  var body: @Sendable (Run) async throws -> Outcome = { _ in .done("") }
  init() {}
  init(_ body: @escaping @Sendable (Run) async throws -> Outcome) { self.body = body }
  func run(_ run: Run) async throws -> Outcome { try await body(run) }
}

private struct Fault: Error {}

@Suite struct TestRunTests {
  @Test func stateAndBoardLastBetweenRuns() async throws {
    let test = TestRun()
    let count = Probe { run in
      let count = try await run.state.value("count", as: Int.self) ?? 0
      try await run.state.set("count", to: count + 1)
      try await run.board.publish("count", count + 1)
      return .done("\(count)")
    }
    #expect(try await test.run(count) == .done("0"))
    #expect(try await test.run(count) == .done("1"))
    #expect(await test.remembered("count", as: Int.self) == 2)
    #expect(await test.published("count", as: Int.self) == 2)
  }

  @Test func theTestCanPutStateAndBoardInPlace() async throws {
    let test = TestRun()
    try await test.remember("known", 7)
    try await test.publish("board", "text")
    let outcome = try await test.run(
      Probe { run in
        let known = try await run.state.value("known", as: Int.self)
        let board = try await run.board.value("board", as: String.self)
        try await run.state.remove("known")
        return .done("\(known ?? 0) \(board?.value ?? "")")
      })
    #expect(outcome == .done("7 text"))
    #expect(await test.remembered("known", as: Int.self) == nil)
  }

  @Test func aValueOfAnotherTypeIsNone() async throws {
    let test = TestRun()
    try await test.remember("known", "seven")
    let outcome = try await test.run(
      Probe { run in .done("\(try await run.state.value("known", as: Int.self) == nil)") })
    #expect(outcome == .done("true"))
  }

  @Test func boardValuesHaveTheTimeOfTheirRun() async throws {
    let test = TestRun()
    let later = test.now + .seconds(60)
    _ = try await test.run(
      Probe { run in
        try await run.board.publish("a", 1)
        return .done("")
      }, at: later)
    let outcome = try await test.run(
      Probe { run in
        let age = try await run.board.value("a", as: Int.self).map { run.now - $0.published }
        return .done("\(age ?? .zero)")
      }, at: later + .seconds(5))
    #expect(outcome == .done("\(Duration.seconds(5))"))
  }

  @Test func refusedBundlesAreKeptApart() async throws {
    let test = TestRun(decide: { bundle in
      guard bundle.label == "good" else { throw Refusal(.tipBudget, "too much", intent: 0) }
      return .landed(slot: 5, results: [])
    })
    let job = Probe { run in
      let receipt = try await run.bundles.submit(Bundle("good", intents: []))
      let landed = try await run.bundles.outcome(of: receipt).hasLanded
      do { _ = try await run.bundles.submit(Bundle("bad", intents: [])) } catch let refusal
        as Refusal
      {
        return .done("\(landed) \(refusal)")
      }
      return .done("accepted")
    }
    #expect(try await test.run(job) == .done("true TIP_BUDGET: too much (intent 1)"))
    #expect(await test.bundles.map(\.label) == ["good"])
    #expect(await test.refused.map(\.label) == ["bad"])
  }

  @Test func eachBundleIsDecidedOnce() async throws {
    let test = TestRun()
    let job = Probe { run in
      let receipt = try await run.bundles.submit(Bundle("b", intents: []))
      await test.set(decide: { _ in .expired })
      return .done("\(try await run.bundles.outcome(of: receipt).hasLanded)")
    }
    #expect(try await test.run(job) == .done("true"))
  }

  @Test func whatAFailingJobToldIsRecorded() async throws {
    let test = TestRun()
    let job = Probe { run in
      run.log.warning("careful")
      run.events.emit("EVENT", ["a": "b"])
      run.metrics.add("count", 2)
      run.metrics.add("count", 3)
      run.metrics.set("gauge", 7)
      throw Fault()
    }
    await #expect(throws: Fault.self) { try await test.run(job) }
    #expect(await test.logs == ["warning: careful"])
    #expect(await test.events.map(\.name) == ["EVENT"])
    #expect(await test.metrics == ["count": 5, "gauge": 7])
  }

  @Test func whatTheTestDidNotSetCannotBeRead() async throws {
    let test = TestRun()
    await #expect(throws: ServiceError("the test set no market")) {
      try await test.run(Probe { run in .done("\(try await run.market.slot)") })
    }
    await #expect(throws: ServiceError("the test set no oracle price")) {
      try await test.run(
        Probe { run in
          .done("\(try await run.swaps.quote(.buySOL(usdc: 1, minimum: .zero)))")
        })
    }
  }

  @Test func aRunKnowsItsCauseAndTime() async throws {
    let test = TestRun(now: Timestamp(seconds: 9))
    let job = Probe { run in .done("\(run.cause) \(run.attempt) \(run.now.seconds)") }
    #expect(try await test.run(job, cause: .idle, attempt: 2) == .done("idle 2 9"))
  }

  @Test func signalsAreRecorded() async throws {
    let test = TestRun()
    _ = try await test.run(
      Probe { run in
        try await run.signals.send("rebuild")
        return .done("")
      })
    #expect(await test.signals == ["rebuild"])
  }

  @Test func aRefusalSaysWhetherWaitingHelps() {
    let later: [RefusalCode] = RefusalCode.allCases.filter(\.isTemporary)
    #expect(
      later == [
        .tradingHalted, .reducingOnly, .killFlagUnreadable, .staleBook, .staleOracle,
        .oracleConfidence, .oracleDeviation, .feeBudget, .reservationConflict, .circuitOpen,
        .drawdown, .configStale, .rateLimit, .accountBusy, .storeUnavailable,
      ])
  }
}
