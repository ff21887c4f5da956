/// One of the units of a cron expression: its range and its names.
struct CronUnit {
  let name: String
  let range: ClosedRange<Int>
  var names: [String] = []
  var isDay = false
  var allowsLast = false

  static let second = CronUnit(name: "second", range: 0...59)
  static let minute = CronUnit(name: "minute", range: 0...59)
  static let hour = CronUnit(name: "hour", range: 0...23)
  static let day = CronUnit(name: "day of month", range: 1...31, isDay: true, allowsLast: true)
  static let month = CronUnit(
    name: "month", range: 1...12,
    names: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"])
  static let weekday = CronUnit(
    name: "day of week", range: 0...7, names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
    isDay: true)

  /// Parses a field: a list of stars, numbers, names and ranges, each with a step.
  func parse(_ word: CronParser.Word) throws(CronError) -> CronSet {
    var set = CronSet()
    set.isStar = word.text.first == "*" || word.text == "?"
    var offset = word.offset
    for item in word.text.split(separator: ",", omittingEmptySubsequences: false) {
      try add(CronParser.Word(text: item, offset: offset), to: &set)
      offset += item.count + 1
    }
    // Both 0 and 7 are Sunday.
    if range.upperBound == 7, set.bits & 0x80 != 0 { set.bits = (set.bits & 0x7F) | 1 }
    return set
  }

  private func add(_ item: CronParser.Word, to set: inout CronSet) throws(CronError) {
    if allowsLast, item.text.lowercased() == "l" { return set.hasLast = true }
    let parts = item.text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let body = CronParser.Word(text: parts.first ?? "", offset: item.offset)
    var values = try span(body)
    var step = 1
    if parts.count == 2 {
      let text = CronParser.Word(text: parts[1], offset: item.offset + body.text.count + 1)
      step = try number(text, in: 1...range.upperBound, "step of the \(name)")
      // `10/5` is every fifth from the tenth on.
      if values.count == 1 { values = values.lowerBound...range.upperBound }
    }
    for value in stride(from: values.lowerBound, through: values.upperBound, by: step) {
      set.bits |= 1 << UInt64(value)
    }
  }

  private func span(_ body: CronParser.Word) throws(CronError) -> ClosedRange<Int> {
    if body.text == "*" || (isDay && body.text == "?") { return starRange }
    let ends = body.text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let low = try value(CronParser.Word(text: ends.first ?? "", offset: body.offset))
    guard ends.count == 2 else { return low...low }
    let second = CronParser.Word(text: ends[1], offset: body.offset + ends[0].count + 1)
    var high = try value(second)
    if range.upperBound == 7, high == 0, low > 0 { high = 7 }
    guard low <= high else {
      throw CronError(
        offset: body.offset, length: body.text.count, message: "this range runs backwards",
        expected:
          "two ranges: \(ends[0])-\(starRange.upperBound),\(starRange.lowerBound)-\(ends[1])")
    }
    return low...high
  }

  private var starRange: ClosedRange<Int> { range.upperBound == 7 ? 0...6 : range }

  private func value(_ word: CronParser.Word) throws(CronError) -> Int {
    if let index = names.firstIndex(of: word.text.uppercased()) { return index + firstName }
    return try number(word, in: range, name)
  }

  private var firstName: Int { range.lowerBound }

  private func number(
    _ word: CronParser.Word, in range: ClosedRange<Int>, _ name: String
  ) throws(CronError) -> Int {
    let isDigits = !word.text.isEmpty && word.text.utf8.allSatisfy { (48...57).contains($0) }
    if isDigits, let value = Int(word.text), range.contains(value) { return value }
    let shown = word.text.isEmpty ? "nothing" : "'\(word.text)'"
    let named =
      names.isEmpty || name != self.name ? "" : " or \(names[0]) to \(names[names.count - 1])"
    throw CronError(
      offset: word.offset, length: max(1, word.text.count), message: "\(shown) is no \(name)",
      expected: "\(range.lowerBound) to \(range.upperBound)\(named)")
  }
}
