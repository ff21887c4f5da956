/// Numbers with a unit behind them, as people write them.
enum UnitText {
  /// Parses `0.1 SOL`, `15%` or a bare number into a count of units of size `10^-places`.
  static func count(_ text: String, suffixes: [String], places: Int) -> Int64? {
    var number = text[...]
    for suffix in suffixes where number.lowercased().hasSuffix(suffix.lowercased()) {
      number = number.dropLast(suffix.count)
      break
    }
    while number.last == " " { number.removeLast() }
    return DecimalText.units(number, places: places)
  }
}
