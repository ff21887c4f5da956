import Isolation
import JobTable
import PluginAPI

// Where a job's sequences begin and go on.
extension SchedulerCore {
  /// Plans all cadences of an enabled job. Slots since the sequence's last one that nobody planned
  /// end as skipped with `gap`; without a gap they are missed and the misfire policy decides.
  mutating func schedule(
    _ job: UInt32, _ entry: JobEntry, _ table: ScheduleTable, gap: SkipReason?, _ now: SchedulerNow
  ) {
    let anchors = memory.anchors.removeValue(forKey: entry.name) ?? []
    if jobs[Int(job)].rules.interval > 0 {
      planEvery(job, entry, anchors.first { $0.kind == .every }, now)
      if let gap { skipGap(job, gap, now) }
    }
    planCalendar(job, entry, table, anchors, gap, now)
    for signal in Set(entry.cadence.signals) { listeners[signal, default: []].append(job) }
    jobs[Int(job)].signals = Array(Set(entry.cadence.signals))
  }

  // MARK: Intervals

  private mutating func planEvery(
    _ job: UInt32, _ entry: JobEntry, _ stored: JobAnchor?, _ now: SchedulerNow
  ) {
    let index = Int(job)
    let interval = jobs[index].rules.interval
    let phase = entry.cadence.phase.map { CivilTime.floorModulo($0.nanoseconds, interval) }
    if let stored, stored.interval.nanoseconds == interval,
      phase == nil || phase == CivilTime.floorModulo(stored.anchor.nanoseconds, interval)
    {
      resume(index, stored, now)
    } else {
      begin(job, phase: phase, after: stored?.last, now)
    }
    jobs[index].everyDue = everySlot(index, jobs[index].nextSlot).due
  }

  /// Goes on with a sequence where it stood.
  private mutating func resume(_ index: Int, _ stored: JobAnchor, _ now: SchedulerNow) {
    let interval = jobs[index].rules.interval
    let anchor = stored.anchor.nanoseconds
    let last = stored.last.map { CivilTime.floorDivide($0.nanoseconds - anchor, interval) } ?? -1
    let current = CivilTime.floorDivide(now.wall.nanoseconds - anchor, interval)
    jobs[index].anchor = anchor
    jobs[index].nextSlot = last + 1
    jobs[index].base = now.monotonic(atWall: anchor)
    // The wall clock was set back: the sequence goes on from its last slot, never over it again.
    let lead = last - current
    if lead > 0 { jobs[index].base -= lead * interval }
  }

  /// Begins a sequence at the next time of its phase.
  private mutating func begin(
    _ job: UInt32, phase: Int64?, after last: Timestamp?, _ now: SchedulerNow
  ) {
    let index = Int(job)
    let interval = jobs[index].rules.interval
    let phase = phase ?? Int64(jobs[index].rules.seed % UInt64(interval))
    let wall = now.wall.nanoseconds
    var anchor = wall + CivilTime.floorModulo(phase - wall, interval)
    jobs[index].base = now.monotonic(atWall: anchor)
    if let last, last.nanoseconds >= anchor {
      anchor += ((last.nanoseconds - anchor) / interval + 1) * interval
    }
    jobs[index].anchor = anchor
    jobs[index].nextSlot = 0
    actions.entries.append(
      .anchor(
        JobAnchor(
          job: jobs[index].rules.name, kind: .every, interval: .nanoseconds(interval),
          anchor: Timestamp(nanoseconds: anchor))))
  }

  /// Ends the slots that came while the job was not planned.
  private mutating func skipGap(_ job: UInt32, _ reason: SkipReason, _ now: SchedulerNow) {
    let index = Int(job)
    let first = jobs[index].nextSlot
    let newest = CivilTime.floorDivide(
      now.mono - jobs[index].base, jobs[index].rules.interval)
    guard let range = everyRange(index, first, newest) else { return }
    jobs[index].nextSlot = newest + 1
    jobs[index].everyDue = everySlot(index, newest + 1).due
    closeRange(job, range, .skipped(reason))
  }

  // MARK: Calendars, one-shots, quiet markets

  private mutating func planCalendar(
    _ job: UInt32, _ entry: JobEntry, _ table: ScheduleTable, _ anchors: [JobAnchor],
    _ gap: SkipReason?, _ now: SchedulerNow
  ) {
    let cadence = entry.cadence
    guard cadence.cron != nil || cadence.at != nil || cadence.idle != nil else { return }
    var calendar = CalendarState()
    if let schedule = cadence.cron {
      let stored = anchors.first { $0.kind == .cron }?.last
      planCron(job, schedule, table.zones, since: gap == nil ? stored : nil, &calendar, now)
    }
    if let at = cadence.at, !anchors.contains(where: { $0.kind == .at && $0.last == at }) {
      calendar.at = at.nanoseconds
      calendar.atDue = max(now.mono, now.monotonic(atWall: at.nanoseconds))
      actions.entries.append(
        .anchor(JobAnchor(job: entry.name, kind: .at, interval: .zero, anchor: at)))
    }
    if let idle = cadence.idle, idle.nanoseconds > 0 {
      calendar.idle = idle.nanoseconds
      calendar.idleDue = max(now.mono, lastTrade + idle.nanoseconds)
    }
    calendars[job] = calendar
    jobs[Int(job)].hasCalendar = true
  }

  private mutating func planCron(
    _ job: UInt32, _ schedule: CronSchedule, _ zones: [String: TimeZoneRules],
    since stored: Timestamp?, _ calendar: inout CalendarState, _ now: SchedulerNow
  ) {
    guard let zone = schedule.zone == "UTC" ? .utc : zones[schedule.zone] else {
      calendar.unknownZone = schedule.zone
      return notice(.error, "unknown time zone, the calendar is not planned", job, schedule.zone)
    }
    let cron = CronTimetable(schedule: schedule, zone: zone)
    calendar.cron = cron
    calendar.lastCron = stored?.seconds
    let start = stored?.seconds ?? (now.wall.seconds - 1)
    calendar.nextCron = cron.next(after: stepped(start, now))
    planCron(job, &calendar, now)
    if calendar.cronDue == now.mono + 1, calendar.nextCron.map({ $0 <= now.wall.seconds }) ?? false
    {
      calendar.cronDue = now.mono
    }
    guard stored == nil else { return }
    actions.entries.append(
      .anchor(
        JobAnchor(
          job: jobs[Int(job)].rules.name, kind: .cron, interval: .zero,
          anchor: Timestamp(seconds: start), last: Timestamp(seconds: start))))
  }

  /// The time after which the next slot of a calendar is sought. Small steps back of the wall clock
  /// repeat nothing; after one of more than three hours, as in ISC cron, the new time counts.
  func stepped(_ last: Int64, _ now: SchedulerNow) -> Int64 {
    let wall = now.wall.seconds
    return last - wall > 3 * 3600 ? wall : last
  }
}
