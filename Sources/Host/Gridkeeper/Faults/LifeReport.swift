/// What one simulated life came to.
struct LifeReport: Sendable, Codable {
  var seed: UInt64
  /// What went wrong, by kind.
  var faults: [String: Int] = [:]
  /// How often the host was started.
  var starts = 0
  var runs = 0
  /// Bundles by how they ended.
  var bundles: [String: Int] = [:]
  /// What must never be; empty when the promises were kept.
  var violations: [String] = []

  mutating func expect(_ holds: Bool, _ violation: @autoclosure () -> String) {
    if !holds { violations.append(violation()) }
  }
}

/// What many lives came to.
struct LivesReport: Sendable, Codable {
  var seeds = 0
  var faults: [String: Int] = [:]
  var starts = 0
  var runs = 0
  var bundles: [String: Int] = [:]
  /// Violations, each with its seed.
  var violations: [String] = []

  mutating func add(_ life: LifeReport) {
    seeds += 1
    starts += life.starts
    runs += life.runs
    faults.merge(life.faults, uniquingKeysWith: +)
    bundles.merge(life.bundles, uniquingKeysWith: +)
    violations += life.violations.map { "seed \(life.seed): \($0)" }
  }
}
