import PluginAPI

/// The keys of a job in words of the table.
enum JobText {
  struct Line {
    var key: String
    var aspect: TableDiff.Aspect
    /// `nil` when the job does not have it.
    var value: String?
  }

  /// Every key but the parameters, always in the same order and number.
  static func lines(_ job: JobEntry) -> [Line] {
    [
      Line(key: "plugin", aspect: .plugin, value: job.plugin),
      Line(key: "job", aspect: .plugin, value: job.kind?.description),
      Line(key: "enabled", aspect: .enabled, value: String(job.isEnabled)),
    ] + cadenceLines(job.cadence) + policyLines(job) + [
      Line(key: "grant", aspect: .grants, value: list(job.grants.sorted().map(\.rawValue)))
    ]
  }

  /// When a job runs, in one line.
  static func cadence(_ job: JobEntry) -> String {
    if job.cadence.isManual { return "manual" }
    let parts = cadenceLines(job.cadence).compactMap { line -> String? in
      guard let value = line.value, !["jitter", "phase", "timezone", "dst"].contains(line.key)
      else { return nil }
      return "\(line.key) \(value)"
    }
    return parts.joined(separator: ", ")
  }

  private static func cadenceLines(_ cadence: Cadence) -> [Line] {
    let values: [(String, String?)] = [
      ("every", cadence.every?.parameterText),
      ("cron", cadence.cron.map { "\"\($0.expression)\"" }),
      ("timezone", cadence.cron?.zone),
      ("dst", cadence.cron.map { "{gap: \($0.gap.rawValue), fold: \($0.fold.rawValue)}" }),
      ("at", cadence.at.map(CalendarTime.text)),
      ("idle", cadence.idle?.parameterText),
      ("on", list(cadence.signals.map { "signal." + $0 })),
      ("jitter", cadence.jitter == .zero ? nil : cadence.jitter.parameterText),
      ("phase", cadence.phase?.parameterText),
    ]
    return values.map { Line(key: $0.0, aspect: .cadence, value: $0.1) }
  }

  private static func policyLines(_ job: JobEntry) -> [Line] {
    let retry = job.retry
    let backoff = "\(retry.firstPause.parameterText)..\(retry.longestPause.parameterText)"
    let values: [(String, String?)] = [
      ("overlap", job.overlap.rawValue),
      ("misfire", misfire(job.misfire)),
      ("timeout", job.timeout.parameterText),
      ("retry", "{attempts: \(retry.attempts), backoff: \(backoff)}"),
      ("priority", String(job.priority)),
      ("group", job.group),
      ("precision", job.precision.rawValue),
      ("on_lost", job.onLost.rawValue),
      ("failure_budget", String(job.failureBudget)),
      ("max_lateness", job.maxLateness?.parameterText),
    ]
    return values.map { Line(key: $0.0, aspect: .policy, value: $0.1) }
  }

  private static func misfire(_ misfire: Misfire) -> String {
    switch misfire {
    case .skip: "skip"
    case .latest: "latest"
    case .all(let max): "{all: \(max)}"
    }
  }

  private static func list(_ words: [String]) -> String? {
    words.isEmpty ? nil : "[" + words.joined(separator: ", ") + "]"
  }
}
