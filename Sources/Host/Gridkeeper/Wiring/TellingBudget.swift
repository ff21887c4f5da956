import Isolation
import Telemetry

/// How much one job may tell, so that it can neither drown what others tell nor fill the memory with
/// metrics.
final class TellingBudget: Sendable {
  /// What is told, and how much of it.
  enum Matter: Int, Sendable, CaseIterable {
    case log
    case event
    case signal

    /// A second's share, and the burst that may come at once.
    var limits: (perSecond: Int64, burst: Int64) {
      switch self {
      case .log: (100, 1_000)
      case .event: (50, 500)
      case .signal: (10, 100)
      }
    }

    /// The limits for people.
    var bound: String { "\(limits.perSecond) a second and \(limits.burst) at once are allowed" }
  }

  /// Names of metrics that a job may use.
  static let mostMetrics = 100

  private struct Account {
    var left = Matter.allCases.map(\.limits.burst)
    var refilled: [Int64]
    var metrics: Set<String> = []
  }

  private let time: any TimeSource
  private let metrics: Metrics
  private let accounts = Guarded<[String: Account]>([:])

  init(time: any TimeSource, metrics: Metrics) {
    self.time = time
    self.metrics = metrics
  }

  /// Whether a job may tell another thing of the kind now; what it may not is counted.
  func allows(_ matter: Matter, by job: String) -> Bool {
    let now = time.monotonic.nanoseconds
    let isAllowed = accounts.withLock { accounts in
      var account = accounts[job] ?? Account(refilled: Matter.allCases.map { _ in now })
      defer { accounts[job] = account }
      let (number, limits) = (matter.rawValue, matter.limits)
      let step = 1_000_000_000 / limits.perSecond
      let grown = (now - account.refilled[number]) / step
      account.refilled[number] += grown * step
      account.left[number] = min(limits.burst, account.left[number] + min(grown, limits.burst))
      guard account.left[number] > 0 else { return false }
      account.left[number] -= 1
      return true
    }
    if !isAllowed { count(job) }
    return isAllowed
  }

  /// Whether a job may use a metric of that name.
  func allows(metric name: String, by job: String) -> Bool {
    let now = time.monotonic.nanoseconds
    let isAllowed = accounts.withLock { accounts in
      var account = accounts[job] ?? Account(refilled: Matter.allCases.map { _ in now })
      defer { accounts[job] = account }
      guard !account.metrics.contains(name) else { return true }
      guard account.metrics.count < Self.mostMetrics, name.utf8.count <= 200 else { return false }
      return account.metrics.insert(name).inserted
    }
    if !isAllowed { count(job) }
    return isAllowed
  }

  /// Forgets all jobs but these.
  func keep(_ jobs: Set<String>) {
    accounts.withLock { accounts in accounts = accounts.filter { jobs.contains($0.key) } }
  }

  private func count(_ job: String) {
    metrics.add(.init("job_tellings_refused_total", ["job": job]))
  }
}
