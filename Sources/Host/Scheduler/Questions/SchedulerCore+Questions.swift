import Isolation
import JobTable
import PluginAPI

extension SchedulerCore {
  /// How every job stands, by name.
  package func status(_ now: SchedulerNow) -> [JobStatus] {
    names.sorted { $0.key < $1.key }.map { status($0.value, now) }
  }

  /// How one job stands; `nil` when there is none of that name.
  package func status(of name: String, _ now: SchedulerNow) -> JobStatus? {
    names[name].map { status($0, now) }
  }

  private func status(_ job: UInt32, _ now: SchedulerNow) -> JobStatus {
    let state = jobs[Int(job)]
    let run = state.isBusy ? runs[Int(state.run)] : nil
    return JobStatus(
      name: state.rules.name, plugin: plugins[Int(state.rules.plugin)].name,
      isEnabled: state.rules.isEnabled && !state.isRemoved, state: phase(job),
      next: next(job, now), lastOutcome: state.lastOutcome?.label,
      lastDetail: state.lastOutcome?.detail,
      lastEnd: state.lastOutcome == nil ? nil : Timestamp(nanoseconds: state.lastEnd),
      runningSince: run.map { Timestamp(nanoseconds: $0.dispatchedWall) }, run: run?.id,
      latenessMedian: state.lateness.quantile(0.5), lateness99: state.lateness.quantile(0.99),
      latenessObjective: state.rules.maxLateness < 0
        ? nil : .nanoseconds(state.rules.maxLateness),
      ran: state.ran, failed: state.failed, skipped: state.skipped,
      superseded: state.superseded, failuresInARow: Int(state.failures))
  }

  private func phase(_ job: UInt32) -> JobStatus.State {
    let state = jobs[Int(job)]
    if state.isRemoved { return .draining }
    if state.isBusy { return .running }
    if !state.rules.isEnabled { return .disabled }
    switch state.standing {
    case .quarantined: return .quarantined
    case .held: return .held
    case .paused: return .paused
    case .free: break
    }
    if haltReason != nil { return .halted }
    if isWorkerDown(job) { return .workerDown }
    return state.waiting.isEmpty && !state.hasRetry ? .idle : .waiting
  }

  /// When a job comes up by itself next, on the wall clock.
  func next(_ job: UInt32, _ now: SchedulerNow) -> Timestamp? {
    let state = jobs[Int(job)]
    var due = state.everyDue
    if state.hasCalendar { due = min(due, calendars[job]?.due ?? .max) }
    if state.hasRetry { due = min(due, retries[job]?.due ?? .max) }
    return due == .max ? nil : now.wall(atMonotonic: due)
  }

  // MARK: Why

  /// Why a job has not run or will not run; `nil` when there is none of that name.
  package func why(_ name: String, _ now: SchedulerNow) -> WhyReport? {
    guard let job = names[name] else { return nil }
    let findings = blocks(job) + waits(job, now) + outlook(job, now)
    return WhyReport(
      job: name, line: Int(jobs[Int(job)].rules.line), generation: generation,
      findings: findings.filter(\.isBlocking) + findings.filter { !$0.isBlocking })
  }

  private func blocks(_ job: UInt32) -> [WhyReport.Finding] {
    let state = jobs[Int(job)]
    var findings: [WhyReport.Finding] = []
    if state.isRemoved {
      findings.append(finding(.removed, "the table no longer has it; its run ends"))
    } else if !state.rules.isEnabled {
      findings.append(finding(.disabled, "the table disables it"))
    }
    if let standing = standings[job] {
      findings.append(
        finding(.standing, "\(standing.state.rawValue): \(standing.note)", standing.since))
    }
    if let haltReason {
      findings.append(finding(.halt, "the host starts no runs: \(haltReason)", haltSince))
    }
    let plugin = plugins[Int(state.rules.plugin)]
    if let reason = plugin.downReason {
      findings.append(
        finding(.worker, "the worker of \(plugin.name) is not there: \(reason)", plugin.since))
    }
    if let zone = calendars[job]?.unknownZone {
      findings.append(finding(.zone, "its time zone \(zone) is not known here"))
    }
    return findings
  }

