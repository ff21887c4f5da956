package import Isolation
import JobTable
import PluginAPI

/// Measures what the core costs for a slot: coming due, starting, ending and being accounted for.
package struct SchedulerBenchmark: Sendable {
  /// What was measured.
  package struct Report: Sendable, Hashable, Codable {
    package var jobs: Int
    package var slots: Int
    package var nanosecondsPerSlot: Double
    /// Putting the table into force.
    package var apply: Duration
    /// A second table in which one job changed.
    package var reload: Duration
    /// The slots that the ledger was told of; must be `slots`.
    package var accounted: Int
  }

  package var jobs: Int
  package var seconds: Int

  /// A benchmark of jobs of one second each, over so many seconds of virtual time.
  package init(jobs: Int = 100_000, seconds: Int = 10) {
    self.jobs = jobs
    self.seconds = seconds
  }

  /// Runs on virtual time as fast as it can; `time` measures the cost.
  package func run(_ time: any TimeSource) -> Report {
    var now = SchedulerNow(time)
    var core = SchedulerCore(now: now)
    let first = time.monotonic
    core.apply(Self.table(jobs), now)
    let applied = time.monotonic
    let counts = drive(&core, &now)
    let driven = time.monotonic
    var second = Self.table(jobs)
    second.generation = 2
    second.jobs["job-7"]?.timeout = .seconds(5)
    let staged = time.monotonic
    core.apply(second, now)
    return Report(
      jobs: jobs, slots: counts.slots,
      nanosecondsPerSlot: Double((driven - applied).nanoseconds) / Double(max(1, counts.slots)),
      apply: applied - first, reload: time.monotonic - staged, accounted: counts.accounted)
  }

  private func drive(
    _ core: inout SchedulerCore, _ now: inout SchedulerNow
  ) -> (slots: Int, accounted: Int) {
    var spare = SchedulerActions()
    var reports: [RunReport] = []
    var counts = (slots: 0, accounted: 0)
    for millisecond in 0..<seconds * 1000 {
      now.monotonic = now.monotonic + .milliseconds(1)
      now.wall = now.wall + .milliseconds(1)
      core.due(now)
      let actions = core.takeActions(reusing: spare)
      reports.removeAll(keepingCapacity: true)
      for order in actions.start { reports.append(RunReport(id: order.id, outcome: .done(""))) }
      counts.slots += reports.count
      spare = actions
      core.completed(reports, now)
      let isLast = millisecond == seconds * 1000 - 1
      if isLast { core.flush() } else { _ = core.flush(now, atMost: .max) }
      for case .slots(let streak) in core.actions.entries {
        counts.accounted += streak.count - streak.known
      }
    }
    return counts
  }

  /// Jobs of one second, spread over it.
  package static func table(_ jobs: Int) -> ScheduleTable {
    var entries: [String: JobEntry] = [:]
    for number in 0..<jobs {
      var entry = JobEntry(name: "job-\(number)", plugin: "Idle")
      entry.cadence.every = .seconds(1)
      entries[entry.name] = entry
    }
    return ScheduleTable(jobs: entries, generation: 1)
  }
}
