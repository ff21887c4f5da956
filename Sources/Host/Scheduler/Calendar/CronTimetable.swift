import JobTable

/// The times of a cron expression in a zone, in UTC seconds.
///
/// Local time is walked one stretch of constant offset at a time, where it is a plain line; what
/// the clock jumps over or shows twice lies at the seams. As in ISC cron, an expression that names
/// every hour follows elapsed time: it neither makes up for a jump nor pauses while an hour repeats.
struct CronTimetable: Sendable, Hashable {
  let schedule: CronSchedule
  let zone: TimeZoneRules

  /// No expression that ever matches waits longer: 29 February on a given weekday, over 2100.
  private static let horizon: Int64 = 41 * 366 * 86_400

  private var fields: CronFields { schedule.fields }
  private var namesEveryHour: Bool { fields.hours & 0xFF_FFFF == 0xFF_FFFF }
  var runsAfterGap: Bool { schedule.gap == .runAfter && !namesEveryHour }
  var fold: CronSchedule.Fold { namesEveryHour ? .both : schedule.fold }

  /// The first slot after a time; `nil` when there is none within 41 years.
  func next(after time: Int64) -> Int64? {
    var stretch = zone.stretch(at: time + 1)
    var from = time + 1
    let end = time + Self.horizon
    while from < end {
      if from == stretch.start, isGapSlot(stretch) { return from }
      let bounds = bounds(stretch)
      let low = max(from, bounds.lowerBound)
      let high = min(bounds.upperBound, end)
      if low < high, let local = next(local: low + stretch.offset, before: high + stretch.offset) {
        return local - stretch.offset
      }
      guard stretch.end < end else { return nil }
      from = stretch.end
      stretch = zone.stretch(at: from)
    }
    return nil
  }

