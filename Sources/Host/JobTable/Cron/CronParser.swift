extension CronFields {
  /// Parses five fields (minute, hour, day of month, month, day of week), six with seconds in
  /// front, or a name such as `@hourly`.
  ///
  /// Fields hold `*`, numbers, names (`JAN`, `MON`), ranges, lists and steps; `?` is a star in the
  /// day fields, `L` the last day of the month, 7 a Sunday.
  ///
  /// - Throws: `CronError` with the place in the expression, also when it can never come true.
  package init(parsing expression: String) throws(CronError) {
    let text = try CronParser.expanded(expression)
    let isNickname = text != expression
    let words = CronParser.words(text)
    guard words.count == 5 || words.count == 6 else {
      throw CronError(
        offset: 0, length: max(1, expression.count), message: "\(words.count) fields",
        expected: "5 fields (minute hour day month weekday), or 6 with seconds in front")
    }
    let shift = words.count - 5
    let seconds = shift == 0 ? CronSet.zero : try CronUnit.second.parse(words[0])
    let days = try CronUnit.day.parse(words[shift + 2])
    let months = try CronUnit.month.parse(words[shift + 3])
    let weekdays = try CronUnit.weekday.parse(words[shift + 4])
    self.init(
      seconds: seconds.bits, minutes: try CronUnit.minute.parse(words[shift]).bits,
      hours: try CronUnit.hour.parse(words[shift + 1]).bits, days: days.bits,
      lastDay: days.hasLast, months: months.bits, weekdays: weekdays.bits,
      anyDay: days.isStar, anyWeekday: weekdays.isStar)
    guard isNickname || comesTrue else {
      throw CronError(
        offset: words[shift + 2].offset, length: words[shift + 2].text.count,
        message: "no month in the expression has this day", expected: nil)
    }
  }

  /// Whether some date fits: 30 February never comes.
  private var comesTrue: Bool {
    guard !lastDay, anyWeekday else { return true }
    let lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    let first = days.trailingZeroBitCount
    return lengths.indices.contains { months & (1 << ($0 + 1)) != 0 && lengths[$0] >= first }
  }
}

/// The words of an expression and its nicknames.
enum CronParser {
  struct Word {
    var text: Substring
    /// In characters from the start of the expression.
    var offset: Int
  }

  private static let nicknames = [
    "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0", "@daily": "0 0 * * *", "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
  ]

  static func expanded(_ expression: String) throws(CronError) -> String {
    guard expression.utf8.count <= 1_024 else {
      throw CronError(offset: 0, length: 1, message: "an expression of more than 1024 characters")
    }
    guard expression.hasPrefix("@") else { return expression }
    if let known = nicknames[expression.lowercased()] { return known }
    let isEvery = expression.lowercased().hasPrefix("@every")
    throw CronError(
      offset: 0, length: expression.count, message: "unknown name '\(expression)'",
      expected: isEvery
        ? "'every:' instead of 'cron:'"
        : "one of @hourly, @daily, @weekly, "
          + "@monthly, @yearly")
  }

  static func words(_ text: String) -> [Word] {
    var words: [Word] = []
    var offset = 0
    for part in text.split(
      omittingEmptySubsequences: false, whereSeparator: { $0 == " " || $0 == "\t" })
    {
      if !part.isEmpty { words.append(Word(text: part, offset: offset)) }
      offset += part.count + 1
    }
    return words
  }
}

/// The values that a field allows.
struct CronSet {
  var bits: UInt64 = 0
  var isStar = false
  var hasLast = false

  static let zero = CronSet(bits: 1)
}
