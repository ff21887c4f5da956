import Isolation
import Telemetry

/// The scheduler's metrics, gathered here and handed over once a second.
struct SchedulerMeter: Sendable {
  /// Above so many jobs, slots are counted by outcome alone.
  private static let mostLabelledJobs = 2000

  private let metrics: Metrics
  private var slots: [SlotKey: Int] = [:]
  private var keys: [SlotKey: Metrics.Key] = [:]
  private var timer = Histogram()
  private var queue = Histogram()
  private var worker = Histogram()
  private var plugin = Histogram()
  private var total = Histogram()
  private var runs = Histogram()
  private var isLabelled = true
  private var seconds = 0
  private var overdue: Set<String> = []

  private struct SlotKey: Sendable, Hashable {
    var job: String
    var outcome: String
  }

  init(_ metrics: Metrics) { self.metrics = metrics }

  /// Counts what the core did.
  mutating func count(_ actions: SchedulerActions) {
    for case .slots(let streak) in actions.entries {
      let key = SlotKey(job: isLabelled ? streak.job : "", outcome: streak.outcome.label)
      slots[key, default: 0] += streak.count - streak.known
    }
    for sample in actions.finished {
      timer.observe(Double(sample.lateness.timer) / 1e9)
      queue.observe(Double(sample.lateness.queue) / 1e9)
      worker.observe(Double(sample.lateness.worker) / 1e9)
      plugin.observe(Double(sample.lateness.plugin) / 1e9)
      total.observe(Double(sample.lateness.total) / 1e9)
      runs.observe(Double(sample.duration) / 1e9)
    }
  }

  func countStep() { metrics.add(Metrics.Key("scheduler_clock_steps_total")) }

  func countLedgerFailure() { metrics.add(Metrics.Key("scheduler_ledger_failures_total")) }

  /// Hands everything over.
  mutating func flush(_ core: SchedulerCore, _ book: LedgerBook, _ now: SchedulerNow) {
    for (slot, count) in slots { metrics.add(key(slot), Double(count)) }
    slots.removeAll(keepingCapacity: true)
    if isLabelled != (core.jobCount <= Self.mostLabelledJobs) {
      isLabelled.toggle()
      keys = [:]
    }
    flushHistograms()
    metrics.set(Metrics.Key("scheduler_jobs"), Double(core.jobCount))
    metrics.set(Metrics.Key("scheduler_runs_under_way"), Double(core.runCount))
    metrics.set(Metrics.Key("scheduler_stray_reports"), Double(core.strayReports))
    metrics.set(Metrics.Key("scheduler_ledger_dropped"), Double(book.dropped))
    metrics.set(Metrics.Key("scheduler_halted"), core.haltReason == nil ? 0 : 1)
  }

  private func flushHistograms() {
    let parts = [
      ("timer", timer), ("queue", queue), ("worker", worker), ("plugin", plugin), ("total", total),
    ]
    for (name, part) in parts {
      metrics.histogram(Metrics.Key("scheduler_lateness_seconds", ["part": name]))
        .replace(with: part)
    }
    metrics.histogram(Metrics.Key("run_seconds")).replace(with: runs)
  }

  private mutating func key(_ slot: SlotKey) -> Metrics.Key {
    if let key = keys[slot] { return key }
    let key =
      slot.job.isEmpty
      ? Metrics.Key("slots_total", ["outcome": slot.outcome])
      : Metrics.Key("slots_total", ["job": slot.job, "outcome": slot.outcome])
    keys[slot] = key
    return key
  }

  /// Every ten seconds, the jobs that became overdue since the last look.
  mutating func newlyOverdue(_ core: SchedulerCore, _ now: SchedulerNow) -> [String] {
    seconds += 1
    guard seconds % 10 == 0 else { return [] }
    let found = Set(core.overdue(now))
    defer { overdue = found }
    for job in overdue.subtracting(found) { set(job, 0) }
    for job in found { set(job, 1) }
    return found.subtracting(overdue).sorted()
  }

  private func set(_ job: String, _ value: Double) {
    metrics.set(Metrics.Key("scheduler_job_overdue", ["job": job]), value)
  }
}