  /// The last slot at or before `time` and after `start`.
  func last(through time: Int64, after start: Int64) -> Int64? {
    guard start < time else { return nil }
    var width: Int64 = 1
    while width < time - start, !hasSlot(after: time - width, through: time) { width *= 2 }
    var low = max(start, time - width)
    guard hasSlot(after: low, through: time) else { return nil }
    var high = time
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if hasSlot(after: middle, through: time) { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// How many slots there are after `start` up to and including `end`. Costs O(days).
  func count(after start: Int64, through end: Int64) -> Int {
    var from = start + 1
    var count = 0
    while from <= end {
      let stretch = zone.stretch(at: from)
      let bounds = bounds(stretch)
      let low = max(from, bounds.lowerBound) + stretch.offset
      let high = min(end + 1, bounds.upperBound) + stretch.offset
      count += low < high ? matches(from: low, before: high) : 0
      if from == stretch.start, isGapSlot(stretch), !isMatch(local: from + stretch.offset) {
        count += 1
      }
      from = stretch.end
    }
    return count
  }

  /// Matching local times of a range that no zone bends, at most so many.
  func localTimes(in range: Range<Int64>, atMost limit: Int) -> [Int64] {
    var times: [Int64] = []
    var from = range.lowerBound
    while times.count < limit, let time = next(local: from, before: range.upperBound) {
      times.append(time)
      from = time + 1
    }
    return times
  }

  private func hasSlot(after start: Int64, through end: Int64) -> Bool {
    next(after: start).map { $0 <= end } ?? false
  }

  // MARK: Seams

  /// The part of a stretch in which local times count, by the choice for repeated ones.
  private func bounds(_ stretch: TimeZoneRules.Stretch) -> Range<Int64> {
    var start = stretch.start
    var end = stretch.end
    if fold == .first {
      start += max(0, zone.offset(at: stretch.start - 1) - stretch.offset)
    }
    if fold == .last {
      end -= max(0, stretch.offset - zone.offset(at: stretch.end))
    }
    return start..<max(start, end)
  }

  /// Whether a time that the clock jumped over runs at the stretch's first second.
  private func isGapSlot(_ stretch: TimeZoneRules.Stretch) -> Bool {
    guard runsAfterGap else { return false }
    let before = zone.offset(at: stretch.start - 1)
    guard before < stretch.offset else { return false }
    return next(local: stretch.start + before, before: stretch.start + stretch.offset) != nil
  }

  // MARK: Plain local time

  private func isMatch(local: Int64) -> Bool { next(local: local, before: local + 1) != nil }

  /// The first matching local time in a range.
  private func next(local start: Int64, before end: Int64) -> Int64? {
    var day = CivilTime.floorDivide(start, 86_400)
    var second = start - day * 86_400
    while day * 86_400 + second < end {
      let (year, month, dayOfMonth) = CivilTime.date(days: day)
      if fields.months & bit(month) == 0 {
        day = CivilTime.days(year: year, month: month + 1, day: 1, carrying: true)
      } else if isDay(day, year, month, dayOfMonth), let found = time(from: second) {
        let local = day * 86_400 + found
        return local < end ? local : nil
      } else {
        day += 1
      }
      second = 0
    }
    return nil
  }

  private func isDay(_ days: Int64, _ year: Int64, _ month: Int64, _ day: Int64) -> Bool {
    let isLast = fields.lastDay && day == CivilTime.length(year: year, month: month)
    let byDay = fields.days & bit(day) != 0 || isLast
    let byWeekday = fields.weekdays & bit(CivilTime.weekday(days: days)) != 0
    return fields.anyDay || fields.anyWeekday ? byDay && byWeekday : byDay || byWeekday
  }

  /// The first matching second of a day from `second` on.
  private func time(from second: Int64) -> Int64? {
    let (hour, minute, rest) = (second / 3600, second / 60 % 60, second % 60)
    guard let nextHour = first(fields.hours, from: hour, below: 24) else { return nil }
    if nextHour == hour {
      if let found = withinHour(minute, rest) { return hour * 3600 + found }
      guard let later = first(fields.hours, from: hour + 1, below: 24) else { return nil }
      return withinHour(0, 0).map { later * 3600 + $0 }
    }
    return withinHour(0, 0).map { nextHour * 3600 + $0 }
  }

  private func withinHour(_ minute: Int64, _ second: Int64) -> Int64? {
    guard let nextMinute = first(fields.minutes, from: minute, below: 60) else { return nil }
    if nextMinute == minute {
      if let found = first(fields.seconds, from: second, below: 60) { return minute * 60 + found }
      guard let later = first(fields.minutes, from: minute + 1, below: 60) else { return nil }
      return first(fields.seconds, from: 0, below: 60).map { later * 60 + $0 }
    }
    return first(fields.seconds, from: 0, below: 60).map { nextMinute * 60 + $0 }
  }

  private func first(_ bits: UInt64, from: Int64, below end: Int64) -> Int64? {
    guard from < end else { return nil }
    let rest = bits & (.max << UInt64(from)) & ((1 << UInt64(end)) - 1)
    return rest == 0 ? nil : Int64(rest.trailingZeroBitCount)
  }

  private func bit(_ number: Int64) -> UInt64 { 1 << UInt64(number) }

  // MARK: Counting

  private func matches(from start: Int64, before end: Int64) -> Int {
    var count = 0
    var day = CivilTime.floorDivide(start, 86_400)
    while day * 86_400 < end {
      let (year, month, dayOfMonth) = CivilTime.date(days: day)
      if fields.months & bit(month) != 0, isDay(day, year, month, dayOfMonth) {
        count += times(before: end - day * 86_400) - times(before: start - day * 86_400)
      }
      day += 1
    }
    return count
  }

  /// How many matching seconds of a day come before `second`.
  private func times(before second: Int64) -> Int {
    let second = min(max(0, second), 86_400)
    let (hour, minute, rest) = (second / 3600, second / 60 % 60, second % 60)
    let seconds = ones(fields.seconds, below: 60)
    let minutes = ones(fields.minutes, below: 60)
    var count = ones(fields.hours, below: hour) * minutes * seconds
    guard hour < 24, fields.hours & bit(hour) != 0 else { return count }
    count += ones(fields.minutes, below: minute) * seconds
    guard fields.minutes & bit(minute) != 0 else { return count }
    return count + ones(fields.seconds, below: rest)
  }

  private func ones(_ bits: UInt64, below end: Int64) -> Int {
    (bits & ((1 << UInt64(end)) - 1)).nonzeroBitCount
  }
}

extension CivilTime {
  /// Days to a date whose month may be 13, the next year's first.
  fileprivate static func days(
    year: Int64, month: Int64, day: Int64, carrying: Bool
  ) -> Int64 {
    month > 12 && carrying
      ? days(year: year + 1, month: 1, day: day) : days(year: year, month: month, day: day)
  }
}
