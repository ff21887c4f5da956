extension TableDiff {
  /// The difference for people: `+` added, `-` removed, `~` changed, then a line that counts.
  package var text: String {
    guard !isEmpty else { return "nothing changed" }
    let lines =
      added.map { "+ " + Self.line($0) } + removed.map { "- " + Self.line($0) }
      + changed.flatMap { ["~ \($0.name)"] + $0.changes.map { "    " + Self.line($0) } }
      + settings.map { "~ " + Self.line($0) }
    return (lines + [tally]).joined(separator: "\n")
  }

  private var tally: String {
    let counts = [
      (added.count, "added"), (removed.count, "removed"), (changed.count, "changed"),
      (unchanged, "unchanged"),
    ]
    let jobs = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    guard !settings.isEmpty else { return "jobs: \(jobs)" }
    let restarts = restarts.isEmpty ? "" : ", \(restarts.count) of them need a restart"
    let changes = "settings: \(settings.count) changed\(restarts)"
    return jobs.isEmpty ? changes : "jobs: \(jobs); \(changes)"
  }

  private static func line(_ job: JobSummary) -> String {
    "\(job.name) (\(job.plugin), \(job.cadence))" + (job.isEnabled ? "" : ", disabled")
  }

  private static func line(_ change: Change) -> String {
    let (old, new) = (change.old ?? "none", change.new ?? "none")
    let isMasked = old == new && old == Masking.mask
    let values = isMasked ? "changed (secret)" : "\(old) -> \(new)"
    return "\(change.key): \(values)" + (change.needsRestart ? " (needs a restart)" : "")
  }
}
