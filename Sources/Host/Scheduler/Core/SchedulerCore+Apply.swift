import Isolation
package import JobTable
import PluginAPI

/// A job table as the scheduler needs it.
package struct ScheduleTable: Sendable {
  package var jobs: [String: JobEntry]
  /// Limits of groups by name; a group without one is not limited.
  package var groups: [String: Int]
  package var generation: Int
  /// The zones of the calendars, by name.
  package var zones: [String: TimeZoneRules]

  package init(
    jobs: [String: JobEntry], groups: [String: Int] = [:], generation: Int,
    zones: [String: TimeZoneRules] = [:]
  ) {
    self.jobs = jobs
    self.groups = groups
    self.generation = generation
    self.zones = zones
  }
}

// From one table to the next.
extension SchedulerCore {
  /// Remembers what the store knows; call it once, before the first `apply`.
  package mutating func restore(_ known: SchedulerMemory) {
    for anchor in known.anchors { memory.anchors[anchor.job, default: []].append(anchor) }
    for standing in known.standings where standing.state != .free {
      memory.standings[standing.job] = standing
    }
    for orphan in known.orphans {
      memory.orphans[orphan.job, default: []].append(orphan)
      nextRun = max(nextRun, orphan.id.rawValue + 1)
    }
  }

  /// Puts a table into force. Jobs that did not change keep phase, runs and counters; changed ones
  /// keep their running run and what of their cadence is the same.
  package mutating func apply(_ table: ScheduleTable, _ now: SchedulerNow) {
    let isFirst = generation == 0
    generation = table.generation
    setGroups(table.groups, now)
    for (name, job) in names where table.jobs[name] == nil { retire(job, now) }
    var added: [String] = []
    for (name, entry) in table.jobs {
      if let job = names[name] { update(job, entry, table, now) } else { added.append(name) }
    }
    names.reserveCapacity(names.count + added.count)
    jobs.reserveCapacity(jobs.count + added.count)
    for name in added.sorted() {
      if let entry = table.jobs[name] { add(entry, table, isFirst: isFirst, now) }
    }
    guard isFirst else { return }
    for orphans in memory.orphans.values.flatMap({ $0 }) { closeUnknownOrphan(orphans, now) }
    memory.orphans = [:]
  }

  private mutating func setGroups(_ limits: [String: Int], _ now: SchedulerNow) {
    for name in limits.keys { _ = groupNumber(name) }
    for group in groups.indices {
      groups[group].limit = limits[groups[group].name].map { max(1, $0) } ?? .max
      groupFreed(group, now)
    }
  }

  mutating func groupNumber(_ name: String) -> Int32 {
    if let number = groupNumbers[name] { return number }
    let number = Int32(groups.count)
    groups.append(GroupState(name: name, limit: .max))
    groupNumbers[name] = number
    return number
  }

  mutating func pluginNumber(_ name: String) -> Int32 {
    if let number = pluginNumbers[name] { return number }
    let number = Int32(plugins.count)
    plugins.append(PluginState(name: name))
    pluginNumbers[name] = number
    return number
  }

  private mutating func rules(_ entry: JobEntry) -> JobRules {
    JobRules(
      entry, plugin: pluginNumber(entry.plugin), group: entry.group.map { groupNumber($0) } ?? -1)
  }

  // MARK: New jobs

  private mutating func add(
    _ entry: JobEntry, _ table: ScheduleTable, isFirst: Bool, _ now: SchedulerNow
  ) {
    let state = JobState(rules: rules(entry))
    let job: UInt32
    if let reused = free.popLast() {
      job = reused
      jobs[Int(job)] = state
    } else {
      job = UInt32(jobs.count)
      jobs.append(state)
    }
    names[entry.name] = job
    if let standing = memory.standings.removeValue(forKey: entry.name) {
      jobs[Int(job)].standing = standing.state
      standings[job] = standing
    }
    if entry.isEnabled { schedule(job, entry, table, gap: isFirst ? nil : .disabled, now) }
    for orphan in memory.orphans.removeValue(forKey: entry.name) ?? [] {
      adopt(job, orphan, now)
    }
    rearm(job)
  }

  // MARK: Changed jobs

  private mutating func update(
    _ job: UInt32, _ entry: JobEntry, _ table: ScheduleTable, _ now: SchedulerNow
  ) {
    let index = Int(job)
    jobs[index].rules.line = Int32(clamping: entry.line)
    guard jobs[index].isRemoved || jobs[index].rules.digest != JobRules.digest(entry) else {
      return
    }
    let old = jobs[index].rules
    leaveGroupQueue(job)
    flushStreak(job)
    exact.remove(job)
    grid.remove(job)
    plugins[Int(old.plugin)].stalled.remove(job)
    unschedule(job, keeping: entry, now)
    jobs[index].rules = rules(entry)
    jobs[index].isRemoved = false
    if jobs[index].standing == .quarantined { stand(job, .free, "its configuration changed", now) }
    if entry.isEnabled {
      schedule(job, entry, table, gap: old.isEnabled ? nil : .disabled, now)
      advance(job, now)
    } else {
      dropWaiting(job, .skipped(.disabled))
      if jobs[index].hasRetry { endRetry(job) }
    }
    rearm(job)
  }

