/// Counts nanoseconds in buckets, 64 for each power of two, so that a quantile is off by at most
/// 1.6 %. The floors in `Benchmarks/floor` count in the same way.
struct LatenessHistogram: Sendable {
  private(set) var count = 0
  private(set) var longest: Int64 = 0
  private var buckets = [UInt32](repeating: 0, count: 64 * 60)

  /// Adds a time; one before its moment counts as zero.
  mutating func add(_ nanoseconds: Int64) {
    let value = max(0, nanoseconds)
    longest = max(longest, value)
    count += 1
    buckets[Self.bucket(of: value)] += 1
  }

  /// The lower edge of the bucket in which the quantile lies; 0 when nothing was added.
  func quantile(_ share: Double) -> Int64 {
    let wanted = Int(share * Double(count))
    var seen = 0
    for (bucket, number) in buckets.enumerated() {
      seen += Int(number)
      if seen > wanted { return Self.value(of: bucket) }
    }
    return longest
  }

  private static func bucket(of value: Int64) -> Int {
    guard value >= 64 else { return Int(value) }
    let shift = 63 - value.leadingZeroBitCount - 6
    return 64 * shift + Int(value >> Int64(shift))
  }

  private static func value(of bucket: Int) -> Int64 {
    guard bucket >= 128 else { return Int64(bucket) }
    let shift = bucket / 64 - 1
    return Int64(bucket - 64 * shift) << Int64(shift)
  }
}
