import PluginAPI
import Scheduler
import Storage
import Testing

@testable import Gridkeeper

extension WithHosts {
  /// The wall clock of a running host is set forth and back.
  @Suite struct ClockStepTests {
    @Test func intervalsGoOnAndCalendarsArePlannedAnewWithoutARepetition() async throws {
      let folder = try HostFolder(plugins: "Idle")
      try folder.write(
        HostFolder.table(
          """
            interval: { plugin: Idle, every: 100ms }
            calendar: { plugin: Idle, cron: "0 * * * *", misfire: latest }
          """))
      let time = SteppedTime()
      let host = try await InnerHost(
        HostOptions(
          table: TablePaths(table: folder.table), socket: folder.socket, environment: [:],
          executable: HostFolder.executable, time: time))
      try await ran("interval", atLeast: 3, host)
      let first = try #require(await host.parts.scheduler.status(of: "calendar")?.next)

      time.stepWall(by: .seconds(3 * 3_600))
      try await ran("calendar", atLeast: 1, host)
      try await expectGoesOn(host)
      let next = try #require(await host.parts.scheduler.status(of: "calendar")?.next)
      #expect(hour(next) == hour(first) + 3)

      // A step back repeats no hour that ran.
      time.stepWall(by: .seconds(-2 * 3_600))
      try await expectGoesOn(host)
      #expect(await host.parts.scheduler.status(of: "calendar")?.next.map(hour) == hour(next))
      #expect(await host.parts.scheduler.status(of: "calendar")?.ran == 1)
      #expect(await host.parts.scheduler.status(of: "interval")?.failed == 0)
      try await host.stop()

      let records = try await HostRecords(folder)
      let slots = try await records.slots(
        "calendar", from: first + .seconds(-1), to: next + .seconds(-1))
      #expect(slots.counts == ["superseded": 2, "done": 1], "\(slots)")
      #expect(try await records.openSlots() == [])
      await records.close()
    }

    /// The nearest full hour; a monotonic clock tells a wall clock's time only nearly.
    private func hour(_ time: Timestamp) -> Int64 {
      (time.nanoseconds / 1_000_000_000 + 1_800) / 3_600
    }

    /// The interval keeps its pace; a step makes up for nothing and skips nothing.
    private func expectGoesOn(_ host: InnerHost) async throws {
      let before = try #require(await host.parts.scheduler.status(of: "interval"))
      try await ran("interval", atLeast: before.ran + 5, host)
    }

    private func ran(_ job: String, atLeast count: UInt64, _ host: InnerHost) async throws {
      _ = try await host.until("\(job) ran \(count) times") {
        let ran = await host.parts.scheduler.status(of: job)?.ran ?? 0
        return ran >= count ? ran : nil
      }
    }
  }
}
