import Isolation
@_spi(Host) import PluginAPI
import Scheduler
import Supervisor

/// Notes how late runs started: the start of the job's code minus the slot's time.
final class RunProbe: RunObserver {
  /// What was seen since the window was set.
  struct Findings: Sendable {
    var lateness = LatenessHistogram()
    /// Runs that did not finish.
    var failures = 0
    /// Slots that started later than `RunProbe.late`.
    var late = 0
  }

  /// A run that started.
  struct Start: Sendable {
    var job: String
    /// When the job's code began.
    var started: MonotonicInstant
    /// When the host learned of its end.
    var seen: MonotonicInstant
    var process: Int32
  }

  private struct State {
    var findings = Findings()
    var from = Int64.max
    var until = Int64.max
    var waiters: [(test: @Sendable (Start) -> Bool, CheckedContinuation<Start, Never>)] = []
  }

  /// From here on a slot counts as late, in nanoseconds: what people and policies notice, and more
  /// than the noise of a busy machine.
  static let late: Int64 = 50_000_000

  private let state = Guarded(State())
  private let time: any TimeSource
  /// What turns wall times, which slots are named by, into monotonic ones.
  private let offset: Int64

  init(_ time: any TimeSource) {
    self.time = time
    offset = time.wall.nanoseconds - time.monotonic.nanoseconds
  }

  func runsEnded(_ ends: [RunEnd], of orders: [RunOrder?]) {
    let now = time.monotonic
    state.withLock { state in
      for (end, order) in zip(ends, orders) {
        guard let order else { continue }
        note(end, order, in: &state)
        if !state.waiters.isEmpty { answer(end, now, in: &state) }
      }
    }
  }

  private func note(_ end: RunEnd, _ order: RunOrder, in state: inout State) {
    let due = order.plannedAt.nanoseconds - offset
    guard due >= state.from, due < state.until else { return }
    guard case .finished = end.verdict, let started = end.started else {
      return state.findings.failures += 1
    }
    let lateness = started.nanoseconds - due
    state.findings.lateness.add(lateness)
    if lateness > Self.late { state.findings.late += 1 }
  }

  private func answer(_ end: RunEnd, _ now: MonotonicInstant, in state: inout State) {
    guard case .finished = end.verdict, let started = end.started else { return }
    let start = Start(job: end.job, started: started, seen: now, process: end.pid)
    for place in state.waiters.indices.reversed() where state.waiters[place].test(start) {
      state.waiters.remove(at: place).1.resume(returning: start)
    }
  }

  /// Counts slots from now on whose times lie in the window.
  func watch(from: MonotonicInstant, until: MonotonicInstant = .never) {
    state.withLock { state in
      state.findings = Findings()
      (state.from, state.until) = (from.nanoseconds, until.nanoseconds)
    }
  }

  var findings: Findings { state.withLock(\.findings) }

  /// The next run that finishes and that `test` accepts.
  func next(_ test: @escaping @Sendable (Start) -> Bool) async -> Start {
    await withCheckedContinuation { continuation in
      state.withLock { $0.waiters.append((test, continuation)) }
    }
  }
}
