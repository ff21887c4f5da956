/// A point in time: nanoseconds since 1970-01-01T00:00:00Z.
@frozen public struct Timestamp: Sendable, Hashable, Comparable, Codable {
  /// Nanoseconds since the Unix epoch.
  public let nanoseconds: Int64

  /// Makes a point in time from nanoseconds since the Unix epoch.
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// Makes a point in time from whole seconds since the Unix epoch.
  public init(seconds: Int64) { self.init(nanoseconds: seconds * 1_000_000_000) }

  /// Whole seconds since the Unix epoch, rounded down.
  public var seconds: Int64 {
    let whole = nanoseconds / 1_000_000_000
    return nanoseconds % 1_000_000_000 < 0 ? whole - 1 : whole
  }

  /// Orders by time.
  public static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

  /// The point `duration` later, saturating at the ends of the range.
  public static func + (left: Self, right: Duration) -> Self {
    let (seconds, attoseconds) = right.components
    let shift = Int128(seconds) * 1_000_000_000 + Int128(attoseconds / 1_000_000_000)
    return Self(nanoseconds: Int64(clamping: Int128(left.nanoseconds) + shift))
  }

  /// The time from `right` to `left`.
  public static func - (left: Self, right: Self) -> Duration {
    .nanoseconds(left.nanoseconds - right.nanoseconds)
  }

  /// Encodes the bare nanoseconds.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(nanoseconds)
  }

  /// Decodes bare nanoseconds.
  public init(from decoder: any Decoder) throws {
    self.init(nanoseconds: try decoder.singleValueContainer().decode(Int64.self))
  }
}
