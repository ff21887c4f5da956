/// Sizes as people write them: `512 MiB`, `2GB`, `4096`.
enum ByteSize {
  private static let units: [(suffix: String, bytes: Int64)] = [
    ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("GB", 1_000_000_000),
    ("MB", 1_000_000), ("kB", 1_000), ("KB", 1_000), ("B", 1), ("", 1),
  ]

  /// The count of bytes; `nil` when the text is no size or does not fit.
  static func parse(_ text: String) -> Int64? {
    guard let unit = units.first(where: { text.hasSuffix($0.suffix) }) else { return nil }
    var digits = text.dropLast(unit.suffix.count)
    while digits.last == " " { digits.removeLast() }
    guard let count = Int64(digits.filter { $0 != "_" }), count >= 0 else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: unit.bytes)
    return overflow ? nil : bytes
  }

  /// The size in the largest unit that divides it.
  static func text(_ bytes: Int64) -> String {
    let unit = units.prefix(3).first { bytes > 0 && bytes % $0.bytes == 0 }
    return unit.map { "\(bytes / $0.bytes) \($0.suffix)" } ?? "\(bytes) B"
  }
}
