package import PluginAPI

/// Points in time as RFC 3339 writes them: `2026-01-31T09:00:00Z`, `2026-01-31T10:00:00.5+01:00`.
package enum CalendarTime: Sendable {
  /// The point in time; `nil` when the text is none, or lies outside 1970 to 2261.
  package static func parse(_ text: String) -> Timestamp? {
    var scanner = Scanner(rest: Array(text.utf8)[...])
    guard let date = scanner.date(), scanner.take("Tt ") != nil,
      let time = scanner.time(), let offset = scanner.offset(), scanner.rest.isEmpty
    else { return nil }
    let seconds = date * 86_400 + time.seconds - offset
    guard (0..<9_200_000_000).contains(seconds) else { return nil }
    return Timestamp(nanoseconds: seconds * 1_000_000_000 + time.nanoseconds)
  }

  /// The point in time in UTC, to the second, or to the nanosecond when it has a fraction.
  package static func text(_ time: Timestamp) -> String {
    let seconds = time.seconds
    let day = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    let (year, month, dayOfMonth) = civil(day)
    let rest = seconds - day * 86_400
    let fraction = time.nanoseconds - seconds * 1_000_000_000
    let clock = [rest / 3600, rest / 60 % 60, rest % 60].map { pad($0, 2) }.joined(separator: ":")
    let tail = fraction == 0 ? "" : "." + pad(fraction, 9)
    return "\(pad(year, 4))-\(pad(month, 2))-\(pad(dayOfMonth, 2))T\(clock)\(tail)Z"
  }

  private static func pad(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// Days since 1970-01-01 of a date in the Gregorian calendar.
  static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// The date of a number of days since 1970-01-01, for dates after the year 0.
  static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  static func daysInMonth(_ month: Int64, of year: Int64) -> Int64 {
    let next = month == 12 ? (year + 1, Int64(1)) : (year, month + 1)
    return days(year: next.0, month: next.1, day: 1) - days(year: year, month: month, day: 1)
  }
}

private struct Scanner {
  var rest: ArraySlice<UInt8>

  mutating func take(_ characters: String) -> UInt8? {
    guard let byte = rest.first, characters.utf8.contains(byte) else { return nil }
    rest.removeFirst()
    return byte
  }

  mutating func digits(_ count: Int, in range: ClosedRange<Int64>) -> Int64? {
    guard rest.count >= count else { return nil }
    var value: Int64 = 0
    for byte in rest.prefix(count) {
      guard (48...57).contains(byte) else { return nil }
      value = value * 10 + Int64(byte - 48)
    }
    rest.removeFirst(count)
    return range.contains(value) ? value : nil
  }

  /// Days since the epoch.
  mutating func date() -> Int64? {
    guard let year = digits(4, in: 1970...2261), take("-") != nil,
      let month = digits(2, in: 1...12), take("-") != nil, let day = digits(2, in: 1...31),
      day <= CalendarTime.daysInMonth(month, of: year)
    else { return nil }
    return CalendarTime.days(year: year, month: month, day: day)
  }

  mutating func time() -> (seconds: Int64, nanoseconds: Int64)? {
    guard let hour = digits(2, in: 0...23), take(":") != nil, let minute = digits(2, in: 0...59),
      take(":") != nil, let second = digits(2, in: 0...59)
    else { return nil }
    var nanoseconds: Int64 = 0
    if take(".") != nil {
      let fraction = rest.prefix { (48...57).contains($0) }
      guard (1...9).contains(fraction.count) else { return nil }
      for position in 0..<9 {
        let digit = position < fraction.count ? fraction[fraction.startIndex + position] - 48 : 0
        nanoseconds = nanoseconds * 10 + Int64(digit)
      }
      rest = rest.dropFirst(fraction.count)
    }
    return (hour * 3600 + minute * 60 + second, nanoseconds)
  }

  /// Seconds east of UTC.
  mutating func offset() -> Int64? {
    guard let sign = take("Zz+-") else { return nil }
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return 0 }
    guard let hour = digits(2, in: 0...23), take(":") != nil, let minute = digits(2, in: 0...59)
    else { return nil }
    let seconds = hour * 3600 + minute * 60
    return sign == UInt8(ascii: "-") ? -seconds : seconds
  }
}
