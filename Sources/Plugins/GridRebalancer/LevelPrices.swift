import PluginAPI

/// Where the levels of one side lie, as ticks between the anchor and each level.
enum LevelPrices {
  /// Distances `Step · n^gamma` for n = 1…levels, strictly growing, the last one equal to `zone`.
  ///
  /// `levels` must not exceed `zone`, or two levels would share a tick.
  static func offsets(zone: Int64, levels: Int, gamma: Double) -> [Int64] {
    guard levels > 0, zone >= Int64(levels) else { return [] }
    let step = Double(zone) / power(Double(levels), gamma)
    var last: Int64 = 0
    return (1...levels).map { n in
      let wanted = Int64(step * power(Double(n), gamma) + 0.5)
      let room = zone - Int64(levels - n)
      last = min(max(wanted, last + 1), room)
      return last
    }
  }

  /// `base` to the power of `exponent`, both positive, the exponent to a 1024th; the same bits on
  /// every machine.
  ///
  /// Only multiplications and square roots, which are exactly rounded everywhere.
  static func power(_ base: Double, _ exponent: Double) -> Double {
    if exponent == 1 { return base }
    let parts = Int((exponent * 1024).rounded())
    var result = 1.0
    for _ in 0..<(parts >> 10) { result *= base }
    var bits = parts & 1023
    var root = base
    while bits != 0 {
      root.formSquareRoot()
      if bits & 512 != 0 { result *= root }
      bits = (bits << 1) & 1023
    }
    return result
  }
}
