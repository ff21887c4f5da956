@_spi(ExperimentalCustomExecutors) @_spi(ExperimentalScheduling) import _Concurrency
import Isolation

/// Runs every task and every actor of a process on one thread, in the order in which they become
/// ready, and lets time pass only when nothing is ready: the clock then jumps to the next timer.
///
/// Once installed, what a process does depends on its input alone, however busy the machine is. An
/// actor call that does not wait costs the same as always, about 40 ns.
final class VirtualExecutor: TaskExecutor, SchedulingExecutor {
  /// The one that `install` puts in place.
  static let shared = VirtualExecutor()

  private enum Sleeper {
    case job(UnownedJob)
    case pause(UInt64)
  }

  private struct State {
    var ready = JobQueue()
    var timers = TimerHeap<Sleeper>()
    var pauses: [UInt64: CheckedContinuation<Void, any Error>] = [:]
    var lastPause: UInt64 = 0
    var now = MonotonicInstant(nanoseconds: 0)
    var isFinished = false
  }

  private let state = Guarded(State())

  /// The point that virtual time has reached; it begins at zero.
  var now: MonotonicInstant { state.withLock { $0.now } }

  // MARK: Work

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    state.withLock { $0.ready.add(job) }
  }

  /// Sleeps of the language's own clocks are measured on the machine, so they are rounded up to
  /// hundredths of a second: what is left of a sleep when it arrives here differs by microseconds.
  func enqueue<C: Clock>(
    _ job: consuming ExecutorJob, at instant: C.Instant, tolerance: C.Duration?, clock: C
  ) {
    enqueue(job, after: clock.now.duration(to: instant), tolerance: tolerance, clock: clock)
  }

  func enqueue<C: Clock>(
    _ job: consuming ExecutorJob, after delay: C.Duration, tolerance: C.Duration?, clock: C
  ) {
    let step: Int64 = 10_000_000
    let wait = max(0, (delay as? Duration)?.nanoseconds ?? 0)
    let rounded = Duration.nanoseconds((wait + step - 1) / step * step)
    let job = UnownedJob(job)
    state.withLock { $0.timers.add(.job(job), at: $0.now + rounded) }
  }

  // MARK: Time

  /// Waits until virtual time has reached `instant`.
  ///
  /// - Throws: `CancellationError`.
  func pause(until instant: MonotonicInstant) async throws {
    let number = state.withLock { state in
      state.lastPause += 1
      return state.lastPause
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation {
        (continuation: CheckedContinuation<Void, any Error>) in
        if Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
        state.withLock { state in
          state.pauses[number] = continuation
          state.timers.add(.pause(number), at: instant)
        }
      }
    } onCancel: {
      state.withLock { $0.pauses.removeValue(forKey: number) }?
        .resume(throwing: CancellationError())
    }
  }

  // MARK: Running

  /// Ends `run` as soon as the running job gives way.
  func finish() { state.withLock { $0.isFinished = true } }

  /// Runs whatever becomes ready until `finish`, or until nothing waits any more.
  func run() {
    while true {
      let (job, isFinished) = state.withLock { state in
        state.isFinished ? (nil, true) : (state.ready.take(), false)
      }
      if let job {
        unsafe job.runSynchronously(on: Self.anywhere)
      } else if isFinished || !advance() {
        return
      }
    }
  }

  /// Jumps to the next timer; `false` when there is none.
  private func advance() -> Bool {
    CrashNote.timePassed()
    let sleeper = state.withLock { state -> Sleeper? in
      guard let time = state.timers.earliest else { return nil }
      state.now = max(state.now, time)
      return state.timers.removeFirst()
    }
    switch sleeper {
    case .job(let job): state.withLock { $0.ready.add(job) }
    case .pause(let number): state.withLock { $0.pauses.removeValue(forKey: number) }?.resume()
    case nil: return false
    }
    return true
  }

  /// The executor that stands for no executor in particular, so that tasks change between actors
  /// without being queued anew. The runtime writes it as two words of zero.
  private static let anywhere = unsafe unsafeBitCast((0, 0), to: UnownedSerialExecutor.self)
}

/// Jobs in the order in which they came.
private struct JobQueue {
  private var jobs: [UnownedJob] = []
  private var head = 0

  mutating func add(_ job: UnownedJob) { jobs.append(job) }

  mutating func take() -> UnownedJob? {
    guard head < jobs.count else { return nil }
    let job = jobs[head]
    head += 1
    if head == jobs.count {
      jobs.removeAll(keepingCapacity: true)
      head = 0
    }
    return job
  }
}

/// What the language's runtime asks for its executors.
enum VirtualExecutors: ExecutorFactory {
  static var mainExecutor: any MainExecutor { PlatformExecutorFactory.mainExecutor }
  static var defaultExecutor: any TaskExecutor { VirtualExecutor.shared }
}
