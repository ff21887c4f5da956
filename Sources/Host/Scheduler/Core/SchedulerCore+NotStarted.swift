import Isolation
import PluginAPI

/// A run that its worker did not take; nothing of it happened.
package struct RefusedRun: Sendable, Hashable {
  package var id: RunID
  /// Why, for people.
  package var why: String

  package init(id: RunID, why: String) {
    self.id = id
    self.why = why
  }
}

extension SchedulerCore {
  /// Runs were not started: their slots are skipped, and that is no failure of their jobs.
  package mutating func notStarted(_ refused: [RefusedRun], _ now: SchedulerNow) {
    clock = now.mono
    for one in refused {
      guard let place = runNumbers[one.id.rawValue], let run = runs[Int(place)] else {
        strayReports += 1
        continue
      }
      let outcome = RunOutcome.cancelled("not started: \(one.why)")
      guard run.reason == nil else {
        end(run, place, RunReport(id: one.id, outcome: outcome), now)
        continue
      }
      let none = Lateness(timer: .zero, queue: .zero, worker: .zero, plugin: .zero)
      keepRecord(run, outcome, none, now)
      drop(run, place, jobs[Int(run.job)].isRemoved ? .removed : .workerDown, now)
    }
  }
}
