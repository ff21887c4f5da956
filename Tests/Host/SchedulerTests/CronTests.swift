import Isolation
import JobTable
import PluginAPI
import Testing

@testable import Scheduler

@Suite struct CronTests {
  /// A timetable in a real zone.
  static func cron(
    _ fields: CronFields, _ zone: String, gap: CronSchedule.Gap = .runAfter,
    fold: CronSchedule.Fold = .first
  ) throws -> CronTimetable {
    CronTimetable(
      schedule: CronSchedule(expression: "", fields: fields, zone: zone, gap: gap, fold: fold),
      zone: try ZoneFiles().load(zone))
  }

  static func fields(
    seconds: UInt64 = 1, minutes: UInt64, hours: UInt64, days: UInt64 = 0xFFFF_FFFE,
    months: UInt64 = 0x1FFE, weekdays: UInt64 = 0x7F, lastDay: Bool = false, anyDay: Bool = true,
    anyWeekday: Bool = true
  ) -> CronFields {
    CronFields(
      seconds: seconds, minutes: minutes, hours: hours, days: days, lastDay: lastDay,
      months: months, weekdays: weekdays, anyDay: anyDay, anyWeekday: anyWeekday)
  }

  static func daily(_ hour: Int, _ minute: Int) -> CronFields {
    fields(minutes: 1 << UInt64(minute), hours: 1 << UInt64(hour))
  }

  /// Slots of some days as UTC text.
  static func slots(_ cron: CronTimetable, from: String, days: Int64) throws -> [String] {
    let start = try #require(CivilTime.timestamp(from)).seconds - 1
    var found: [String] = []
    var last = start
    while let next = cron.next(after: last), next <= start + days * 86_400 {
      found.append(CivilTime.text(seconds: next))
      last = next
    }
    return found
  }

