import Foundation
import Glibc
import Testing

@testable import Scheduler

/// Our reader against the machine's C library, which reads the same files by its own code.
@Suite(.serialized) struct TimeZoneTests {
  static let zones = [
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
    "America/Sao_Paulo", "Africa/Cairo", "Africa/Casablanca", "Europe/Dublin", "America/Nuuk",
    "Pacific/Apia", "Pacific/Chatham", "Antarctica/Troll", "Asia/Gaza", "America/St_Johns",
    "Asia/Tehran", "Europe/London", "America/Havana", "Asia/Tokyo", "Etc/GMT+5", "UTC",
  ]

  @Test(arguments: zones) func offsetsAreTheLibrarys(name: String) throws {
    let zone = try ZoneFiles().load(name)
    setenv("TZ", ":" + name, 1)
    tzset()
    defer {
      unsetenv("TZ")
      tzset()
    }
    var checked = 0
    for time in Self.instants(of: zone) {
      var seconds = time_t(time)
      var parts = tm()
      localtime_r(&seconds, &parts)
      #expect(zone.offset(at: time) == Int64(parts.tm_gmtoff), "\(name) at \(time)")
      checked += 1
    }
    #expect(checked > 10_000)
  }

  /// From 1950 to 2090: a grid of odd hours, and both sides of every seam.
  private static func instants(of zone: TimeZoneRules) -> [Int64] {
    var instants = Array(stride(from: Int64(-631_152_000), to: 3_786_912_000, by: 400_009))
    var time: Int64 = -631_152_000
    while time < 3_786_912_000 {
      let stretch = zone.stretch(at: time)
      instants += [stretch.start - 1, stretch.start, stretch.end - 1, stretch.end]
        .filter { abs($0) < 4_000_000_000 }
      time = stretch.end
    }
    return instants
  }

  @Test func everyZoneOfTheMachineReads() throws {
    let root = "/usr/share/zoneinfo"
    let names = try FileManager.default.subpathsOfDirectory(atPath: root)
      .filter { $0.first?.isUppercase ?? false && !$0.contains(".") }
    var read = 0
    for name in names where FileManager.default.contents(atPath: root + "/" + name) != nil {
      let zone = try ZoneFiles().load(name)
      #expect(abs(zone.offset(at: 1_800_000_000)) < 16 * 3600)
      read += 1
    }
    #expect(read > 300)
  }

  @Test(arguments: ["Nowhere/Town", "../etc/passwd", "/etc/passwd", "", "Europe"])
  func otherNamesAreRefused(name: String) {
    #expect(throws: TimeZoneError.self) { try ZoneFiles().load(name) }
  }

  @Test func damagedFilesAreRefused() throws {
    let file = try #require(
      FileManager.default.contents(atPath: "/usr/share/zoneinfo/Europe/Berlin"))
    for length in 0..<file.count {
      #expect(throws: TimeZoneError.self) {
        try TimeZoneRules(name: "cut", file: Array(file.prefix(length)))
      }
    }
  }

  @Test func civilDatesComeBack() {
    for day in stride(from: Int64(-800_000), to: 800_000, by: 7) {
      let date = CivilTime.date(days: day)
      #expect(CivilTime.days(year: date.year, month: date.month, day: date.day) == day)
    }
  }
}
