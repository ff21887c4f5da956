/// Jobs whose streaks wait to be written down, the longest waiting first.
///
/// A job that is no longer there, or that was written down meanwhile, may still stand in it.
struct StreakQueue: Sendable {
  private struct Entry: Sendable {
    var job: UInt32
    var since: Int64
  }

  /// A second for so many streaks.
  private static let pace = 1_000
  /// What a crash may leave unaccounted at most; the next start ends such slots as missed.
  private static let longestWait: Int64 = 10_000_000_000

  private var entries: [Entry] = []
  private var head = 0

  var count: Int { entries.count - head }

  /// How long a streak waits when there are so many, in nanoseconds.
  static func wait(_ count: Int) -> Int64 {
    min(longestWait, max(1_000_000_000, Int64(count) * 1_000_000_000 / Int64(pace)))
  }

  /// Puts a job at the end.
  mutating func add(_ job: UInt32, at now: Int64) { entries.append(Entry(job: job, since: now)) }

  /// Whether the first one came before `time`.
  func isReady(before time: Int64) -> Bool { count > 0 && entries[head].since <= time }

  /// Takes out the first job if it came before `time`.
  mutating func next(before time: Int64) -> UInt32? {
    guard isReady(before: time) else { return nil }
    defer {
      head += 1
      if head > 4096, head > entries.count / 2 {
        entries.removeSubrange(..<head)
        head = 0
      }
    }
    return entries[head].job
  }
}
