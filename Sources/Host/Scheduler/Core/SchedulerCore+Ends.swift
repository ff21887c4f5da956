import Isolation
import JobTable
import PluginAPI

// How runs end, and with them their slots.
extension SchedulerCore {
  /// Runs ended. Reports for runs that are not known are counted and dropped.
  package mutating func completed(_ reports: [RunReport], _ now: SchedulerNow) {
    clock = now.mono
    for report in reports {
      guard let place = runNumbers[report.id.rawValue], let run = runs[Int(place)] else {
        strayReports += 1
        continue
      }
      end(run, place, report, now)
    }
  }

  /// The runs are written down and may start.
  package mutating func recorded(_ ids: [RunID], _ now: SchedulerNow) {
    for id in ids {
      guard let place = runNumbers[id.rawValue], var run = runs[Int(place)], run.phase == .recording
      else { continue }
      if let reason = startBlock(run) {
        drop(run, place, reason, now)
      } else {
        run.phase = .running
        // It starts by the table that is in force now.
        run.generation = generation
        run.dispatched = now.mono
        run.dispatchedWall = now.wall.nanoseconds
        runs[Int(place)] = run
        actions.start.append(order(run))
      }
    }
  }

  /// The runs cannot be written down and do not start.
  package mutating func notRecorded(_ ids: [RunID], _ now: SchedulerNow) {
    for id in ids {
      guard let place = runNumbers[id.rawValue], let run = runs[Int(place)], run.phase == .recording
      else { continue }
      drop(run, place, .storeUnavailable, now)
    }
  }

  /// What came up while the run was being written down.
  private func startBlock(_ run: ActiveRun) -> SkipReason? {
    if run.isForced { return haltReason == nil ? nil : .halted }
    if jobs[Int(run.job)].isRemoved { return .removed }
    if !jobs[Int(run.job)].rules.isEnabled { return .disabled }
    if let reason = blocked(run.job) { return reason }
    if run.reason != nil { return .overlap }
    return isWorkerDown(run.job) ? .workerDown : nil
  }

  mutating func drop(
    _ run: ActiveRun, _ place: Int32, _ reason: SkipReason, _ now: SchedulerNow
  ) {
    release(run, place)
    closeSlot(run.job, run.slot, .skipped(reason))
    freed(run, now)
  }

  // MARK: Ends of runs

  mutating func end(
    _ run: ActiveRun, _ place: Int32, _ report: RunReport, _ now: SchedulerNow
  ) {
    let index = Int(run.job)
    let outcome = judged(run, report.outcome)
    release(run, place)
    let lateness = RunSample.Lateness(run, report.timings)
    jobs[index].lateness.add(lateness.total)
    jobs[index].lastOutcome = outcome
    jobs[index].lastEnd = now.wall.nanoseconds
    actions.finished.append(
      RunSample(lateness: lateness, duration: duration(run, report, now)))
    keepRecord(run, outcome, Lateness(lateness), now)
    countFailure(run.job, outcome, now)
    if !retries(run, outcome, now) { closeSlot(run.job, run.slot, .ran(outcome)) }
    freed(run, now)
  }

  /// A run that was cancelled ends as the cancellation says, unless it finished its work.
  private func judged(_ run: ActiveRun, _ outcome: RunOutcome) -> RunOutcome {
    switch (run.reason, outcome) {
    case (nil, _), (_, .done), (_, .nothingToDo): outcome
    case (.deadline?, _): .timedOut
    case (.replaced?, _): .cancelled("replaced by a newer slot")
    case (.requested?, _): .cancelled("cancelled by an operator")
    }
  }

  private func duration(_ run: ActiveRun, _ report: RunReport, _ now: SchedulerNow) -> Int64 {
    let start = report.timings.started ?? run.dispatched
    return max(0, (report.timings.ended ?? now.mono) - start)
  }

  mutating func keepRecord(
    _ run: ActiveRun, _ outcome: RunOutcome, _ lateness: @autoclosure () -> Lateness,
    _ now: SchedulerNow
  ) {
    guard
      jobs[Int(run.job)].rules.movesMoney || run.slot.kind == .manual
        || outcome.isFailure || run.reason != nil
    else { return }
    actions.entries.append(
      .run(
        RunRecord(
          order: order(run), outcome: outcome,
          dispatched: Timestamp(nanoseconds: run.dispatchedWall), ended: now.wall,
          lateness: lateness())))
  }

  /// Takes the run out of the books of runs.
  private mutating func release(_ run: ActiveRun, _ place: Int32) {
    let index = Int(run.job)
    runNumbers.remove(run.id.rawValue)
    runs[Int(place)] = nil
    freeRuns.append(place)
    if run.group >= 0 { groups[Int(run.group)].running -= 1 }
    guard run.isForced else { return jobs[index].run = JobState.noRun }
    forcedRuns[run.job]?.removeAll { $0 == place }
    if forcedRuns[run.job]?.isEmpty ?? true {
      forcedRuns[run.job] = nil
      jobs[index].hasForcedRuns = false
    }
  }

  /// What can go on now that the run is gone.
  private mutating func freed(_ run: ActiveRun, _ now: SchedulerNow) {
    if !jobs[Int(run.job)].waiting.isEmpty { advance(run.job, now) }
    rearm(run.job)
    if run.group >= 0 { groupFreed(Int(run.group), now) }
    if jobs[Int(run.job)].isRemoved { forgetIfDone(run.job) }
  }

  // MARK: Failures and retries

