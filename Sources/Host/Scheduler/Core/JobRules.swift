import Isolation
import JobTable
import PluginAPI

/// What the table says about one job, in a form that is small and needs no more reading.
struct JobRules: Sendable {
  var name: String
  var plugin: Int32
  /// -1 without a group.
  var group: Int32
  var line: Int32
  var priority: Int32
  var failureBudget: Int32
  var attempts: Int32
  /// Nanoseconds; 0 without an interval.
  var interval: Int64
  var jitter: Int64
  var timeout: Int64
  var firstPause: Int64
  var longestPause: Int64
  /// Nanoseconds; -1 without an objective.
  var maxLateness: Int64
  /// How many missed slots run: 0 for `skip`, -1 for `latest`.
  var catchUp: Int32
  var overlap: Overlap
  var onLost: OnLost
  var isEnabled: Bool
  var isExact: Bool
  var movesMoney: Bool
  /// The start of the hash that spreads jitter.
  var seed: UInt64
  /// A hash of the whole entry but its line.
  var digest: Int

  static let lateGrace: Int64 = 10_000_000_000
  /// From this interval on, in nanoseconds, some milliseconds cannot matter to the next slot.
  private static let longInterval: Int64 = 100_000_000
}

extension JobRules {
  init(_ entry: JobEntry, plugin: Int32, group: Int32) {
    let terms = entry.terms
    let interval = max(0, terms.cadence.every?.nanoseconds ?? 0)
    name = entry.name
    self.plugin = plugin
    self.group = group
    line = Int32(clamping: entry.line)
    priority = Int32(clamping: terms.priority)
    failureBudget = Int32(clamping: terms.failureBudget)
    attempts = Int32(clamping: terms.retry.attempts)
    self.interval = interval
    let jitter = max(0, terms.cadence.jitter.nanoseconds)
    self.jitter = interval > 0 ? min(jitter, interval - 1) : jitter
    timeout = max(1, terms.timeout.nanoseconds)
    firstPause = max(0, terms.retry.firstPause.nanoseconds)
    longestPause = max(0, terms.retry.longestPause.nanoseconds)
    maxLateness = terms.maxLateness?.nanoseconds ?? -1
    catchUp = Self.catchUp(terms.misfire)
    overlap = terms.overlap
    onLost = terms.onLost
    isEnabled = terms.isEnabled
    isExact = terms.precision == .exact
    movesMoney = terms.grants.contains { $0.movesMoney }
    seed = stableHash(entry.name)
    digest = Self.digest(entry)
  }

  static func digest(_ entry: JobEntry) -> Int {
    var hasher = Hasher()
    hasher.combine(entry.name)
    hasher.combine(entry.termsHash)
    return hasher.finalize()
  }

  private static func catchUp(_ misfire: Misfire) -> Int32 {
    switch misfire {
    case .skip: 0
    case .latest: -1
    case .all(let most): Int32(clamping: max(0, most))
    }
  }

  /// Whether nothing hangs on learning of the end of a run at once: no other job waits for its place,
  /// no money was moved, and the next slot is far.
  var endsMayWait: Bool { !isExact && !movesMoney && group < 0 && interval >= Self.longInterval }

  /// How much later than its time a slot is due, in nanoseconds; the same for ever.
  func jitter(ofSlotAt time: Int64) -> Int64 {
    guard jitter > 0 else { return 0 }
    var random = SeededRandom(seed: seed ^ UInt64(bitPattern: time))
    return Int64(random.next() % UInt64(jitter + 1))
  }

  /// How late a slot may be and still count as punctual when late ones are skipped.
  var grace: Int64 { interval > 0 ? min(interval, Self.lateGrace) : Self.lateGrace }
}
