import Isolation
package import JobTable
package import PluginAPI

/// When one job of a table will come up, worked out from the table alone.
package struct Forecast: Sendable {
  private let entry: JobEntry
  private let rules: JobRules
  private let cron: CronTimetable?

  /// A forecast for `entry`; its calendar is left out when its zone is not given.
  package init(_ entry: JobEntry, zone: TimeZoneRules?) {
    self.entry = entry
    rules = JobRules(entry, plugin: 0, group: -1)
    cron = entry.cadence.cron.flatMap { schedule in
      (schedule.zone == "UTC" ? .utc : zone).map { CronTimetable(schedule: schedule, zone: $0) }
    }
  }

  /// The next slots after `now` in the order of time; none for jobs that only listen or are
  /// disabled.
  package func next(_ count: Int, after now: Timestamp) -> [UpcomingSlot] {
    guard entry.isEnabled, count > 0 else { return [] }
    let slots = everySlots(count, now) + cronSlots(count, now) + atSlot(now)
    return Array(slots.sorted { $0.time < $1.time }.prefix(count))
  }

  private func everySlots(_ count: Int, _ now: Timestamp) -> [UpcomingSlot] {
    let interval = rules.interval
    guard interval > 0 else { return [] }
    let phase =
      entry.cadence.phase.map { CivilTime.floorModulo($0.nanoseconds, interval) }
      ?? Int64(rules.seed % UInt64(interval))
    let first = now.nanoseconds + CivilTime.floorModulo(phase - now.nanoseconds - 1, interval) + 1
    return (0..<Int64(count)).map { number in
      slot(.every, first + number * interval, local: nil, note: nil)
    }
  }

  private func cronSlots(_ count: Int, _ now: Timestamp) -> [UpcomingSlot] {
    guard let cron else { return [] }
    var slots: [UpcomingSlot] = []
    var last = now.seconds
    while slots.count < count, let next = cron.next(after: last) {
      slots.append(slot(.cron, next * 1_000_000_000, local: local(next, cron.zone), note: nil))
      last = next
    }
    return slots
  }

  private func atSlot(_ now: Timestamp) -> [UpcomingSlot] {
    guard let at = entry.cadence.at, at > now else { return [] }
    return [slot(.at, at.nanoseconds, local: nil, note: nil)]
  }

  private func slot(
    _ kind: SlotID.Kind, _ time: Int64, local: String?, note: String?
  ) -> UpcomingSlot {
    UpcomingSlot(
      job: entry.name, kind: kind,
      time: Timestamp(nanoseconds: time + (kind == .at ? 0 : rules.jitter(ofSlotAt: time))),
      local: local, note: note)
  }

  /// A time in a zone with its offset: `2026-03-29T03:00:00+02:00`.
  private func local(_ time: Int64, _ zone: TimeZoneRules) -> String {
    let offset = zone.offset(at: time)
    return CivilTime.text(seconds: time + offset) + Self.text(offset: offset)
  }

  private static func text(offset: Int64) -> String {
    let minutes = abs(offset) / 60
    let digits = String(10_000 + minutes / 60 * 100 + minutes % 60).dropFirst()
    return (offset < 0 ? "-" : "+") + digits.prefix(2) + ":" + digits.suffix(2)
  }

  // MARK: Daylight saving

  /// What the clock changes of the coming year do to the calendar, each with what happens then; a
  /// change that jumps over or repeats many of its times is told by the first five.
  package func aroundDST(after now: Timestamp) -> [UpcomingSlot] {
    guard let cron else { return [] }
    let end = now.seconds + 366 * 86_400
    var slots: [UpcomingSlot] = []
    var stretch = cron.zone.stretch(at: now.seconds)
    while stretch.end < end {
      let next = cron.zone.stretch(at: stretch.end)
      slots += oddities(cron, seam: next.start, from: stretch.offset, to: next.offset)
      stretch = next
    }
    return slots
  }

  private func oddities(
    _ cron: CronTimetable, seam: Int64, from old: Int64, to new: Int64
  ) -> [UpcomingSlot] {
    let isGap = new > old
    let range = isGap ? (seam + old)..<(seam + new) : (seam + new)..<(seam + old)
    guard old != new else { return [] }
    let change =
      "clocks in \(cron.zone.name) go from \(clock(seam + old)) to \(clock(seam + new))"
    return cron.localTimes(in: range, atMost: 5).flatMap { local in
      (isGap ? [gap(cron, seam, new)] : fold(cron, local, old, new)).map { time, what in
        slot(
          .cron, time * 1_000_000_000, local: CivilTime.text(seconds: local),
          note: "\(change): \(clock(local)) \(what)")
      }
    }
  }

  private func gap(_ cron: CronTimetable, _ seam: Int64, _ new: Int64) -> (Int64, String) {
    cron.runsAfterGap
      ? (seam, "does not exist and runs at \(clock(seam + new)) instead")
      : (seam, "does not exist and is left out")
  }

  private func fold(
    _ cron: CronTimetable, _ local: Int64, _ old: Int64, _ new: Int64
  ) -> [(Int64, String)] {
    switch cron.fold {
    case .first: [(local - old, "comes twice and runs the first time")]
    case .last: [(local - new, "comes twice and runs the second time")]
    case .both:
      [
        (local - old, "comes twice and runs both times: the first"),
        (local - new, "comes twice and runs both times: the second"),
      ]
    }
  }

  private func clock(_ local: Int64) -> String {
    String(CivilTime.text(seconds: local).dropFirst(11).prefix(5))
  }
}
