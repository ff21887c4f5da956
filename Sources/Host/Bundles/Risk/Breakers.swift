package import PluginAPI

/// What one's own money is worth, as the ledger has it.
package struct EquityReading: Sendable, Hashable {
  package var lamports: Lamports
  /// The most that it ever was.
  package var peak: Lamports
  package var time: Timestamp

  package init(lamports: Lamports, peak: Lamports, time: Timestamp) {
    self.lamports = lamports
    self.peak = peak
    self.time = time
  }
}

/// A rule that stops trading by itself for a while.
package struct BreakerRule: Sendable, Hashable, Codable {
  /// What is watched, and how much of it is too much.
  package enum Limit: Sendable, Hashable, Codable {
    /// Equity fell by so much within the window.
    case loss(SOL)
    /// Equity is so far below its peak.
    case drawdown(Percent)
    /// So many bundles came to nothing within the window.
    case failures(Int)
    /// So many bundles were tried and undone within the window.
    case reverts(Int)
  }

  package var limit: Limit
  package var window: Duration
  /// How long trading stays stopped.
  package var lock: Duration

  package init(_ limit: Limit, window: Duration = .seconds(3_600), lock: Duration = .seconds(1_800))
  {
    self.limit = limit
    self.window = window
    self.lock = lock
  }

  var code: RefusalCode {
    if case .drawdown = limit { .drawdown } else { .circuitOpen }
  }

  /// What it watches, for people.
  var name: String {
    switch limit {
    case .loss(let sol): "loss of \(sol) in \(window)"
    case .drawdown(let share): "drawdown of \(share)"
    case .failures(let count): "\(count) failures in \(window)"
    case .reverts(let count): "\(count) reverts in \(window)"
    }
  }
}

/// A rule that was broken, until when, and by what.
package struct OpenBreaker: Sendable, Hashable {
  package var rule: BreakerRule
  package var until: Timestamp
  package var reason: String
}

/// Watches bundles and equity, and says what stops trading.
struct CircuitBreakers: Sendable {
  enum Mishap: Sendable, Hashable { case failure, revert }

  private(set) var rules: [BreakerRule] = []
  private var mishaps: [(time: Timestamp, kind: Mishap)] = []
  private var equity: [EquityReading] = []
  private var broken: [BreakerRule: OpenBreaker] = [:]

  /// New rules; windows and what is locked survive where a rule stays.
  mutating func setRules(_ rules: [BreakerRule]) {
    self.rules = rules
    broken = broken.filter { rules.contains($0.key) }
  }

  /// What stops trading at `now`.
  mutating func open(at now: Timestamp) -> [OpenBreaker] {
    broken = broken.filter { $0.value.until > now }
    return rules.compactMap { broken[$0] }
  }

  /// A bundle came to nothing.
  ///
  /// - Returns: What opened by it.
  mutating func note(_ kind: Mishap, at now: Timestamp) -> [OpenBreaker] {
    mishaps.append((now, kind))
    forget(at: now)
    return trip(at: now)
  }

  /// - Returns: What opened by it.
  mutating func note(_ reading: EquityReading) -> [OpenBreaker] {
    if equity.last.map({ $0.time < reading.time }) ?? true { equity.append(reading) }
    forget(at: reading.time)
    return trip(at: reading.time)
  }

  private mutating func trip(at now: Timestamp) -> [OpenBreaker] {
    var opened: [OpenBreaker] = []
    for rule in rules where (broken[rule]?.until ?? now) <= now {
      guard let reason = breach(rule, at: now) else { continue }
      let breaker = OpenBreaker(rule: rule, until: now + rule.lock, reason: reason)
      broken[rule] = breaker
      opened.append(breaker)
    }
    return opened
  }

  private func breach(_ rule: BreakerRule, at now: Timestamp) -> String? {
    let start = now + (.zero - rule.window)
    switch rule.limit {
    case .failures(let limit): return count(since: start, limit, "bundles failed") { _ in true }
    case .reverts(let limit): return count(since: start, limit, "reverted") { $0 == .revert }
    case .loss(let limit):
      guard let newest = equity.last,
        let top = equity.lazy.filter({ $0.time > start }).map(\.lamports).max()
      else { return nil }
      let loss = top.count - newest.lamports.count
      return loss >= limit.count ? "equity fell by \(SOL(loss)) from \(SOL(top))" : nil
    case .drawdown(let limit):
      guard let newest = equity.last, newest.peak > .zero else { return nil }
      let fall = Int128(newest.peak.count - newest.lamports.count) * Int128(Percent.whole.count)
      guard fall >= Int128(limit.count) * Int128(newest.peak.count) else { return nil }
      return "equity \(SOL(newest.lamports)) is below its peak \(SOL(newest.peak)) by \(limit)"
    }
  }

  private func count(
    since start: Timestamp, _ limit: Int, _ what: String, _ counts: (Mishap) -> Bool
  ) -> String? {
    let found = mishaps.count { $0.time > start && counts($0.kind) }
    return found >= limit ? "\(found) \(what)" : nil
  }

  /// Keeps what some window still reaches.
  private mutating func forget(at now: Timestamp) {
    let longest = rules.map(\.window).max() ?? .zero
    let start = now + (.zero - longest)
    mishaps.removeAll { $0.time <= start }
    let old = equity.dropLast().prefix { $0.time <= start }.count
    equity.removeFirst(old)
  }
}
