import Isolation

/// Decides by seed what goes wrong, and counts what did.
final class FaultDice: Sendable {
  private struct State {
    var random: SeededRandom
    var counts: [Fault: Int] = [:]
    var isCalm = true
  }

  private let state: Guarded<State>

  /// How likely each fault is each time that it can happen, in thousandths.
  private static let odds: [Fault: UInt64] = [
    .crashBeforeWrite: 2, .crashAfterWrite: 3, .crashBeforeSend: 15, .crashAfterSend: 25,
    .writeFails: 8, .writeIsSlow: 30, .sendLost: 80, .answerLost: 60, .sendTwice: 80,
    .sendLate: 80, .engineBusy: 30, .leak: 10, .nodeSilent: 40, .nodeStale: 40,
    .venueUnreadable: 15, .workerDies: 2, .workerGarbles: 1, .workerHangs: 1, .frameLate: 60,
  ]

  init(seed: UInt64) { state = Guarded(State(random: SeededRandom(seed: seed))) }

  /// Whether `fault` happens now; it is counted then.
  func draws(_ fault: Fault) -> Bool {
    state.withLock { state in
      guard !state.isCalm, state.random.next() % 1_000 < Self.odds[fault, default: 0] else {
        return false
      }
      state.counts[fault, default: 0] += 1
      return true
    }
  }

  /// Counts a fault that was decided elsewhere.
  func note(_ fault: Fault) { state.withLock { $0.counts[fault, default: 0] += 1 } }

  /// A whole number from `range`.
  func number(_ range: ClosedRange<Int64>) -> Int64 {
    state.withLock { state in
      range.lowerBound + Int64(state.random.next() % UInt64(range.count))
    }
  }

  func duration(_ milliseconds: ClosedRange<Int64>) -> Duration {
    .milliseconds(number(milliseconds))
  }

  /// While it is calm nothing goes wrong.
  var isCalm: Bool {
    get { state.withLock(\.isCalm) }
    set { state.withLock { $0.isCalm = newValue } }
  }

  var counts: [Fault: Int] { state.withLock(\.counts) }
}
