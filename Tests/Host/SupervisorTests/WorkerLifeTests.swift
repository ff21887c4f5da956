import Isolation
import Testing

@testable import Supervisor

@Suite struct WorkerLifeTests {
  let start = MonotonicInstant(nanoseconds: 0)
  var life: WorkerLife

  init() {
    life = WorkerLife(startedAt: start, settings: SupervisorSettings(pluginDirectory: ""))
  }

  func at(_ seconds: Double) -> MonotonicInstant { start + .milliseconds(Int(seconds * 1_000)) }

  @Test mutating func aWorkerThatDoesNotGreetIsKilled() {
    #expect(life.nextDeadline == at(5))
    #expect(life.tick(at: at(4.9)) == [])
    #expect(life.tick(at: at(5)) == [.kill(.noGreeting(.seconds(5)))])
    #expect(life.tick(at: at(99)) == [])
    #expect(life.nextDeadline == .never)
  }

  @Test mutating func pingsGoOnWhileTheyAreAnswered() {
    life.greeted(at: at(1))
    #expect(life.tick(at: at(2.9)) == [])
    #expect(life.tick(at: at(3)) == [.ping(1)])
    life.ponged(1)
    #expect(life.tick(at: at(5)) == [.ping(2)])
    life.ponged(2)
    #expect(life.state == .ready)
  }

  @Test mutating func anUnansweredPingEndsTheWorker() {
    life.greeted(at: at(0))
    #expect(life.tick(at: at(2)) == [.ping(1)])
    #expect(life.tick(at: at(4)) == [])
    life.ponged(0)
    #expect(life.tick(at: at(11.9)) == [])
    #expect(life.tick(at: at(12)) == [.kill(.silent(.seconds(10)))])
    #expect(life.state == .killed)
  }

  @Test mutating func aDrainingWorkerStopsWhenItsLastRunEnded() {
    life.greeted(at: at(0))
    #expect(life.drain(at: at(1), openRuns: 2) == [])
    #expect(life.idle(at: at(2), openRuns: 1) == [])
    #expect(life.idle(at: at(3), openRuns: 0) == [.stop])
    #expect(life.state == .stopping)
    life.exited()
    #expect(life.state == .dead)
  }

  @Test mutating func drainingHasADeadline() {
    life.greeted(at: at(0))
    #expect(life.drain(at: at(1), openRuns: 1) == [])
    _ = life.tick(at: at(2))
    life.ponged(1)
    for second in stride(from: 4.0, to: 60, by: 2) {
      if case .ping(let number)? = life.tick(at: at(second)).first { life.ponged(number) }
    }
    #expect(life.tick(at: at(61)) == [.kill(.drainedTooLong(.seconds(60)))])
  }

  @Test mutating func aWorkerThatDoesNotStopIsKilled() {
    life.greeted(at: at(0))
    #expect(life.stop(at: at(1)) == [.stop])
    #expect(life.tick(at: at(2.9)) == [])
    #expect(life.tick(at: at(3)) == [.kill(.unwanted)])
  }

  @Test mutating func aClosedChannelGivesAMomentToExit() {
    life.greeted(at: at(0))
    life.hungUp(at: at(1))
    #expect(life.state == .leaving)
    #expect(life.tick(at: at(1.1)) == [])
    #expect(life.tick(at: at(1.2)) == [.kill(.hungUp)])
  }

  @Test mutating func aWorkerIsKilledOnce() {
    #expect(life.kill(.overdueRun(1)) == [.kill(.overdueRun(1))])
    #expect(life.kill(.hungUp) == [])
    #expect(life.killReason == .overdueRun(1))
  }
}

@Suite struct CrashHistoryTests {
  @Test func theFirstDeathIsFreeThenPausesGrowUntilTheBreakerTrips() throws {
    var history = CrashHistory(policy: RestartPolicy())
    var random = SeededRandom(seed: 3)
    var now = MonotonicInstant(nanoseconds: 0)
    var pauses: [Duration] = []
    for _ in 1...4 {
      guard case .restart(let pause) = history.died(at: now, random: &random) else {
        Issue.record("tripped too early")
        return
      }
      pauses.append(pause)
      now = now + .seconds(1)
    }
    #expect(pauses[0] == .zero)
    #expect((.milliseconds(250)...(.milliseconds(500))).contains(pauses[1]))
    #expect((.milliseconds(500)...(.seconds(1))).contains(pauses[2]))
    #expect((.seconds(1)...(.seconds(2))).contains(pauses[3]))
    #expect(history.died(at: now, random: &random) == .trip)
    history.clear()
    #expect(history.died(at: now, random: &random) == .restart(after: .zero))
  }

  @Test func deathsAreForgottenAfterTheWindow() {
    var history = CrashHistory(policy: RestartPolicy())
    var random = SeededRandom(seed: 3)
    for minute in 0..<100 {
      let now = MonotonicInstant(nanoseconds: Int64(minute) * 60_000_000_000)
      #expect(history.died(at: now, random: &random) == .restart(after: .zero))
    }
  }

  @Test func pausesAreBounded() {
    var policy = RestartPolicy()
    policy.limit = 1_000
    var history = CrashHistory(policy: policy)
    var random = SeededRandom(seed: 3)
    for _ in 0..<500 {
      guard case .restart(let pause) = history.died(at: .init(nanoseconds: 0), random: &random)
      else {
        Issue.record("tripped")
        return
      }
      #expect(pause <= .seconds(30))
    }
  }
}

@Suite struct WorkerOutputTests {
  @Test func linesComeOutWholeAndBounded() {
    var output = WorkerOutput()
    #expect(output.append(Array("one\ntw".utf8)[...]) == ["one"])
    #expect(output.append(Array("o\n\nthree".utf8)[...]) == ["two", ""])
    let long = [UInt8](repeating: 0x78, count: 100_000)
    #expect(output.append(long[...]) == [])
    #expect(output.append([10])[0].utf8.count == WorkerOutput.lineLimit)
    #expect(output.postMortem.utf8.count <= WorkerOutput.tailLimit + 8)
  }

  @Test func aCrashReportIsFoundInWhatWasPrinted() {
    var output = WorkerOutput()
    _ = output.append(Array("chatter\nSwift/Array.swift: Fatal error: bad\nat main\n".utf8)[...])
    #expect(output.postMortem == "Swift/Array.swift: Fatal error: bad\nat main\n")
  }

  @Test func theLogTakesABurstAndThenSoManyASecond() {
    var budget = LineBudget()
    #expect(budget.take(1_000, at: 10_000_000_000) == 200)
    #expect(budget.take(1_000, at: 10_001_000_000) == 0)
    #expect(budget.take(1_000, at: 11_000_000_000) == 50)
  }
}
