import Testing

@testable import JobTable

/// Cron expressions: what each field allows, and where an error is.
@Suite struct CronTests {
  private func values(_ bits: UInt64) -> [Int] { (0..<64).filter { bits & (1 << $0) != 0 } }

  @Test(arguments: [
    ("0 9 * * MON-FRI", "minutes", [0]), ("0 9 * * MON-FRI", "hours", [9]),
    ("0 9 * * MON-FRI", "weekdays", [1, 2, 3, 4, 5]), ("0 9 * * *", "seconds", [0]),
    ("*/15 * * * *", "minutes", [0, 15, 30, 45]), ("5/20 * * * *", "minutes", [5, 25, 45]),
    ("10-20/5 * * * *", "minutes", [10, 15, 20]), ("1,3,5 * * * *", "minutes", [1, 3, 5]),
    ("*/20 * * * * *", "seconds", [0, 20, 40]), ("* * * JAN,dec *", "months", [1, 12]),
    ("* * * * 7", "weekdays", [0]), ("* * * * 5-7", "weekdays", [0, 5, 6]),
    ("* * * * sat-sun", "weekdays", [0, 6]), ("* * * * */2", "weekdays", [0, 2, 4, 6]),
    ("@hourly", "minutes", [0]), ("@weekly", "weekdays", [0]), ("@MONTHLY", "days", [1]),
    ("0 0 1,15,L * ?", "days", [1, 15]),
  ])
  func fieldsHoldTheirValues(expression: String, field: String, expected: [Int]) throws {
    let fields = try CronFields(parsing: expression)
    let bits = [
      "seconds": fields.seconds, "minutes": fields.minutes, "hours": fields.hours,
      "days": fields.days, "months": fields.months, "weekdays": fields.weekdays,
    ]
    #expect(values(bits[field] ?? 0) == expected)
  }

  @Test(arguments: [
    ("0 0 * * *", true, true, false), ("0 0 1 * *", false, true, false),
    ("0 0 ? * MON", true, false, false), ("0 0 */2 * MON", true, false, false),
    ("0 0 L * *", false, true, true), ("0 0 13 * FRI", false, false, false),
  ])
  func starsOfTheDayFieldsAreKept(
    expression: String, anyDay: Bool, anyWeekday: Bool, lastDay: Bool
  ) throws {
    let fields = try CronFields(parsing: expression)
    #expect(fields.anyDay == anyDay && fields.anyWeekday == anyWeekday)
    #expect(fields.lastDay == lastDay)
  }

  @Test(arguments: [
    ("", 0, 1, "0 fields"), ("* * * *", 0, 7, "4 fields"), ("* * * * * * *", 0, 13, "7 fields"),
    ("60 * * * *", 0, 2, "'60' is no minute"), ("* 24 * * *", 2, 2, "'24' is no hour"),
    ("* * 0 * *", 4, 1, "'0' is no day of month"), ("* * * 13 *", 6, 2, "'13' is no month"),
    ("* * * * 8", 8, 1, "'8' is no day of week"), ("1,,2 * * * *", 2, 1, "nothing is no minute"),
    ("30-10 * * * *", 0, 5, "this range runs backwards"),
    ("*/0 * * * *", 2, 1, "'0' is no step of the minute"),
    ("*/x * * * *", 2, 1, "'x' is no step of the minute"),
    ("1-2-3 * * * *", 2, 3, "'2-3' is no minute"), ("* * * FOO *", 6, 3, "'FOO' is no month"),
    ("* ? * * *", 2, 1, "'?' is no hour"), ("L * * * *", 0, 1, "'L' is no minute"),
    ("* * L-3 * *", 4, 1, "'L' is no day of month"),
    ("* * * * MON#2", 8, 5, "'MON#2' is no day of week"),
    ("0 0 30 2 *", 4, 2, "no month in the expression has this day"),
    ("0 0 31 4,6,9,11 *", 4, 2, "no month in the expression has this day"),
    ("@reboot", 0, 7, "unknown name '@reboot'"), ("@every 5m", 0, 9, "unknown name '@every 5m'"),
    ("99999999999999999999 * * * *", 0, 20, "'99999999999999999999' is no minute"),
  ])
  func errorsHaveTheirPlace(expression: String, offset: Int, length: Int, message: String) {
    let error = #expect(throws: CronError.self) { try CronFields(parsing: expression) }
    #expect(error?.offset == offset && error?.length == length)
    #expect(error?.message == message)
  }

  @Test(arguments: ["0 0 29 2 *", "0 0 31 2,3 *", "0 0 30 2 MON", "  0   9  *  * * "])
  func rareButPossibleDatesAreAccepted(expression: String) {
    #expect(throws: Never.self) { try CronFields(parsing: expression) }
  }

  @Test func theMachineKnowsItsZones() {
    #expect(ZoneDirectory.has("UTC") && ZoneDirectory.has("Europe/Berlin"))
    for name in [
      "", "Europe", "../../etc/passwd", "/etc/passwd", "Mars/Base", "Europe/Berlin\u{0}",
    ] {
      #expect(!ZoneDirectory.has(name))
    }
  }
}
