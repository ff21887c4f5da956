/// How late a job's runs started: counts in buckets that grow by the square root of two, from 16
/// microseconds to half an hour. 64 bytes; old runs fade out.
struct LatenessSketch: Sendable {
  private static let buckets = 32
  private var counts = InlineArray<32, UInt16>(repeating: 0)

  /// Adds a lateness in nanoseconds.
  mutating func add(_ nanoseconds: Int64) {
    let bucket = Self.bucket(nanoseconds)
    if counts[bucket] == .max { halve() }
    counts[bucket] += 1
  }

  /// An upper bound of the given quantile; `nil` before the first run.
  func quantile(_ share: Double) -> Duration? {
    var total = 0
    for bucket in 0..<Self.buckets { total += Int(counts[bucket]) }
    guard total > 0 else { return nil }
    let rank = max(1, Int((Double(total) * share).rounded(.up)))
    var seen = 0
    for bucket in 0..<Self.buckets {
      seen += Int(counts[bucket])
      if seen >= rank { return .nanoseconds(Self.bound(bucket)) }
    }
    return nil
  }

  private mutating func halve() {
    for bucket in 0..<Self.buckets { counts[bucket] /= 2 }
  }

  /// Buckets come in pairs: the upper half of each power of two is the odd one.
  private static func bucket(_ nanoseconds: Int64) -> Int {
    let units = UInt64(max(0, nanoseconds)) >> 14
    guard units > 0 else { return 0 }
    let power = 63 - units.leadingZeroBitCount
    let isUpper = power > 0 && (units >> UInt64(power - 1)) & 1 == 1
    return min(buckets - 1, power * 2 + (isUpper ? 1 : 0) + 1)
  }

  private static func bound(_ bucket: Int) -> Int64 {
    guard bucket > 0 else { return 1 << 14 }
    let power = (bucket - 1) / 2
    let base = Int64(1) << Int64(14 + power)
    return (bucket - 1) % 2 == 0 ? base + base / 2 : base * 2
  }
}
