import Isolation
import PluginAPI
import Testing

/// An actor that lives on a work queue.
private actor Clerk {
  nonisolated let queue: WorkQueue
  nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }
  private var count = 0

  init(queue: WorkQueue) { self.queue = queue }

  func add() -> Int {
    queue.checkIsolated()
    count += 1
    return count
  }
}

private struct Failure: Error, Equatable {
  let number: Int
}

@Suite(.timeLimit(.minutes(1))) struct WorkQueueTests {
  @Test func blockingWorkReturnsItsResultOrItsError() async throws {
    let queue = WorkQueue(name: "test")
    #expect(await queue.run { (1...10).reduce(0, +) } == 55)
    await #expect(throws: Failure(number: 7)) {
      try await queue.run { () throws(Failure) -> Int in throw Failure(number: 7) }
    }
  }

  @Test func workIsDoneInOrder() async {
    let queue = WorkQueue(name: "test")
    let order = Guarded<[Int]>([])
    for number in 0..<1_000 { queue.add { order.withLock { $0.append(number) } } }
    await queue.run {}
    #expect(order.withLock(\.self) == Array(0..<1_000))
  }

  @Test func manyCallersShareOneThread() async {
    let clerk = Clerk(queue: WorkQueue(name: "test"))
    await withTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<1_000 { _ = await clerk.add() }
          return 0
        }
      }
    }
    #expect(await clerk.add() == 8_001)
  }

  @Test func workThatWasAddedIsDoneAfterTheQueueIsGone() async {
    let done = Guarded(0)
    await withCheckedContinuation { continuation in
      let queue = WorkQueue(name: "test")
      for number in 1...100 {
        queue.add {
          done.withLock { $0 += 1 }
          if number == 100 { continuation.resume() }
        }
      }
    }
    #expect(done.withLock(\.self) == 100)
  }
}

@Suite struct TimeTests {
  @Test func manualClocksMoveOnlyWhenTold() {
    let time = ManualTime()
    let (monotonic, wall) = (time.monotonic, time.wall)
    time.advance(by: .milliseconds(1_500))
    #expect(time.monotonic - monotonic == .milliseconds(1_500))
    #expect(time.wall - wall == .milliseconds(1_500))
    time.stepWall(to: Timestamp(seconds: 5))
    #expect(time.wall == Timestamp(seconds: 5))
    #expect(time.monotonic - monotonic == .milliseconds(1_500))
  }

  @Test func instantsSaturate() {
    #expect(MonotonicInstant.never + .seconds(1) == .never)
    #expect(MonotonicInstant(nanoseconds: 1) + .nanoseconds(2) == MonotonicInstant(nanoseconds: 3))
    #expect(Duration.seconds(Int64.max).nanoseconds == .max)
    #expect(Duration.milliseconds(1_500).inSeconds == 1.5)
  }

  @Test func randomNumbersRepeatWithTheirSeed() {
    var (first, second, other) = (
      SeededRandom(seed: 7), SeededRandom(seed: 7), SeededRandom(seed: 8)
    )
    let numbers = (0..<4).map { _ in first.next() }
    #expect(numbers == (0..<4).map { _ in second.next() })
    #expect(numbers != (0..<4).map { _ in other.next() })
    // The published values of SplitMix64 for the seed 1234567.
    var known = SeededRandom(seed: 1_234_567)
    #expect(known.next() == 6_457_827_717_110_365_317)
    #expect(known.next() == 3_203_168_211_198_807_973)
  }

  @Test func hashesAreTheSameInEveryProcess() {
    #expect(stableHash("") == 0xcbf2_9ce4_8422_2325)
    #expect(stableHash("a") == 0xaf63_dc4c_8601_ec8c)
  }
}
