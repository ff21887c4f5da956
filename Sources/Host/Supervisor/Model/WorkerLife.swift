package import Isolation
import Wire

/// The life of one worker process, as events in and actions out.
///
///     starting ──greeted──▶ ready ──drain──▶ draining ──idle──▶ stopping ──exited──▶ dead
///        │                    │                  │                  │
///        └────── late ────────┴─ silent, wanted ─┴──── late ────────┴──▶ killed ──exited──▶ dead
///
/// Any state goes to `leaving` when the channel is closed, and to `dead` when the process exits.
package struct WorkerLife: Sendable {
  /// Where the process stands.
  package enum State: String, Sendable, Hashable {
    /// Spawned, and has not greeted. To `ready` or `killed`.
    case starting
    /// Takes runs. To `draining` or `killed`.
    case ready
    /// Takes no runs, finishes those it has. To `stopping` or `killed`.
    case draining
    /// Was asked to exit. To `killed` when it does not.
    case stopping
    /// Closed its channel, as a process does that is about to exit. To `killed` when it does not.
    case leaving
    /// Was sent the signal that cannot be refused.
    case killed
    /// Is gone; the end.
    case dead
  }

  /// What the owner of the process shall do.
  package enum Action: Sendable, Hashable {
    /// Send a ping of this number.
    case ping(UInt64)
    /// Ask it to exit.
    case stop
    /// Kill it and all it started.
    case kill(KillReason)
  }

  package private(set) var state = State.starting
  /// Why it was killed, once it was.
  package private(set) var killReason: KillReason?
  private let settings: SupervisorSettings
  private var deadline: MonotonicInstant
  private var nextPing = MonotonicInstant.never
  private var pings: UInt64 = 0
  private var unanswered: MonotonicInstant?

  package init(startedAt now: MonotonicInstant, settings: SupervisorSettings) {
    self.settings = settings
    deadline = now + settings.handshakeTimeout
  }

  /// When `tick` must be called at the latest.
  package var nextDeadline: MonotonicInstant {
    let silent = unanswered.map { $0 + settings.pingTimeout } ?? .never
    return min(deadline, nextPing, silent)
  }

  /// The worker greeted.
  package mutating func greeted(at now: MonotonicInstant) {
    guard state == .starting else { return }
    state = .ready
    deadline = .never
    nextPing = now + settings.pingInterval
  }

  /// The worker answered a ping; only the newest one counts.
  package mutating func ponged(_ number: UInt64) {
    if number == pings { unanswered = nil }
  }

  /// The worker is no longer wanted; it may finish its runs.
  package mutating func drain(at now: MonotonicInstant, openRuns: Int) -> [Action] {
    switch state {
    case .starting: return kill(.unwanted)
    case .ready:
      state = .draining
      deadline = now + settings.drainTimeout
      return idle(at: now, openRuns: openRuns)
    case .draining, .stopping, .leaving, .killed, .dead: return []
    }
  }

  /// The number of open runs changed.
  package mutating func idle(at now: MonotonicInstant, openRuns: Int) -> [Action] {
    guard state == .draining, openRuns == 0 else { return [] }
    return stop(at: now)
  }

  /// The worker shall exit now, whatever it does.
  package mutating func stop(at now: MonotonicInstant) -> [Action] {
    switch state {
    case .starting: return kill(.unwanted)
    case .ready, .draining:
      state = .stopping
      deadline = now + settings.stopTimeout
      nextPing = .never
      unanswered = nil
      return [.stop]
    case .stopping, .leaving, .killed, .dead: return []
    }
  }

  /// The worker closed its channel. It gets a moment to exit, so that its end tells why it did.
  package mutating func hungUp(at now: MonotonicInstant) {
    guard state != .killed, state != .dead, state != .stopping else { return }
    state = .leaving
    (deadline, nextPing, unanswered) = (now + settings.leaveTimeout, .never, nil)
  }

  /// The worker must not live on.
  package mutating func kill(_ reason: KillReason) -> [Action] {
    guard state != .killed, state != .dead else { return [] }
    state = .killed
    killReason = reason
    (deadline, nextPing, unanswered) = (.never, .never, nil)
    return [.kill(reason)]
  }

  /// The process is gone; `code` is what it exited with, when it did.
  package mutating func exited(code: Int32? = nil) {
    if code == Wire.brokenChannelCode, killReason == nil { killReason = .hungUp }
    state = .dead
    (deadline, nextPing, unanswered) = (.never, .never, nil)
  }

  /// Time passed.
  package mutating func tick(at now: MonotonicInstant) -> [Action] {
    if let reason = overdue(at: now) { return kill(reason) }
    guard now >= nextPing else { return [] }
    nextPing = now + settings.pingInterval
    guard unanswered == nil else { return [] }
    pings += 1
    unanswered = now
    return [.ping(pings)]
  }

  private func overdue(at now: MonotonicInstant) -> KillReason? {
    if let unanswered, now >= unanswered + settings.pingTimeout {
      return .silent(settings.pingTimeout)
    }
    guard now >= deadline else { return nil }
    switch state {
    case .starting: return .noGreeting(settings.handshakeTimeout)
    case .draining: return .drainedTooLong(settings.drainTimeout)
    case .leaving: return .hungUp
    case .ready, .stopping, .killed, .dead: return .unwanted
    }
  }
}

/// Why the host killed a worker.
package enum KillReason: Sendable, Hashable, CustomStringConvertible {
  /// A run did not end although it was cancelled.
  case overdueRun(UInt64)
  /// It did not greet in time.
  case noGreeting(Duration)
  /// It did not answer pings.
  case silent(Duration)
  /// It still had runs when its time to finish them was over.
  case drainedTooLong(Duration)
  /// It broke the protocol.
  case misspoke(String)
  /// It closed its channel.
  case hungUp
  /// It does not read what it is sent.
  case deaf
  /// It was not needed any longer.
  case unwanted

  package var description: String {
    switch self {
    case .overdueRun(let run): "run \(run) did not end in time"
    case .noGreeting(let time): "it did not greet within \(time)"
    case .silent(let time): "it did not answer for \(time)"
    case .drainedTooLong(let time): "its runs did not end within \(time)"
    case .misspoke(let why): "it broke the protocol: \(why)"
    case .hungUp: "it closed its channel"
    case .deaf: "it does not read what it is sent"
    case .unwanted: "it was not needed any longer"
    }
  }

  /// Whether the plugin is to blame, so that the death counts towards its breaker.
  package var isFault: Bool {
    switch self {
    case .noGreeting, .silent, .misspoke, .hungUp, .deaf: true
    case .overdueRun, .drainedTooLong, .unwanted: false
    }
  }
}
