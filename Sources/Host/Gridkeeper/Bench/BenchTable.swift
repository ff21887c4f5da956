/// A job table of no-op jobs.
struct BenchTable: Sendable {
  /// The directory of plugin libraries.
  var plugins: String
  var jobs: Int
  /// The cadence of all jobs, such as `1s`.
  var every = "1s"
  /// How long a changed table must stay as it is before the host reads it.
  var settle = "100ms"
  /// The cadence of the first job, when it differs.
  var first: String?

  var text: String {
    var text = """
      version: 1
      host:
        plugins: \(plugins)
        settle: \(settle)
      storage:
        database: store.db
      telemetry:
        level: info
        file: host.log
      jobs:

      """
    for number in 0..<jobs {
      let every = number == 0 ? first ?? every : every
      text += "  \(Self.job(number)):\n    plugin: Idle\n    every: \(every)\n    timeout: 20s\n"
    }
    return text
  }

  /// The name of a job.
  static func job(_ number: Int) -> String {
    let digits = String(number)
    return "job-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }
}
