import PluginAPI
import Testing

@testable import RentRecovery

/// What becomes of closings on bad days.
@Suite struct OutcomeTests {
  let job = RentRecovery()

  @Test func whatReallyCameBackCounts() async throws {
    let test = Scene.test(
      [], others: [Scene.other("m1"), Scene.other("m2")],
      idle: [Scene.idle("m1"), Scene.idle("m2")]
    ) { _ in
      .landed(
        slot: 1,
        results: [
          .returned(sol: SOL(0.5).lamports, token: .zero),
          .returned(sol: SOL(0.25).lamports, token: .zero),
        ])
    }
    #expect(try await test.run(job) == .done("2 of 2 accounts closed, 0.75 SOL came back"))
  }

  @Test func oneFailureDoesNotStopTheOthers() async throws {
    let test = Scene.test(["a", "b", "c", "d"].map { Scene.account($0) }) { bundle in
      switch bundle.label {
      case "rent of a": throw Refusal(.accountBusy, "wait")
      case "rent of b": return .landed(slot: 1, results: [.done, .dropped("not empty")])
      case "rent of c": return .reverted(reason: "NonEmptyOpenOrdersPosition")
      default: return try TestRun.lands(bundle)
      }
    }
    #expect(try await test.run(job) == .done("1 of 4 accounts closed, 0.007 SOL came back"))
    #expect(
      await test.logs == [
        "warning: account not closed: rent of a: ACCOUNT_BUSY: wait",
        "warning: account not closed: rent of b: step 2 was dropped: not empty",
        "warning: account not closed: rent of c: "
          + "reverted(reason: \"NonEmptyOpenOrdersPosition\")",
      ])
  }

  @Test(arguments: [
    BundleOutcome.reverted(reason: "6042"), .expired, .unknown, .partial(slot: 1, results: [nil]),
  ])
  func ifNoneCanBeClosedTheRunFails(outcome: BundleOutcome) async throws {
    let test = Scene.test([Scene.account("a")]) { _ in outcome }
    await #expect(throws: RecoveryFailure.self) { try await test.run(job) }
    #expect(await test.events.isEmpty)
  }

  @Test(arguments: RefusalCode.allCases)
  func onlyARefusalForTheTimeBeingIsNoFailure(code: RefusalCode) async throws {
    let test = Scene.test([Scene.account("a")]) { _ in throw Refusal(code, "no") }
    if code.isTemporary {
      #expect(try await test.run(job) == .nothingToDo("rent of a: \(code.rawValue): no"))
    } else {
      await #expect(throws: RecoveryFailure.self) { try await test.run(job) }
    }
    #expect(await test.events.isEmpty)
  }

  /// Whatever the moment at which a run is lost: its slot's second attempt closes each account once,
  /// although the swarm looks otherwise by then.
  @Test(arguments: 0..<12, [false, true])
  func aLostRunThatIsTriedAgainClosesEachAccountOnce(call: Int, isDone: Bool) async throws {
    let accounts = ["a", "b", "c"].map { Scene.account($0) }
    let test = Scene.test(accounts)
    await test.loseNextRun(atCall: call, isDone: isDone)
    _ = try? await test.run(job)
    let closed = await test.bundles.map(\.label)
    let left = accounts.filter { !closed.contains("rent of \($0.id)") }
    await test.set(swarm: Scene.swarm(left))
    #expect(
      try await test.run(job, cause: .retry, attempt: 2)
        == .done("3 of 3 accounts closed, 0.021 SOL came back"))
    #expect(await test.bundles.map(\.label) == ["rent of a", "rent of b", "rent of c"])
  }
}
