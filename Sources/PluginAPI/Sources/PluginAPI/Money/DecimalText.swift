/// Exact conversion between decimal text and a count of smallest units.
enum DecimalText {
  /// Parses `text` as a decimal number and scales it by `10^places`.
  ///
  /// - Returns: `nil` when the text is no decimal number, has more than `places` significant
  ///   fraction digits, or does not fit in 64 bits.
  static func units(_ text: some StringProtocol, places: Int) -> Int64? {
    var digits = text.utf8[...]
    let negative = digits.first == UInt8(ascii: "-")
    if negative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
    guard !digits.isEmpty else { return nil }
    var scanner = Scanner(negative: negative)
    for byte in digits where !scanner.read(byte, places: places) { return nil }
    return scanner.finish(places: places)
  }

  /// Renders `units` of size `10^-places` without trailing zeros, such as `0.1` or `-12`.
  static func text(_ units: Int64, places: Int) -> String {
    var digits = String(units.magnitude)
    if digits.count <= places {
      digits = String(repeating: "0", count: places + 1 - digits.count) + digits
    }
    let whole = digits.dropLast(places)
    var fraction = digits.suffix(places)
    while fraction.last == "0" { fraction.removeLast() }
    return (units < 0 ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction)
  }

  private struct Scanner {
    let negative: Bool
    var value: Int64 = 0
    var fraction: Int?
    var sawDigit = false

    mutating func read(_ byte: UInt8, places: Int) -> Bool {
      switch byte {
      case UInt8(ascii: "_"): return sawDigit
      case UInt8(ascii: "."):
        guard fraction == nil else { return false }
        fraction = 0
        return true
      case UInt8(ascii: "0")...UInt8(ascii: "9"): return append(Int64(byte - 48), places: places)
      default: return false
      }
    }

    private mutating func append(_ digit: Int64, places: Int) -> Bool {
      sawDigit = true
      if let count = fraction {
        guard count < places else { return digit == 0 }
        fraction = count + 1
      }
      return shift(adding: digit)
    }

    private mutating func shift(adding digit: Int64) -> Bool {
      let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tenfold.addingReportingOverflow(negative ? -digit : digit)
      value = sum
      return !overflow && !carry
    }

    mutating func finish(places: Int) -> Int64? {
      guard sawDigit else { return nil }
      for _ in (fraction ?? 0)..<max(places, fraction ?? 0) where !shift(adding: 0) { return nil }
      return value
    }
  }
}
