import Isolation
import JobTable
import PluginAPI

/// What an operator asked for cannot be done.
package enum SchedulerError: Error, Sendable, Hashable, CustomStringConvertible {
  case unknownJob(String)
  case notRunning(RunID)
  /// The job may not run at present; carries why.
  case refused(job: String, reason: String)

  package var description: String {
    switch self {
    case .unknownJob(let name): "there is no job \(name)"
    case .notRunning(let run): "run \(run) is not under way"
    case .refused(let job, let reason): "\(job) cannot run now: \(reason)"
    }
  }
}

// What comes from outside: signals, trades, operators, workers, the wall clock.
extension SchedulerCore {
  /// Something was signalled, by its name without `signal.`.
  package mutating func signal(_ name: String, _ now: SchedulerNow) {
    for job in listeners[name] ?? [] {
      arrive(job, eventSlot(job, .signal, .signal, now), now)
      rearm(job)
    }
  }

  /// The market had a trade.
  package mutating func traded(_ now: SchedulerNow) { lastTrade = now.mono }

  /// Runs a job now, outside its cadence. It obeys overlap unless forced; a forced run may go on
  /// beside another, and ignores pauses, quarantine and groups, but not a halt.
  ///
  /// - Returns: The slot, whose end tells what became of it.
  /// - Throws: `SchedulerError` when there is no such job or it may not run.
  package mutating func trigger(
    _ name: String, isForced: Bool = false, _ now: SchedulerNow
  ) throws(SchedulerError) -> SlotID {
    let job = try number(name)
    if let reason = haltReason {
      throw .refused(job: name, reason: "the host is halted: \(reason)")
    }
    if !isForced {
      if !jobs[Int(job)].rules.isEnabled { throw .refused(job: name, reason: "it is disabled") }
      if let standing = standings[job] {
        throw .refused(job: name, reason: "it is \(standing.state.rawValue): \(standing.note)")
      }
    }
    let slot = eventSlot(job, .manual, .manual, now)
    if isForced { launch(job, slot, now, isForced: true) } else { arrive(job, slot, now) }
    rearm(job)
    return slotID(job, slot)
  }

  /// Stops planning runs of a job until `resume`; a running run goes on.
  package mutating func pause(
    _ name: String, note: String, _ now: SchedulerNow
  ) throws(SchedulerError) {
    stand(try number(name), .paused, note, now)
  }

  /// Ends a pause, a quarantine or a hold.
  package mutating func resume(_ name: String, _ now: SchedulerNow) throws(SchedulerError) {
    let job = try number(name)
    jobs[Int(job)].failures = 0
    stand(job, .free, "", now)
  }

  /// Cancels a run; a kill follows after the grace.
  package mutating func cancel(_ run: RunID, _ now: SchedulerNow) throws(SchedulerError) {
    guard let place = runNumbers[run.rawValue], let job = runs[Int(place)]?.job else {
      throw .notRunning(run)
    }
    cancelRun(place, .requested, now)
    rearm(job)
  }

  /// Starts no more runs until `release`; slots end as skipped, running runs go on.
  package mutating func halt(reason: String, _ now: SchedulerNow) {
    guard haltReason != reason else { return }
    haltReason = reason
    haltSince = now.wall
    for job in names.values {
      if jobs[Int(job)].hasRetry { endRetry(job) }
      if !jobs[Int(job)].waiting.isEmpty { dropWaiting(job, .skipped(.halted)) }
      rearm(job)
    }
  }

  /// Ends a halt; nothing is made up for.
  package mutating func release(_ now: SchedulerNow) {
    guard haltReason != nil else { return }
    haltReason = nil
    haltSince = now.wall
  }

  /// A plugin's worker cannot take runs: it is restarting, or its breaker is open.
  package mutating func workerUnavailable(
    _ plugin: String, because reason: String, _ now: SchedulerNow
  ) {
    let number = Int(pluginNumber(plugin))
    if plugins[number].downReason == nil { plugins[number].since = now.wall }
    plugins[number].downReason = reason
  }

  /// A plugin's worker can take runs again.
  package mutating func workerAvailable(_ plugin: String, _ now: SchedulerNow) {
    let number = Int(pluginNumber(plugin))
    guard plugins[number].downReason != nil else { return }
    plugins[number].downReason = nil
    plugins[number].since = now.wall
    let stalled = plugins[number].stalled.sorted()
    plugins[number].stalled = []
    for job in stalled {
      advance(job, now)
      rearm(job)
    }
  }

  /// The wall clock was set, or the machine slept. Calendars are planned anew, intervals go on.
  package mutating func wallClockStepped(_ now: SchedulerNow) {
    for (job, var calendar) in calendars {
      if let cron = calendar.cron {
        let last = stepped(calendar.lastCron ?? (now.wall.seconds - 1), now)
        // Slots between a step forward's ends were never reached by the clock: they were missed.
        calendar.nextCron = cron.next(after: min(last, (calendar.nextCron ?? .max / 2) - 1))
        if let next = calendar.nextCron, let done = calendar.lastCron, next <= done {
          calendar.nextCron = cron.next(after: stepped(done, now))
        }
        planCron(job, &calendar, now)
      }
      if let at = calendar.at { calendar.atDue = max(now.mono, now.monotonic(atWall: at)) }
      calendars[job] = calendar
      rearm(job)
    }
  }

  /// Sets what keeps a job from running, writes it down and ends what waits.
  mutating func stand(
    _ job: UInt32, _ state: JobStanding.State, _ note: String, _ now: SchedulerNow
  ) {
    guard jobs[Int(job)].standing != state || state == .paused else { return }
    let standing = JobStanding(
      job: jobs[Int(job)].rules.name, state: state, note: note, since: now.wall)
    jobs[Int(job)].standing = state
    standings[job] = state == .free ? nil : standing
    actions.entries.append(.standing(standing))
    if state == .free { jobs[Int(job)].failures = 0 }
    notice(
      state == .free || state == .paused ? .info : .error, "job is \(state.rawValue)", job, note)
    guard let reason = blocked(job) else { return }
    if jobs[Int(job)].hasRetry { endRetry(job) }
    dropWaiting(job, .skipped(reason))
    rearm(job)
  }

  func number(_ name: String) throws(SchedulerError) -> UInt32 {
    guard let job = names[name], !jobs[Int(job)].isRemoved else { throw .unknownJob(name) }
    return job
  }
}
