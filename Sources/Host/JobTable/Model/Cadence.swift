package import PluginAPI

/// When a job runs: any of these together.
package struct Cadence: Sendable, Hashable, Codable {
  /// A fixed grid on the monotonic clock.
  package var every: Duration?
  /// A calendar.
  package var cron: CronSchedule?
  /// Once, at this time.
  package var at: Timestamp?
  /// When the market had no trade for so long.
  package var idle: Duration?
  /// Names of signals, without `signal.`.
  package var signals: [String]
  /// Each slot of the grid or calendar starts up to this much later, by a stable hash.
  package var jitter: Duration
  /// The offset of the interval grid; `nil` spreads equal cadences by a hash of the job's name.
  package var phase: Duration?

  package init() {
    every = nil
    cron = nil
    at = nil
    idle = nil
    signals = []
    jitter = .zero
    phase = nil
  }

  /// Whether nothing but an operator starts it.
  package var isManual: Bool {
    every == nil && cron == nil && at == nil && idle == nil && signals.isEmpty
  }
}

/// A cron expression with its zone and its choice at daylight-saving changes.
package struct CronSchedule: Sendable, Hashable, Codable {
  /// The expression as written, five or six fields.
  package var expression: String
  /// The fields, parsed.
  package var fields: CronFields
  /// The zone's name in the time-zone database.
  package var zone: String
  /// What happens to a time that the clock jumps over.
  package var gap: Gap
  /// What happens to a time that the clock shows twice.
  package var fold: Fold

  package init(
    expression: String, fields: CronFields, zone: String = "UTC", gap: Gap = .runAfter,
    fold: Fold = .first
  ) {
    self.expression = expression
    self.fields = fields
    self.zone = zone
    self.gap = gap
    self.fold = fold
  }

  /// What happens to a time that the clock jumps over.
  package enum Gap: String, Sendable, Hashable, Codable, CaseIterable {
    /// It runs right after the jump.
    case runAfter = "run_after"
    /// It does not run that day.
    case skip
  }

  /// What happens to a time that the clock shows twice.
  package enum Fold: String, Sendable, Hashable, Codable, CaseIterable {
    /// It runs the first time.
    case first
    /// It runs the second time.
    case last
    /// It runs both times.
    case both
  }
}

/// The fields of a cron expression as bit sets: bit n stands for the value n.
package struct CronFields: Sendable, Hashable, Codable {
  /// 0 to 59; only bit 0 when the expression has five fields.
  package var seconds: UInt64
  /// 0 to 59.
  package var minutes: UInt64
  /// 0 to 23.
  package var hours: UInt64
  /// 1 to 31.
  package var days: UInt64
  /// Whether `L` asks for the last day of the month.
  package var lastDay: Bool
  /// 1 to 12.
  package var months: UInt64
  /// 0 (Sunday) to 6.
  package var weekdays: UInt64
  /// Whether the day-of-month field began with a star. As in ISC cron, when neither day field does,
  /// a day matches if either field matches; otherwise both must.
  package var anyDay: Bool
  /// Whether the day-of-week field began with a star.
  package var anyWeekday: Bool

  package init(
    seconds: UInt64, minutes: UInt64, hours: UInt64, days: UInt64, lastDay: Bool, months: UInt64,
    weekdays: UInt64, anyDay: Bool, anyWeekday: Bool
  ) {
    self.seconds = seconds
    self.minutes = minutes
    self.hours = hours
    self.days = days
    self.lastDay = lastDay
    self.months = months
    self.weekdays = weekdays
    self.anyDay = anyDay
    self.anyWeekday = anyWeekday
  }
}
