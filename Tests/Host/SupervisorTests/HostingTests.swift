import Glibc
@_spi(Host) import PluginAPI
import Testing

@testable import Supervisor

extension WithProcesses {
  @Suite struct HostingTests {
    @Test func aJobRunsWithItsParameters() async {
      let host = TestHost()
      #expect(await host.host(.bad("echo", ["text": "ho", "times": "2"])) == [])
      #expect(await host.run("echo")?.doneText == "hoho echo 1 cadence")
      await host.stop()
    }

    @Test func aThousandRunsEndEachOnce() async {
      let host = TestHost()
      await host.host(.bad("echo"))
      let ids = UInt64(1)...1_000
      await host.supervisor.start(ids.map { TestHost.order("echo", $0) })
      let fates = await host.desk.endings(ids)
      #expect(fates.allSatisfy { $0.end?.verdict.doneText == "hello echo 1 cadence" })
      #expect(await host.desk.ended.values.allSatisfy { $0 == 1 })
      #expect(await host.status("Misbehaving")?.openRuns == 0)
      await host.stop()
    }
  }
}