  private func waits(_ job: UInt32, _ now: SchedulerNow) -> [WhyReport.Finding] {
    let state = jobs[Int(job)]
    var findings: [WhyReport.Finding] = []
    if state.isBusy, let run = runs[Int(state.run)] {
      let text = "run \(run.id) of \(slotID(job, run.slot)) is \(words(run.phase))"
      let since = Timestamp(nanoseconds: run.dispatchedWall)
      findings.append(finding(.running, text, since, isBlocking: false))
    }
    if let slot = state.waiting.first {
      findings.append(
        finding(
          .waiting, "\(state.waiting.count) slots wait, the first is \(slotID(job, slot))",
          Timestamp(nanoseconds: slot.planned), isBlocking: false))
    }
    if state.hasRetry, let retry = retries[job] {
      let text = "attempt \(retry.slot.attempt) comes after the pause; \(retry.outcome.label)"
      findings.append(
        finding(.retry, text, now.wall(atMonotonic: retry.due), isBlocking: false))
    }
    if state.rules.group >= 0, groups[Int(state.rules.group)].queue.contains(job) {
      let group = groups[Int(state.rules.group)]
      findings.append(
        finding(.group, "group \(group.name) is full: \(group.running) of \(group.limit) run"))
    }
    return findings
  }

  private func outlook(_ job: UInt32, _ now: SchedulerNow) -> [WhyReport.Finding] {
    let state = jobs[Int(job)]
    var findings: [WhyReport.Finding] = []
    if let next = next(job, now) {
      findings.append(finding(.next, "the next slot comes", next, isBlocking: false))
    } else if state.signals.isEmpty, state.rules.isEnabled {
      findings.append(
        finding(
          .next, "no slot will come by itself; it runs when an operator triggers it",
          isBlocking: false))
    }
    if !state.signals.isEmpty {
      let names = state.signals.sorted().joined(separator: ", ")
      findings.append(finding(.signals, "it listens to \(names)", isBlocking: false))
    }
    if let last = state.lastOutcome {
      let text =
        "the newest run ended as \(last.label)" + (last.detail.isEmpty ? "" : ": \(last.detail)")
      findings.append(
        finding(.last, text, Timestamp(nanoseconds: state.lastEnd), isBlocking: false))
    }
    return findings
  }

  private func finding(
    _ topic: WhyReport.Finding.Topic, _ text: String, _ time: Timestamp? = nil,
    isBlocking: Bool = true
  ) -> WhyReport.Finding {
    WhyReport.Finding(topic: topic, text: text, isBlocking: isBlocking, time: time)
  }

  private func words(_ phase: ActiveRun.Phase) -> String {
    switch phase {
    case .recording: "being written down"
    case .running: "under way"
    case .cancelling: "asked to end"
    case .killing: "being killed"
    }
  }

  // MARK: Watchdog and plans

  /// Enabled jobs whose next slot lies too far in the past: they would never run again.
  package func overdue(_ now: SchedulerNow) -> [String] {
    let limit = now.mono - settings.overdueAfter.nanoseconds
    return names.values.filter { job in
      let state = jobs[Int(job)]
      guard state.rules.isEnabled, !state.isRemoved else { return false }
      let due = min(state.everyDue, state.hasCalendar ? calendars[job]?.due ?? .max : .max)
      let isHeaped = (state.rules.isExact ? exact : grid).contains(job)
      return due < limit || (due < .max && !isHeaped)
    }.map { jobs[Int($0)].rules.name }.sorted()
  }

  /// What putting `table` into force would do to when jobs start, in a copy of the scheduler.
  package func plan(_ table: ScheduleTable, _ now: SchedulerNow) -> [PlannedChange] {
    var copy = self
    copy.apply(table, now)
    let all = Set(names.keys).union(table.jobs.keys)
    return all.sorted().compactMap { change($0, table, copy, now) }
  }

  private func change(
    _ name: String, _ table: ScheduleTable, _ copy: SchedulerCore, _ now: SchedulerNow
  ) -> PlannedChange? {
    let old = names[name].flatMap { jobs[Int($0)].isRemoved ? nil : $0 }
    let entry = table.jobs[name]
    guard old != nil || entry != nil else { return nil }
    let kind: PlannedChange.Change =
      switch (old.map { jobs[Int($0)].rules }, entry) {
      case (nil, _): .added
      case (_, nil): .removed
      case (let rules?, let entry?) where rules.isEnabled != entry.isEnabled:
        entry.isEnabled ? .enabled : .disabled
      case (let rules?, let entry?):
        rules.digest == JobRules.digest(entry) ? .unchanged : .changed
      }
    return PlannedChange(
      job: name, change: kind,
      drains: kind != .unchanged && (old.map { jobs[Int($0)].isBusy } ?? false),
      before: old.flatMap { next($0, now) },
      after: entry == nil ? nil : copy.names[name].flatMap { copy.next($0, now) })
  }
}
