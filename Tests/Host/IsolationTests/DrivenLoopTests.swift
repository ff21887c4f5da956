import PluginAPI
import Testing

@testable import Isolation

/// A loop without a thread does what a loop with one does, when its driver says so.
@Suite struct DrivenLoopTests {
  /// Keeps what is due until the test asks for it.
  private final class Hand: LoopDriver {
    private struct State {
      var soon: [@Sendable () -> Void] = []
      var later: [(time: MonotonicInstant, body: @Sendable () -> Void)] = []
    }

    private let state = Guarded(State())

    func runSoon(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.soon.append(body) } }

    func run(at time: MonotonicInstant, _ body: @escaping @Sendable () -> Void) {
      state.withLock { $0.later.append((time, body)) }
    }

    func settle() {
      while let body = state.withLock({ $0.soon.isEmpty ? nil : $0.soon.removeFirst() }) { body() }
    }

    /// Lets everything happen up to `end`, in order.
    func pass(until end: MonotonicInstant) {
      settle()
      while let next = take(before: end) {
        next()
        settle()
      }
    }

    /// Does the loop's work until `body` is through.
    func carry(_ body: @escaping @Sendable () async -> Void) async {
      let isDone = Guarded(false)
      Task {
        await body()
        isDone.withLock { $0 = true }
      }
      while !isDone.withLock(\.self) {
        settle()
        await Task.yield()
      }
    }

    private func take(before end: MonotonicInstant) -> (@Sendable () -> Void)? {
      state.withLock { state in
        let due = state.later.indices.filter { state.later[$0].time <= end }
        guard let first = due.min(by: { state.later[$0].time < state.later[$1].time }) else {
          return nil
        }
        return state.later.remove(at: first).body
      }
    }
  }

  private actor Diary {
    nonisolated let loop: EventLoop
    private(set) var lines: [String] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor {
      unsafe loop.asUnownedSerialExecutor()
    }

    init(loop: EventLoop) { self.loop = loop }

    func write(_ line: String) { lines.append(line) }

    func remind(_ name: String, at seconds: Int64) {
      loop.setAlarm(name, at: MonotonicInstant(nanoseconds: seconds * 1_000_000_000)) {
        self.assumeIsolated { $0.write(name) }
      }
    }

    func forget(_ name: String) { loop.clearAlarm(name) }
  }

  @Test func alarmsRingInOrderAndReplacedOnesDoNot() async {
    let hand = Hand()
    let loop = EventLoop(driver: hand)
    let diary = Diary(loop: loop)
    await hand.carry {
      await diary.remind("late", at: 3)
      await diary.remind("early", at: 1)
      await diary.remind("moved", at: 1)
      await diary.remind("moved", at: 2)
      await diary.remind("dropped", at: 2)
      await diary.forget("dropped")
    }
    hand.pass(until: MonotonicInstant(nanoseconds: 2_500_000_000))
    await hand.carry { #expect(await diary.lines == ["early", "moved"]) }
  }
}
