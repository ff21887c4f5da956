import PluginAPI

/// What was spent over the last 24 hours, to the minute.
struct DayBudget: Sendable {
  private static let minutes = 1440
  private var spent = [Int64](repeating: 0, count: minutes)
  private var newest: Int64?

  mutating func add(_ amount: Lamports, at time: Timestamp) {
    slide(to: time)
    guard let newest, Self.minute(time) > newest - Int64(Self.minutes) else { return }
    spent[Self.index(time)] += amount.count
  }

  mutating func total(at time: Timestamp) -> Lamports {
    slide(to: time)
    return Lamports(spent.reduce(0, +))
  }

  private mutating func slide(to time: Timestamp) {
    let minute = Self.minute(time)
    guard let newest else {
      newest = minute
      return
    }
    guard minute > newest else { return }
    for passed in 0..<min(minute - newest, Int64(Self.minutes)) {
      spent[Int((minute - passed) % Int64(Self.minutes))] = 0
    }
    self.newest = minute
  }

  private static func minute(_ time: Timestamp) -> Int64 { max(0, time.seconds / 60) }

  private static func index(_ time: Timestamp) -> Int { Int(minute(time) % Int64(minutes)) }
}

/// How many bundles each job submitted in the last minute.
struct SubmissionRates: Sendable {
  private var times: [String: [Timestamp]] = [:]

  /// Bundles of `job` in the minute before `now`.
  mutating func count(_ job: String, at now: Timestamp) -> Int {
    let start = now + .seconds(-60)
    times[job]?.removeAll { $0 <= start || $0 > now }
    if times[job]?.isEmpty == true { times[job] = nil }
    return times[job]?.count ?? 0
  }

  mutating func add(_ job: String, at now: Timestamp) { times[job, default: []].append(now) }
}
