import Isolation
import PluginAPI

// From a sequence's next slot to a slot that has come.
extension SchedulerCore {
  /// The interval's next slot is due, and perhaps later ones with it.
  mutating func everyCame(_ job: UInt32, _ now: SchedulerNow) {
    let index = Int(job)
    let interval = jobs[index].rules.interval
    let first = jobs[index].nextSlot
    var newest = max(first, (now.mono - jobs[index].base) / interval)
    if newest > first, everySlot(index, newest).due > now.mono { newest -= 1 }
    jobs[index].nextSlot = newest + 1
    jobs[index].everyDue = everySlot(index, newest + 1).due
    var slot = everySlot(index, newest)
    slot.woke = now.mono
    guard newest > first || now.mono - slot.due > jobs[index].rules.grace else {
      return arrive(job, slot, now)
    }
    let kept = keepCount(job, slot, total: newest - first + 1, now)
    if let dropped = everyRange(index, first, newest - kept) { close(dropped, job, newest, kept) }
    for number in 0..<kept {
      var slot = everySlot(index, newest - kept + 1 + number)
      slot.woke = now.mono
      slot.cause = .catchUp
      arriveLate(job, slot, isFirst: number == 0, now)
    }
  }

  func everySlot(_ index: Int, _ number: Int64) -> OpenSlot {
    let offset = number * jobs[index].rules.interval
    let time = jobs[index].anchor + offset
    let jitter = jobs[index].rules.jitter(ofSlotAt: time)
    let due = jobs[index].base + offset + jitter
    return OpenSlot(
      kind: .every, time: time, due: due, planned: time + jitter, woke: due, cause: .cadence)
  }

  /// Slots of an interval from `first` through `last`; `nil` when there are none.
  func everyRange(_ index: Int, _ first: Int64, _ last: Int64) -> SlotRange? {
    guard first <= last else { return nil }
    let (anchor, interval) = (jobs[index].anchor, jobs[index].rules.interval)
    return SlotRange(
      kind: .every, first: anchor + first * interval, last: anchor + last * interval,
      count: Int(last - first + 1))
  }

  /// Ends the older ones of missed slots.
  private mutating func close(_ range: SlotRange, _ job: UInt32, _ newest: Int64, _ kept: Int64) {
    let next = kept > 0 ? slotID(job, everySlot(Int(job), newest - kept + 1)) : nil
    closeRange(job, range, missedOutcome(job, next: next))
  }

  /// How slots end that came while nothing could run them.
  func missedOutcome(_ job: UInt32, next: SlotID?) -> SlotOutcome {
    if let reason = blocked(job) { return .skipped(reason) }
    if let next, jobs[Int(job)].rules.catchUp < 0 { return .superseded(by: next) }
    return .skipped(isWorkerDown(job) ? .workerDown : .misfire)
  }

  /// How many of the newest missed slots run.
  func keepCount(_ job: UInt32, _ newest: OpenSlot, total: Int64, _ now: SchedulerNow) -> Int64 {
    let rules = jobs[Int(job)].rules
    guard blocked(job) == nil else { return 0 }
    switch rules.catchUp {
    case 0: return now.mono - newest.due <= rules.grace && !isWorkerDown(job) ? 1 : 0
    case -1: return 1
    default: return min(total, Int64(rules.catchUp))
    }
  }

  /// A slot has come late; of several the first goes the usual way and the others wait behind it.
  mutating func arriveLate(
    _ job: UInt32, _ slot: OpenSlot, isFirst: Bool, _ now: SchedulerNow
  ) {
    let index = Int(job)
    guard !isFirst || jobs[index].rules.catchUp > 0 && isOccupied(index) else {
      return arrive(job, slot, now)
    }
    if isOccupied(index) { push(job, slot) } else { arrive(job, slot, now) }
  }

  /// A calendar's, one-shot's or quiet market's time may have come.
  mutating func calendarCame(_ job: UInt32, _ now: SchedulerNow) {
    guard var calendar = calendars[job], calendar.due <= now.mono else { return }
    if calendar.cronDue <= now.mono { cronCame(job, &calendar, now) }
    if calendar.atDue <= now.mono { atCame(job, &calendar, now) }
    if calendar.idleDue <= now.mono { idleCame(job, &calendar, now) }
    calendars[job] = calendar
  }

  private mutating func cronCame(
    _ job: UInt32, _ calendar: inout CalendarState, _ now: SchedulerNow
  ) {
    guard let first = calendar.nextCron, let cron = calendar.cron else { return }
    let wall = now.wall.nanoseconds
    guard first * 1_000_000_000 + jitter(job, first) <= wall else {
      return planCron(job, &calendar, now)
    }
    var newest = cron.last(through: now.wall.seconds, after: first) ?? first
    while newest > first, newest * 1_000_000_000 + jitter(job, newest) > wall {
      newest = cron.last(through: newest - 1, after: first) ?? first
    }
    calendar.lastCron = newest
    calendar.nextCron = cron.next(after: newest)
    planCron(job, &calendar, now)
    calendars[job] = calendar
    let slot = cronSlot(job, newest, now)
    guard newest > first || now.mono - slot.due > jobs[Int(job)].rules.grace else {
      return arrive(job, slot, now)
    }
    catchUpCron(job, cron, first...newest, now)
  }

