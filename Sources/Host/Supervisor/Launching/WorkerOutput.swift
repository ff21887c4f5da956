/// What a worker prints: whole lines for the log, bounded, and the end of it all for post-mortems.
struct WorkerOutput: Sendable {
  /// How much of the end is kept, in bytes.
  static let tailLimit = 16 << 10
  /// Longer lines are cut.
  static let lineLimit = 2 << 10

  private var line: [UInt8] = []
  private(set) var tail: [UInt8] = []

  /// Takes over what was printed and returns the lines that it completes.
  mutating func append(_ bytes: ArraySlice<UInt8>) -> [String] {
    tail.append(contentsOf: bytes)
    if tail.count > 2 * Self.tailLimit { tail.removeFirst(tail.count - Self.tailLimit) }
    var lines: [String] = []
    for piece in bytes.split(separator: 10, omittingEmptySubsequences: false).dropLast() {
      lines.append(finish(with: piece))
    }
    let rest = bytes[(bytes.lastIndex(of: 10).map { $0 + 1 } ?? bytes.startIndex)...]
    line.append(contentsOf: rest.prefix(max(0, Self.lineLimit - line.count)))
    return lines
  }

  private mutating func finish(with piece: ArraySlice<UInt8>) -> String {
    defer { line = [] }
    return String(decoding: (line + piece).prefix(Self.lineLimit), as: UTF8.self)
  }

  /// The end of what was printed, from the newest report of a crash on if there is one.
  var postMortem: String {
    let text = String(decoding: tail.suffix(Self.tailLimit), as: UTF8.self)
    let marks = ["Fatal error", "*** ", "💣 Program crashed", "Thread 0 crashed"]
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let crash = lines.firstIndex { line in marks.contains { line.contains($0) } }
    return lines[(crash ?? max(0, lines.count - 20))...].joined(separator: "\n")
  }
}

/// How many lines a worker may get into the log: so many a second, with a burst.
struct LineBudget: Sendable {
  static let perSecond: Int64 = 50
  static let burst: Int64 = 200

  private var left = burst
  private var refilled: Int64 = 0

  /// How many of `count` lines may pass at `now`, in nanoseconds.
  mutating func take(_ count: Int, at now: Int64) -> Int {
    let grown = (now - refilled) / (1_000_000_000 / Self.perSecond)
    if grown > 0 {
      left = min(Self.burst, left + min(grown, Self.burst))
      refilled = now
    }
    let taken = min(Int64(count), left)
    left -= taken
    return Int(taken)
  }
}
