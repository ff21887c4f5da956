import Isolation

/// How much may be handed over to the provider: a bucket of tokens that all jobs share.
struct SendBudget: Sendable {
  private var tokens: Double
  private var filled: MonotonicInstant?
  private var closedUntil: MonotonicInstant?

  init(burst: Int) { tokens = Double(burst) }

  /// Whether the provider asked for a pause that is not over.
  func isClosed(at now: MonotonicInstant) -> Bool { closedUntil.map { now < $0 } ?? false }

  /// Whether a token can be taken.
  mutating func hasToken(_ settings: DispatchSettings, at now: MonotonicInstant) -> Bool {
    refill(settings, at: now)
    return tokens >= 1 && !isClosed(at: now)
  }

  /// Takes a token; `false` when there is none, or the provider asked for a pause.
  mutating func take(_ settings: DispatchSettings, at now: MonotonicInstant) -> Bool {
    guard hasToken(settings, at: now) else { return false }
    tokens -= 1
    return true
  }

  private mutating func refill(_ settings: DispatchSettings, at now: MonotonicInstant) {
    let elapsed = filled.map { (now - $0).inSeconds } ?? 0
    filled = now
    tokens = min(Double(settings.burst), tokens + max(0, elapsed) * settings.sendsPerSecond)
  }

  /// Nothing is handed over before `instant`.
  mutating func close(until instant: MonotonicInstant) {
    closedUntil = max(closedUntil ?? instant, instant)
  }
}