  private mutating func catchUpCron(
    _ job: UInt32, _ cron: CronTimetable, _ missed: ClosedRange<Int64>, _ now: SchedulerNow
  ) {
    let (first, newest) = (missed.lowerBound, missed.upperBound)
    let total = cron.count(after: first - 1, through: newest)
    let kept = keepCount(job, cronSlot(job, newest, now), total: Int64(total), now)
    var slots: [Int64] = kept > 0 ? [newest] : []
    while slots.count < kept, let one = cron.last(through: (slots.last ?? 0) - 1, after: first - 1)
    {
      slots.append(one)
    }
    slots.reverse()
    if slots.count < total {
      let end = slots.first.map { $0 - 1 } ?? newest
      let last = cron.last(through: end, after: first - 1) ?? first
      let range = SlotRange(
        kind: .cron, first: first * 1_000_000_000, last: last * 1_000_000_000,
        count: total - slots.count)
      let next = slots.first.map { slotID(job, cronSlot(job, $0, now)) }
      closeRange(job, range, missedOutcome(job, next: next))
    }
    for (number, time) in slots.enumerated() {
      var slot = cronSlot(job, time, now)
      slot.cause = .catchUp
      arriveLate(job, slot, isFirst: number == 0, now)
    }
  }

  private func jitter(_ job: UInt32, _ seconds: Int64) -> Int64 {
    jobs[Int(job)].rules.jitter(ofSlotAt: seconds * 1_000_000_000)
  }

  func cronSlot(_ job: UInt32, _ seconds: Int64, _ now: SchedulerNow) -> OpenSlot {
    let time = seconds * 1_000_000_000
    let planned = time + jitter(job, seconds)
    return OpenSlot(
      kind: .cron, time: time, due: now.monotonic(atWall: planned), planned: planned,
      woke: now.mono, cause: .cadence)
  }

  /// Arms the calendar's alarm for its next slot.
  func planCron(_ job: UInt32, _ calendar: inout CalendarState, _ now: SchedulerNow) {
    calendar.cronDue =
      calendar.nextCron.map {
        max(now.mono + 1, now.monotonic(atWall: $0 * 1_000_000_000 + jitter(job, $0)))
      } ?? .max
  }

  private mutating func atCame(
    _ job: UInt32, _ calendar: inout CalendarState, _ now: SchedulerNow
  ) {
    guard let at = calendar.at else { return calendar.atDue = .max }
    guard at <= now.wall.nanoseconds else {
      return calendar.atDue = max(now.mono + 1, now.monotonic(atWall: at))
    }
    calendar.at = nil
    calendar.atDue = .max
    calendars[job] = calendar
    var slot = OpenSlot(
      kind: .at, time: at, due: now.monotonic(atWall: at), planned: at, woke: now.mono,
      cause: .cadence)
    guard now.mono - slot.due > jobs[Int(job)].rules.grace else { return arrive(job, slot, now) }
    slot.cause = .catchUp
    guard keepCount(job, slot, total: 1, now) == 0 else { return arrive(job, slot, now) }
    closeSlot(job, slot, missedOutcome(job, next: nil))
  }

  private mutating func idleCame(
    _ job: UInt32, _ calendar: inout CalendarState, _ now: SchedulerNow
  ) {
    let quietUntil = lastTrade + calendar.idle
    guard quietUntil <= now.mono else { return calendar.idleDue = quietUntil }
    let due = calendar.idleDue
    calendar.idleDue = now.mono + calendar.idle
    calendars[job] = calendar
    var slot = eventSlot(job, .idle, .idle, now)
    slot.due = due
    arrive(job, slot, now)
  }

  /// A slot that something happening now gives its time; no two of a job have one name.
  mutating func eventSlot(
    _ job: UInt32, _ kind: SlotID.Kind, _ cause: Cause, _ now: SchedulerNow
  ) -> OpenSlot {
    let time = max(now.wall.nanoseconds, jobs[Int(job)].lastEvent + 1)
    jobs[Int(job)].lastEvent = time
    return OpenSlot(
      kind: kind, time: time, due: now.mono, planned: time, woke: now.mono, cause: cause)
  }
}

/// Slots of one kind, from the first to the last.
struct SlotRange: Sendable {
  var kind: SlotID.Kind
  var first: Int64
  var last: Int64
  var count: Int
}