  /// Ends the job's sequences, and remembers where they stand for the next rules.
  private mutating func unschedule(_ job: UInt32, keeping entry: JobEntry?, _ now: SchedulerNow) {
    let index = Int(job)
    let rules = jobs[index].rules
    var kept: [JobAnchor] = []
    if jobs[index].everyDue != .max {
      let last = jobs[index].anchor + (jobs[index].nextSlot - 1) * rules.interval
      kept.append(
        JobAnchor(
          job: rules.name, kind: .every, interval: .nanoseconds(rules.interval),
          anchor: Timestamp(nanoseconds: jobs[index].anchor), last: Timestamp(nanoseconds: last)))
      if entry?.cadence.every == nil { forget(job, .every) }
    }
    if let calendar = calendars[job] {
      if let last = calendar.lastCron {
        kept.append(anchor(job, .cron, last: last))
      }
      if calendar.cron != nil, entry?.cadence.cron == nil { forget(job, .cron) }
    }
    if entry != nil, !kept.isEmpty { memory.anchors[rules.name] = kept }
    jobs[index].everyDue = .max
    jobs[index].hasCalendar = false
    calendars[job] = nil
    for signal in jobs[index].signals { listeners[signal]?.removeAll { $0 == job } }
    jobs[index].signals = []
  }

  private mutating func forget(_ job: UInt32, _ kind: SlotID.Kind) {
    actions.entries.append(.forget(job: jobs[Int(job)].rules.name, kind: kind))
  }

  private func anchor(_ job: UInt32, _ kind: SlotID.Kind, last: Int64) -> JobAnchor {
    JobAnchor(
      job: jobs[Int(job)].rules.name, kind: kind, interval: .zero,
      anchor: Timestamp(seconds: last), last: Timestamp(seconds: last))
  }

  // MARK: Removed jobs

  /// The table dropped the job: it plans nothing more, and what runs may end.
  private mutating func retire(_ job: UInt32, _ now: SchedulerNow) {
    guard !jobs[Int(job)].isRemoved else { return }
    jobs[Int(job)].isRemoved = true
    dropWaiting(job, .skipped(.removed))
    if jobs[Int(job)].hasRetry { endRetry(job) }
    flushStreak(job)
    unschedule(job, keeping: nil, now)
    rearm(job)
    forgetIfDone(job)
  }

  mutating func forgetIfDone(_ job: UInt32) {
    let index = Int(job)
    guard jobs[index].isRemoved, !jobs[index].isBusy, !jobs[index].hasForcedRuns else { return }
    flushStreak(job)
    if standings.removeValue(forKey: job) != nil { writeFree(job) }
    exact.remove(job)
    grid.remove(job)
    plugins[Int(jobs[index].rules.plugin)].stalled.remove(job)
    memory.anchors[jobs[index].rules.name] = nil
    names[jobs[index].rules.name] = nil
    free.append(job)
  }

  private mutating func writeFree(_ job: UInt32) {
    actions.entries.append(
      .standing(
        JobStanding(
          job: jobs[Int(job)].rules.name, state: .free, note: "removed from the table",
          since: Timestamp(nanoseconds: 0))))
  }

  // MARK: Orphans

  /// Closes a run that its host left behind, and does with its slot what the table says.
  private mutating func adopt(_ job: UInt32, _ orphan: RunOrder, _ now: SchedulerNow) {
    let rules = jobs[Int(job)].rules
    guard orphan.attempt > 0 else { return adoptWaiting(job, orphan, now) }
    let slot = OpenSlot(
      kind: orphan.slot.kind, time: orphan.slot.time.nanoseconds, due: now.mono,
      planned: orphan.plannedAt.nanoseconds, woke: now.mono, cause: .retry,
      attempt: Int32(clamping: orphan.attempt + 1))
    let outcome = RunOutcome.lost("its host ended")
    keepOrphan(orphan, outcome, now)
    jobs[Int(job)].lastOutcome = outcome
    jobs[Int(job)].lastEnd = now.wall.nanoseconds
    if rules.onLost == .hold {
      stand(job, .held, "run \(orphan.id) of \(orphan.slot) was lost with its host", now)
    }
    guard rules.onLost == .retry, rules.isEnabled, blocked(job) == nil, !jobs[Int(job)].hasRetry,
      orphan.attempt < settings.mostAttempts
    else { return closeSlot(job, slot, .ran(outcome)) }
    jobs[Int(job)].hasRetry = true
    retries[job] = RetryWait(slot: slot, due: now.mono, outcome: outcome)
  }

  /// The slot only waited when its host ended: it is a missed one.
  private mutating func adoptWaiting(_ job: UInt32, _ orphan: RunOrder, _ now: SchedulerNow) {
    let slot = OpenSlot(
      kind: orphan.slot.kind, time: orphan.slot.time.nanoseconds, due: now.mono,
      planned: orphan.plannedAt.nanoseconds, woke: now.mono, cause: .catchUp, isWritten: true)
    let rules = jobs[Int(job)].rules
    if let reason = rules.isEnabled ? blocked(job) : .disabled {
      closeSlot(job, slot, .skipped(reason))
    } else if rules.catchUp == 0 {
      closeSlot(job, slot, .skipped(.misfire))
    } else {
      arrive(job, slot, now)
    }
  }

  private mutating func closeUnknownOrphan(_ orphan: RunOrder, _ now: SchedulerNow) {
    let outcome = RunOutcome.lost("its host ended")
    keepOrphan(orphan, outcome, now)
    actions.entries.append(
      .slots(
        Streak(
          job: orphan.job, kind: orphan.slot.kind, outcome: .ran(outcome), first: orphan.slot.time,
          last: orphan.slot.time, count: 1)))
  }

  private mutating func keepOrphan(
    _ orphan: RunOrder, _ outcome: RunOutcome, _ now: SchedulerNow
  ) {
    let none = Lateness(timer: .zero, queue: .zero, worker: .zero, plugin: .zero)
    actions.entries.append(
      .run(
        RunRecord(
          order: orphan, outcome: outcome, dispatched: orphan.plannedAt, ended: now.wall,
          lateness: none)))
  }
}