  @Test func aTimeThatIsJumpedOverRunsRightAfterTheJump() throws {
    let cron = try Self.cron(Self.daily(2, 30), "Europe/Berlin")
    #expect(
      try Self.slots(cron, from: "2026-03-28T00:00:00Z", days: 3)
        == ["2026-03-28T01:30:00", "2026-03-29T01:00:00", "2026-03-30T00:30:00"])
  }

  @Test func aTimeThatIsJumpedOverIsLeftOutWhenAsked() throws {
    let cron = try Self.cron(Self.daily(2, 30), "Europe/Berlin", gap: .skip)
    #expect(
      try Self.slots(cron, from: "2026-03-28T00:00:00Z", days: 3)
        == ["2026-03-28T01:30:00", "2026-03-30T00:30:00"])
  }

  @Test(arguments: [
    (CronSchedule.Fold.first, ["2026-11-01T05:30:00"]),
    (.last, ["2026-11-01T06:30:00"]),
    (.both, ["2026-11-01T05:30:00", "2026-11-01T06:30:00"]),
  ])
  func aTimeThatComesTwiceRunsAsChosen(fold: CronSchedule.Fold, expected: [String]) throws {
    let cron = try Self.cron(Self.daily(1, 30), "America/New_York", fold: fold)
    #expect(try Self.slots(cron, from: "2026-11-01T00:00:00Z", days: 1) == expected)
  }

  /// apscheduler#606: a midnight job lost a whole day where the clock jumps at midnight.
  @Test func midnightThatDoesNotExist() throws {
    let brazil = try Self.cron(Self.daily(0, 0), "America/Sao_Paulo")
    #expect(
      try Self.slots(brazil, from: "2018-11-03T00:00:00Z", days: 3)
        == ["2018-11-03T03:00:00", "2018-11-04T03:00:00", "2018-11-05T02:00:00"])
    let egypt = try Self.cron(Self.daily(0, 0), "Africa/Cairo")
    #expect(
      try Self.slots(egypt, from: "2024-04-25T12:00:00Z", days: 2)
        == ["2024-04-25T22:00:00", "2024-04-26T21:00:00"])
  }

  /// croner#343: a job of every second paused while an hour repeated.
  @Test func everyHourFollowsElapsedTime() throws {
    let all = Self.fields(seconds: 1, minutes: 1 << 15, hours: 0xFF_FFFF)
    let cron = try Self.cron(all, "Europe/Berlin")
    #expect(try Self.slots(cron, from: "2026-10-25T00:00:00Z", days: 1).count == 24)
    #expect(try Self.slots(cron, from: "2026-03-29T00:00:00Z", days: 1).count == 24)
  }

  @Test func halfAnHourOfLordHowe() throws {
    let cron = try Self.cron(Self.daily(2, 15), "Australia/Lord_Howe")
    #expect(
      try Self.slots(cron, from: "2026-10-03T00:00:00Z", days: 2)
        == ["2026-10-03T15:30:00", "2026-10-04T15:15:00"])
  }

  @Test func lastDayAndLeapYears() throws {
    var fields = Self.fields(minutes: 1, hours: 1, days: 0, lastDay: true, anyDay: false)
    fields.months = 1 << 2
    let cron = try Self.cron(fields, "UTC")
    #expect(
      try Self.slots(cron, from: "2023-01-01T00:00:00Z", days: 800)
        == ["2023-02-28T00:00:00", "2024-02-29T00:00:00", "2025-02-28T00:00:00"])
  }

  @Test func theTwoDayFieldsAreOrWhenNeitherIsAStar() throws {
    let cron = try Self.cron(
      Self.fields(
        minutes: 1, hours: 1, days: 1 << 13, weekdays: 1 << 5, anyDay: false, anyWeekday: false),
      "UTC")
    #expect(
      try Self.slots(cron, from: "2026-03-10T00:00:00Z", days: 11)
        == ["2026-03-13T00:00:00", "2026-03-20T00:00:00"])
    #expect(try Self.slots(cron, from: "2026-04-11T00:00:00Z", days: 3) == ["2026-04-13T00:00:00"])
  }

  @Test func aDateThatNeverComesIsNoSlot() throws {
    let cron = try Self.cron(
      Self.fields(minutes: 1, hours: 1, days: 1 << 30, months: 1 << 2, anyDay: false), "UTC")
    #expect(cron.next(after: 1_800_000_000) == nil)
  }

  /// Against a walk over every minute that knows nothing but offsets.
  @Test(arguments: [
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
    "America/Sao_Paulo", "Africa/Cairo", "America/Havana", "Antarctica/Troll", "Asia/Gaza",
  ])
  func slotsAreThoseOfANaiveWalk(zone: String) throws {
    var random = SeededRandom(seed: stableHash(zone))
    for _ in 0..<40 {
      let cron = try Self.randomCron(zone, &random)
      let start = Int64.random(in: 0..<1_900_000_000, using: &random) / 60 * 60
      let seam = cron.zone.stretch(at: start).end
      let from = (seam < 4_000_000_000 ? seam : start) / 60 * 60 - 2 * 86_400
      let expected = Self.naive(cron, from: from, minutes: 4 * 1440)
      var found: [Int64] = []
      while let next = cron.next(after: found.last ?? (from - 1)), next < from + 4 * 86_400 {
        found.append(next)
      }
      #expect(found == expected, "\(cron)")
      #expect(cron.count(after: from - 1, through: from + 4 * 86_400 - 1) == expected.count)
      #expect(cron.last(through: from + 4 * 86_400 - 1, after: from - 1) == expected.last)
    }
  }

  private static func randomCron(
    _ zone: String, _ random: inout SeededRandom
  ) throws -> CronTimetable {
    let isHourly = random.next() % 4 == 0
    let hours = isHourly ? 0xFF_FFFF : (random.next() & random.next()) & 0xFF_FFFF | 0b110
    let minutes = random.next() & random.next() & random.next() & ((1 << 60) - 1)
    return try cron(
      fields(minutes: minutes, hours: hours), zone,
      gap: random.next() % 2 == 0 ? .skip : .runAfter,
      fold: CronSchedule.Fold.allCases[Int(random.next() % 3)])
  }

  /// Walks minute by minute; a time counts as first or second by looking for its twin.
  private static func naive(_ cron: CronTimetable, from: Int64, minutes: Int64) -> [Int64] {
    let isHourly = cron.schedule.fields.hours == 0xFF_FFFF
    var slots: Set<Int64> = []
    for time in stride(from: from, to: from + minutes * 60, by: 60) {
      let offset = cron.zone.offset(at: time)
      let before = cron.zone.offset(at: time - 60)
      if before < offset, cron.schedule.gap == .runAfter, !isHourly,
        stride(from: time + before, to: time + offset, by: 60).contains(where: {
          matches($0, cron.schedule.fields)
        })
      {
        slots.insert(time)
      }
      guard matches(time + offset, cron.schedule.fields) else { continue }
      let isSecond = twin(cron.zone, time, offset, -1)
      let isFirst = twin(cron.zone, time, offset, 1)
      let isWanted =
        isHourly || cron.schedule.fold == .both
        || (cron.schedule.fold == .first ? !isSecond : !isFirst)
      if isWanted { slots.insert(time) }
    }
    return slots.sorted()
  }

  private static func twin(
    _ zone: TimeZoneRules, _ time: Int64, _ offset: Int64, _ direction: Int64
  ) -> Bool {
    stride(from: 60, through: 3 * 3600, by: 60).contains { distance in
      let other = time + direction * distance
      return other + zone.offset(at: other) == time + offset
    }
  }

  private static func matches(_ local: Int64, _ fields: CronFields) -> Bool {
    let second = CivilTime.floorModulo(local, 86_400)
    return fields.hours & (1 << UInt64(second / 3600)) != 0
      && fields.minutes & (1 << UInt64(second / 60 % 60)) != 0
  }
}
