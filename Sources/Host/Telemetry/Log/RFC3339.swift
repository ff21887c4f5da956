package import PluginAPI

/// Points in time as people and other programs read them.
package enum RFC3339: Sendable {
  /// The time in UTC with milliseconds, such as `2026-01-02T03:04:05.678Z`.
  package static func text(_ time: Timestamp) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(24)
    append(time, to: &out)
    return String(decoding: out, as: UTF8.self)
  }

  /// Appends what `text` returns.
  static func append(_ time: Timestamp, to out: inout [UInt8]) {
    let seconds = time.seconds
    let (year, month, day) = date(days: floor(seconds, 86_400))
    append(year, digits: 4, then: "-", to: &out)
    append(month, digits: 2, then: "-", to: &out)
    append(day, digits: 2, then: "T", to: &out)
    appendClock(time, to: &out)
    out.append(UInt8(ascii: "Z"))
  }

  /// Appends the time of day in UTC, such as `03:04:05.678`.
  static func appendClock(_ time: Timestamp, to out: inout [UInt8]) {
    let second = time.seconds - floor(time.seconds, 86_400) * 86_400
    append(second / 3_600, digits: 2, then: ":", to: &out)
    append(second / 60 % 60, digits: 2, then: ":", to: &out)
    append(second % 60, digits: 2, then: ".", to: &out)
    let fraction = time.nanoseconds &- time.seconds &* 1_000_000_000
    append(fraction / 1_000_000, digits: 3, to: &out)
  }

  private static func floor(_ value: Int64, _ divisor: Int64) -> Int64 {
    value / divisor - (value % divisor < 0 ? 1 : 0)
  }

  /// The proleptic Gregorian date so many days after 1970-01-01; eras of 400 years begin in March.
  private static func date(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = floor(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
  }

  private static func append(
    _ number: Int64, digits: Int, then end: Unicode.Scalar? = nil, to out: inout [UInt8]
  ) {
    var scale: Int64 = (1..<digits).reduce(1) { product, _ in product * 10 }
    while scale > 0 {
      out.append(UInt8(ascii: "0") + UInt8(number / scale % 10))
      scale /= 10
    }
    if let end { out.append(UInt8(ascii: end)) }
  }
}
