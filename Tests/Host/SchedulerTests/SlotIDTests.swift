import PluginAPI
import Testing

@testable import Scheduler

@Suite struct SlotIDTests {
  @Test(arguments: [0, 1, 1_500_000_000, 1_767_225_601_000_000_000, -1, -86_400_000_000_000])
  func textComesBack(nanoseconds: Int64) {
    let slot = SlotID(job: "grid", kind: .every, time: Timestamp(nanoseconds: nanoseconds))
    #expect(SlotID(slot.description) == slot)
  }

  @Test func textReads() {
    let slot = SlotID(job: "grid", kind: .cron, time: Timestamp(seconds: 1_767_225_601))
    #expect(slot.description == "grid/cron/2026-01-01T00:00:01Z")
  }

  @Test(arguments: ["", "a/b", "a/every/2026-02-30T00:00:00Z", "a/never/2026-01-01T00:00:00Z"])
  func otherTextsAreRefused(text: String) {
    #expect(SlotID(text) == nil)
  }
}
