package import PluginAPI

/// The Gregorian calendar in numbers, without zones.
package enum CivilTime: Sendable {
  /// Days from 1970-01-01 to a date; months and days may be out of range by a little.
  static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = floorDivide(year, 400)
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// The date that is so many days after 1970-01-01.
  static func date(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9)
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  static func isLeap(_ year: Int64) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  static func length(year: Int64, month: Int64) -> Int64 {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// 0 is Sunday.
  static func weekday(days: Int64) -> Int64 { floorModulo(days + 4, 7) }

  static func floorDivide(_ left: Int64, _ right: Int64) -> Int64 {
    let quotient = left / right
    return left % right < 0 ? quotient - 1 : quotient
  }

  static func floorModulo(_ left: Int64, _ right: Int64) -> Int64 {
    let rest = left % right
    return rest < 0 ? rest + right : rest
  }

  /// A time in UTC as RFC 3339, with as many decimals as it needs: `2026-01-01T00:00:01.5Z`.
  package static func text(_ time: Timestamp) -> String {
    let nanos = floorModulo(time.nanoseconds, 1_000_000_000)
    var text = text(seconds: time.seconds)
    if nanos != 0 {
      var digits = String(String(nanos + 1_000_000_000).dropFirst())
      while digits.hasSuffix("0") { digits.removeLast() }
      text += "." + digits
    }
    return text + "Z"
  }

  /// `2026-01-01T00:00:01` from seconds since the epoch, in UTC or, when shifted, in a zone.
  static func text(seconds: Int64) -> String {
    let days = floorDivide(seconds, 86_400)
    let (year, month, day) = date(days: days)
    let rest = seconds - days * 86_400
    return pad(year, 4) + "-" + pad(month) + "-" + pad(day) + "T" + pad(rest / 3600) + ":"
      + pad(rest / 60 % 60) + ":" + pad(rest % 60)
  }

  private static func pad(_ number: Int64, _ width: Int = 2) -> String {
    let digits = String(abs(number))
    let zeros = String(repeating: "0", count: max(0, width - digits.count))
    return (number < 0 ? "-" : "") + zeros + digits
  }

  /// Reads what `text` wrote; `nil` for any other form or a date that does not exist.
  package static func timestamp(_ text: String) -> Timestamp? {
    guard text.hasSuffix("Z") else { return nil }
    let halves = text.dropLast().split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(halves.count), let seconds = seconds(Array(halves[0].utf8)),
      let nanos = halves.count == 2 ? fraction(halves[1]) : 0
    else { return nil }
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = whole.addingReportingOverflow(nanos)
    return overflow || carry ? nil : Timestamp(nanoseconds: sum)
  }

  private static func seconds(_ text: [UInt8]) -> Int64? {
    let marks: [(Int, UInt8)] = [(4, 45), (7, 45), (10, 84), (13, 58), (16, 58)]
    guard text.count == 19, marks.allSatisfy({ text[$0.0] == $0.1 }) else { return nil }
    var numbers: [Int64] = []
    for range in [0..<4, 5..<7, 8..<10, 11..<13, 14..<16, 17..<19] {
      guard text[range].allSatisfy({ (48...57).contains($0) }) else { return nil }
      numbers.append(text[range].reduce(0) { $0 * 10 + Int64($1 - 48) })
    }
    guard (1...12).contains(numbers[1]), numbers[2] >= 1,
      numbers[2] <= length(year: numbers[0], month: numbers[1]), numbers[3] < 24,
      numbers[4] < 60, numbers[5] < 60
    else { return nil }
    return days(year: numbers[0], month: numbers[1], day: numbers[2]) * 86_400
      + numbers[3] * 3600 + numbers[4] * 60 + numbers[5]
  }

  private static func fraction(_ text: Substring) -> Int64? {
    guard (1...9).contains(text.utf8.count),
      text.utf8.allSatisfy({ (48...57).contains($0) }), let digits = Int64(text)
    else { return nil }
    return (0..<(9 - text.utf8.count)).reduce(digits) { number, _ in number * 10 }
  }
}
