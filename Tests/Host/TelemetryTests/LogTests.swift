import FoundationEssentials
import Glibc
import Isolation
import PluginAPI
import TestSupport
import Testing

@testable import Telemetry

/// A log that goes to a file of its own.
private struct Fixture {
  let directory = TemporaryDirectory()
  let time = ManualTime()
  let writer: LogWriter
  var path: String { directory.file("host.log") }

  init(_ change: (inout LogSettings) -> Void = { _ in }) throws {
    var settings = LogSettings()
    settings.destination = .file(directory.file("host.log"))
    change(&settings)
    writer = try LogWriter(settings, time: time)
  }

  /// What was written so far.
  func lines(_ name: String = "host.log") async throws -> [String] {
    await writer.flush()
    let text = String(
      decoding: try Data(contentsOf: URL(filePath: directory.file(name))), as: UTF8.self)
    return text.split(separator: "\n").map(String.init)
  }
}

@Suite(.timeLimit(.minutes(1))) struct LogTests {
  @Test func aLineIsOneJSONObject() async throws {
    let fixture = try Fixture()
    fixture.writer.log.with(["job": "grid"]).info(
      "kept \"12\"\nand more", ["zone": "buy", "level": "3", "b": "\u{1}é"])
    #expect(
      try await fixture.lines() == [
        #"{"time":"2025-06-15T15:06:40.000Z","level":"info","message":"kept \"12\"\nand more","#
          + #""b":"\u0001é","job":"grid","field_level":"3","zone":"buy"}"#
      ])
  }

  @Test func linesBelowTheLevelAreNotWritten() async throws {
    let fixture = try Fixture { $0.level = .warning }
    fixture.writer.log.debug("a")
    fixture.writer.log.info("b")
    fixture.writer.log.error("c")
    #expect(try await fixture.lines().count == 1)
  }

  @Test(arguments: ["password", "API_KEY", "wallet_secret", "Authorization", "jwt"])
  func secretsAreMasked(_ key: String) async throws {
    let fixture = try Fixture()
    fixture.writer.log.info("login", [key: "hunter2", "token_amount": "5"])
    let line = try await fixture.lines().joined()
    #expect(!line.contains("hunter2"))
    #expect(line.contains("\"***\"") && line.contains("\"5\""))
  }

  @Test func aRepeatedWarningIsWrittenOnceThenCounted() async throws {
    let fixture = try Fixture()
    let log = fixture.writer.log
    for _ in 0..<1_000 { log.warning("the oracle is stale", ["job": "grid"]) }
    log.warning("the oracle is stale", ["job": "noise"])
    for _ in 0..<3 { log.info("tick") }
    #expect(try await fixture.lines().filter { $0.contains("stale") }.count == 3)
    #expect(try await fixture.lines().contains { $0.contains("\"repeated\":\"999\"") })
    #expect(try await fixture.lines().filter { $0.contains("tick") }.count == 3)
  }

  @Test func foldedLinesComeOutWhenTheirTimeIsOver() {
    var fold = LogFold()
    let start = Timestamp(seconds: 1_000)
    let line = { (seconds: Int) in
      LogLine(
        time: start + .seconds(seconds), level: .error, message: "boom", fields: [:])
    }
    #expect(fold.take(line(0)) == [line(0)])
    #expect(fold.take(line(1)) == [])
    #expect(fold.take(line(2)) == [])
    #expect(fold.expire(at: start + .seconds(9)) == [])
    #expect(fold.expire(at: start + .seconds(10)).map { $0.fields["repeated"] } == ["2"])
    // The next window is twice as long; a quiet one ends the folding.
    #expect(fold.take(line(11)) == [])
    #expect(fold.expire(at: start + .seconds(29)) == [])
    #expect(fold.expire(at: start + .seconds(30)).map { $0.fields["repeated"] } == ["1"])
    #expect(fold.expire(at: start + .seconds(70)) == [])
    #expect(fold.take(line(71)) == [line(71)])
  }

  @Test func linesThatDoNotFitAreCountedAndSaid() async throws {
    let fixture = try Fixture { $0.capacity = 0 }
    fixture.writer.log.info("lost")
    fixture.writer.log.info("lost too")
    let lines = try await fixture.lines()
    #expect(lines.count == 1)
    #expect(lines.first?.contains(#""message":"log lines were dropped","count":"2""#) == true)
    #expect(fixture.writer.dropped == 2)
  }

  @Test func aFileIsPutAsideWhenItIsFull() async throws {
    let fixture = try Fixture {
      $0.maxFileBytes = 200
      $0.keptFiles = 2
    }
    for number in 0..<8 {
      fixture.writer.log.info("line \(number)", ["filler": String(repeating: "x", count: 80)])
      await fixture.writer.flush()
    }
    #expect(try await fixture.lines().map { $0.contains("line 7") } == [true])
    #expect(try await fixture.lines("host.log.1").map { $0.contains("line 6") } == [true])
    #expect(try await fixture.lines("host.log.2").map { $0.contains("line 5") } == [true])
    #expect(access(fixture.path + ".3", F_OK) != 0)
  }

  @Test func aFileThatWasMovedAwayIsOpenedAnew() async throws {
    let fixture = try Fixture()
    fixture.writer.log.info("one")
    await fixture.writer.flush()
    rename(fixture.path, fixture.directory.file("moved"))
    try await fixture.writer.reopen()
    fixture.writer.log.info("two")
    #expect(try await fixture.lines().map { $0.contains("two") } == [true])
    #expect(try await fixture.lines("moved").map { $0.contains("one") } == [true])
  }

  @Test func aFileThatCannotBeOpenedIsSaid() {
    let error = #expect(throws: LogError.self) {
      try Fixture { $0.destination = .file("/proc/nowhere/host.log") }
    }
    #expect(
      error?.description.hasPrefix("cannot write the log to /proc/nowhere/host.log: ") == true)
  }

  @Test func aLineForPeopleIsPlain() {
    let line = LogLine(
      time: Timestamp(nanoseconds: 1_750_000_000_123_456_789), level: .warning,
      message: "run failed\u{1B}[2J", fields: ["job": "grid", "error": "no \"market\""])
    var out: [UInt8] = []
    line.appendText(colored: false, to: &out)
    #expect(
      String(decoding: out, as: UTF8.self)
        == "15:06:40.123 WARN  run failed\\u001b[2J  error=\"no \\\"market\\\"\"  job=grid\n")
  }

  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
      (951_782_400_000_000_000, "2000-02-29T00:00:00.000Z"),
      (1_772_323_199_999_999_999, "2026-02-28T23:59:59.999Z"),
      (4_102_444_800_001_000_000, "2100-01-01T00:00:00.001Z"),
      (Int64.max, "2262-04-11T23:47:16.854Z"), (Int64.min, "1677-09-21T00:12:43.145Z"),
    ] as [(Int64, String)])
  func timesReadAsWritten(nanoseconds: Int64, text: String) {
    #expect(RFC3339.text(Timestamp(nanoseconds: nanoseconds)) == text)
  }
}
