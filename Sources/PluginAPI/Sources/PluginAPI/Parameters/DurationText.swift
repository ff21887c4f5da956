/// Durations as people write them: `250ms`, `90s`, `15m`, `1h30m`, `7d`.
@_spi(Host) public enum DurationText: Sendable {
  private static let units: [(suffix: String, nanoseconds: Int64)] = [
    ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000),
    ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("ns", 1),
  ]

  /// Parses a sequence of numbers with units, the number whole or decimal.
  ///
  /// - Returns: `nil` when a number has no unit, a unit is unknown, or the sum does not fit.
  public static func parse(_ text: String) -> Duration? {
    var rest = text[...]
    var total: Int64 = 0
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      guard let (part, tail) = term(rest) else { return nil }
      let (sum, overflow) = total.addingReportingOverflow(part)
      guard !overflow else { return nil }
      total = sum
      rest = tail.drop { $0 == " " }
    }
    return .nanoseconds(total)
  }

  /// Renders in the largest whole units; zero is `0s`.
  public static func text(_ duration: Duration) -> String {
    var rest = nanoseconds(duration)
    guard rest != 0 else { return "0s" }
    var text = rest < 0 ? "-" : ""
    rest = abs(rest)
    for (suffix, size) in units where rest >= size {
      text += "\(rest / size)\(suffix)"
      rest %= size
    }
    return text
  }

  private static func nanoseconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    return seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000
  }

  private static func term(_ text: Substring) -> (Int64, Substring)? {
    let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "_") }
    let suffix = text.dropFirst(number.count).prefix { $0.isLetter }
    guard let unit = units.first(where: { $0.suffix == suffix }),
      let nano = DecimalText.units(number, places: 9)
    else { return nil }
    let result = Int128(nano) * Int128(unit.nanoseconds) / 1_000_000_000
    guard let fits = Int64(exactly: result) else { return nil }
    return (fits, text.dropFirst(number.count + suffix.count))
  }
}
