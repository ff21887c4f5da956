/// The rule for all years that a time-zone file gives in its last line, such as
/// `CET-1CEST,M3.5.0,M10.5.0/3`.
struct PosixZoneRule: Sendable, Hashable {
  /// When a change comes: a day of the year and seconds of local time after its midnight.
  struct Change: Sendable, Hashable {
    enum Day: Sendable, Hashable {
      /// 1 to 365, 29 February never counted.
      case julian(Int64)
      /// 0 to 365.
      case zeroBased(Int64)
      /// The nth weekday of a month; 5 is the last.
      case weekday(month: Int64, week: Int64, day: Int64)
    }
    var day: Day
    var seconds: Int64
  }

  /// Seconds east of Greenwich.
  var standard: Int64
  var daylight: Int64
  /// When daylight time begins and ends; `nil` in zones without it.
  var changes: (begin: Change, end: Change)? {
    begin.flatMap { begin in end.map { (begin, $0) } }
  }
  private var begin: Change?
  private var end: Change?

  /// Reads a rule; `nil` when it is not one.
  init?(_ text: String) {
    var reader = ZoneRuleReader(text)
    guard reader.name(), let west = reader.offset() else { return nil }
    standard = -west
    daylight = -west
    guard !reader.isAtEnd else { return }
    guard reader.name() else { return nil }
    daylight = reader.peek == 44 ? standard + 3600 : -(reader.offset() ?? .min + 1)
    guard reader.skip(44), let begin = reader.change(), reader.skip(44),
      let end = reader.change(), reader.isAtEnd, abs(daylight) < 200 * 3600
    else { return nil }
    self.begin = begin
    self.end = end
  }

  /// The changes of a year in UTC seconds with the offset that each brings, in order of time.
  func transitions(year: Int64) -> [(time: Int64, offset: Int64)] {
    guard let changes else { return [] }
    let begin = (Self.local(changes.begin, year: year) - standard, daylight)
    let end = (Self.local(changes.end, year: year) - daylight, standard)
    return begin.0 < end.0 ? [begin, end] : [end, begin]
  }

  private static func local(_ change: Change, year: Int64) -> Int64 {
    let newYear = CivilTime.days(year: year, month: 1, day: 1)
    let day =
      switch change.day {
      case .julian(let day): newYear + day - 1 + (CivilTime.isLeap(year) && day >= 60 ? 1 : 0)
      case .zeroBased(let day): newYear + day
      case .weekday(let month, let week, let day): nth(year, month, week, day)
      }
    return day * 86_400 + change.seconds
  }

  private static func nth(_ year: Int64, _ month: Int64, _ week: Int64, _ day: Int64) -> Int64 {
    let first = CivilTime.days(year: year, month: month, day: 1)
    let offset = CivilTime.floorModulo(day - CivilTime.weekday(days: first), 7)
    let length = CivilTime.length(year: year, month: month)
    var dayOfMonth = offset + (week - 1) * 7
    while dayOfMonth >= length { dayOfMonth -= 7 }
    return first + dayOfMonth
  }
}

/// Reads the pieces of a POSIX zone rule.
private struct ZoneRuleReader {
  private let bytes: [UInt8]
  private var place = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  var isAtEnd: Bool { place == bytes.count }
  var peek: UInt8? { place < bytes.count ? bytes[place] : nil }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    place += 1
    return true
  }

  /// Letters, or anything between angle brackets.
  mutating func name() -> Bool {
    let start = place
    if skip(60) {
      while let byte = peek, byte != 62 {
        _ = byte
        place += 1
      }
      return skip(62)
    }
    while let byte = peek, (65...90).contains(byte) || (97...122).contains(byte) { place += 1 }
    return place > start
  }

  mutating func number() -> Int64? {
    let start = place
    var value: Int64 = 0
    while let byte = peek, (48...57).contains(byte), place - start < 6 {
      value = value * 10 + Int64(byte - 48)
      place += 1
    }
    return place > start ? value : nil
  }

  /// Hours with optional minutes and seconds, in seconds.
  mutating func offset() -> Int64? {
    let isNegative = skip(45)
    if !isNegative { _ = skip(43) }
    guard var seconds = number().map({ $0 * 3600 }) else { return nil }
    for unit: Int64 in [60, 1] where skip(58) {
      guard let part = number() else { return nil }
      seconds += part * unit
    }
    return isNegative ? -seconds : seconds
  }

  mutating func change() -> PosixZoneRule.Change? {
    guard let day = day() else { return nil }
    guard skip(47) else { return PosixZoneRule.Change(day: day, seconds: 7200) }
    return offset().map { PosixZoneRule.Change(day: day, seconds: $0) }
  }

  private mutating func day() -> PosixZoneRule.Change.Day? {
    if skip(74) { return number().map { .julian($0) } }
    guard skip(77) else { return number().map { .zeroBased($0) } }
    guard let month = number(), (1...12).contains(month), skip(46),
      let week = number(), (1...5).contains(week), skip(46),
      let day = number(), (0...6).contains(day)
    else { return nil }
    return .weekday(month: month, week: week, day: day)
  }
}
