import PluginAPI
import Scheduler
import Testing

@testable import Lab

@Suite struct SlotAccountsTests {
  private let start = Timestamp(seconds: 1_000)
  private let done = SlotOutcome.ran(.done(""))

  private func accounts(_ streaks: (outcome: SlotOutcome, first: Int64, count: Int, known: Int)...)
    -> SlotAccounts
  {
    let accounts = SlotAccounts()
    accounts.add(
      .anchor(JobAnchor(job: "grid", kind: .every, interval: .seconds(1), anchor: start)))
    for streak in streaks {
      let first = start + .seconds(streak.first)
      accounts.add(
        .slots(
          Streak(
            job: "grid", kind: .every, outcome: streak.outcome, first: first,
            last: first + .seconds(streak.count - 1), count: streak.count, known: streak.known)))
    }
    return accounts
  }

  @Test("slots that ended once each are accounted for, in whatever order they ended")
  func accounted() {
    let accounts = accounts(
      (done, 0, 4, 0), (.skipped(.overlap), 5, 2, 0), (done, 4, 1, 0), (done, 7, 1, 0),
      (done, 7, 3, 1))
    let invariant = accounts.invariant(until: start + .seconds(10))
    #expect(invariant.holds, "\(invariant.detail)")
    #expect(accounts.facts.map(\.outcomes) == [["done": 8, "skipped_overlap": 2]])
  }

  @Test("a slot without an end is found")
  func missing() {
    let invariant = accounts((done, 0, 9, 0)).invariant(until: start + .seconds(10))
    #expect(!invariant.holds)
    #expect(invariant.detail == "grid: 9 slots ended, 10 came")
  }

  @Test("a slot that ended twice in another one's place is found")
  func twice() {
    let invariant = accounts((done, 0, 9, 0), (done, 3, 1, 0))
      .invariant(until: start + .seconds(10))
    #expect(!invariant.holds)
    #expect(invariant.detail == "grid: one slot ended twice and another one never")
  }
}