  private mutating func countFailure(_ job: UInt32, _ outcome: RunOutcome, _ now: SchedulerNow) {
    let index = Int(job)
    guard outcome.isFailure else {
      if case .done = outcome { jobs[index].failures = 0 }
      if case .nothingToDo = outcome { jobs[index].failures = 0 }
      return
    }
    jobs[index].failures += 1
    let rules = jobs[index].rules
    let said = outcome.detail.isEmpty ? outcome.label : "\(outcome.label): \(outcome.detail)"
    notice(.warning, "run failed", job, said)
    if case .lost = outcome, rules.onLost == .hold {
      stand(job, .held, "a run was \(said)", now)
    } else if rules.failureBudget > 0, jobs[index].failures >= rules.failureBudget {
      stand(job, .quarantined, "\(jobs[index].failures) failures in a row; \(said)", now)
    }
  }

  /// Lets the slot wait for another attempt, if the rules allow one.
  private mutating func retries(
    _ run: ActiveRun, _ outcome: RunOutcome, _ now: SchedulerNow
  ) -> Bool {
    let index = Int(run.job)
    guard let pause = pause(run, outcome), blocked(run.job) == nil, !jobs[index].isRemoved,
      jobs[index].rules.isEnabled, !run.isForced, jobs[index].waiting.isEmpty,
      !jobs[index].hasRetry
    else { return false }
    var slot = run.slot
    slot.attempt += 1
    slot.cause = .retry
    slot.due = now.mono + pause
    // The attempt has its end, the slot has not: a crash during the pause must not lose it.
    if slot.isWritten { slot = written(run.job, slot) }
    jobs[index].hasRetry = true
    retries[run.job] = RetryWait(slot: slot, due: slot.due, outcome: outcome)
    return true
  }

  /// How long to wait before the next attempt; `nil` when there is none.
  private mutating func pause(_ run: ActiveRun, _ outcome: RunOutcome) -> Int64? {
    let rules = jobs[Int(run.job)].rules
    switch outcome {
    case .retry(let after):
      return Int(run.slot.attempt) < settings.mostAttempts ? max(1, after.nanoseconds) : nil
    case .lost where rules.onLost == .skip: return nil
    case .lost where rules.onLost == .retry:
      guard Int(run.slot.attempt) < settings.mostAttempts else { return nil }
    case .failed, .timedOut, .lost:
      guard run.slot.attempt < rules.attempts else { return nil }
    case .done, .nothingToDo, .cancelled: return nil
    }
    let doublings = min(40, Int64(run.slot.attempt) - 1)
    let bound = Int64(clamping: Int128(rules.firstPause) << doublings)
    return Int64.random(in: 0...min(rules.longestPause, bound), using: &random)
  }

  /// The pause before a retry may be over.
  mutating func retryCame(_ job: UInt32, _ now: SchedulerNow) {
    guard var wait = retries[job], wait.due <= now.mono else { return }
    if blocked(job) != nil { return endRetry(job) }
    retries[job] = nil
    jobs[Int(job)].hasRetry = false
    wait.slot.woke = now.mono
    if isOccupied(Int(job)) || isWorkerDown(job) {
      plugins[Int(jobs[Int(job)].rules.plugin)].stalled.insert(job)
      return push(job, wait.slot)
    }
    launch(job, wait.slot, now)
  }

  /// A newer slot takes the place of the one that waits for its next attempt.
  mutating func endRetry(_ job: UInt32, supersededBy slot: OpenSlot) {
    guard let wait = takeRetry(job) else { return }
    let isAsked = if case .retry = wait.outcome { true } else { false }
    closeSlot(
      job, wait.slot, isAsked ? .superseded(by: slotID(job, slot)) : .ran(wait.outcome))
  }

  /// The slot that waits for its next attempt gets none.
  mutating func endRetry(_ job: UInt32) {
    guard let wait = takeRetry(job) else { return }
    closeSlot(job, wait.slot, .ran(wait.outcome))
  }

  private mutating func takeRetry(_ job: UInt32) -> RetryWait? {
    jobs[Int(job)].hasRetry = false
    return retries.removeValue(forKey: job)
  }

  // MARK: Deadlines

  /// Cancels, then kills, then gives up runs whose time is over.
  mutating func runAlarmCame(_ job: UInt32, _ now: SchedulerNow) {
    if jobs[Int(job)].isBusy { runAlarmCame(place: jobs[Int(job)].run, now) }
    guard jobs[Int(job)].hasForcedRuns else { return }
    for place in forcedRuns[job] ?? [] { runAlarmCame(place: place, now) }
  }

  private mutating func runAlarmCame(place: Int32, _ now: SchedulerNow) {
    guard var run = runs[Int(place)], run.alarm <= now.mono else { return }
    switch run.phase {
    case .recording:
      run.alarm = now.mono + settings.killGrace.nanoseconds
      runs[Int(place)] = run
    case .running: cancelRun(place, .deadline, now)
    case .cancelling:
      run.phase = .killing
      run.alarm = now.mono + settings.giveUpGrace.nanoseconds
      runs[Int(place)] = run
      actions.kill.append(run.id)
    case .killing:
      let outcome = RunOutcome.lost("no report after the kill")
      end(run, place, RunReport(id: run.id, outcome: outcome), now)
    }
  }

  /// Asks a run to end; a kill follows after the grace.
  mutating func cancelRun(_ place: Int32, _ reason: CancelReason, _ now: SchedulerNow) {
    guard var run = runs[Int(place)], run.reason == nil else { return }
    run.reason = reason
    if run.phase == .running {
      run.phase = .cancelling
      run.alarm = now.mono + settings.killGrace.nanoseconds
      actions.cancel.append(RunCancellation(run: run.id, reason: reason))
    }
    runs[Int(place)] = run
  }
}
