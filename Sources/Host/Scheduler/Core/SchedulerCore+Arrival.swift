import Isolation
import JobTable
import PluginAPI

// What becomes of a slot that has come.
extension SchedulerCore {
  /// Why the job may not run, if so.
  func blocked(_ job: UInt32) -> SkipReason? {
    if haltReason != nil { return .halted }
    switch jobs[Int(job)].standing {
    case .free: return nil
    case .paused: return .paused
    case .quarantined: return .quarantined
    case .held: return .held
    }
  }

  func isWorkerDown(_ job: UInt32) -> Bool {
    plugins[Int(jobs[Int(job)].rules.plugin)].downReason != nil
  }

  /// Whether a run is under way or slots wait.
  func isOccupied(_ index: Int) -> Bool { jobs[index].isBusy || !jobs[index].waiting.isEmpty }

  /// A slot has come: it runs, waits or ends.
  mutating func arrive(_ job: UInt32, _ slot: OpenSlot, _ now: SchedulerNow) {
    let index = Int(job)
    if let reason = blocked(job) { return closeSlot(job, slot, .skipped(reason)) }
    if jobs[index].hasRetry { endRetry(job, supersededBy: slot) }
    if jobs[index].isBusy { return overlap(job, slot, now) }
    if isWorkerDown(job) { return stall(job, slot) }
    if !jobs[index].waiting.isEmpty { return queueBehind(job, slot) }
    launch(job, slot, now)
  }

  private mutating func overlap(_ job: UInt32, _ slot: OpenSlot, _ now: SchedulerNow) {
    switch jobs[Int(job)].rules.overlap {
    case .skip: queueOnlySignals(job, slot)
    case .queueOne: queueBehind(job, slot)
    case .replace:
      cancelRun(jobs[Int(job)].run, .replaced, now)
      replaceWaiting(job, slot)
    }
  }

  /// A signal says that something changed after the run began to look, so it is never skipped for
  /// overlap: one waits, the others are part of it.
  private mutating func queueOnlySignals(_ job: UInt32, _ slot: OpenSlot) {
    guard slot.kind == .signal || slot.kind == .at else {
      return closeSlot(job, slot, .skipped(.overlap))
    }
    let waiting = jobs[Int(job)].waiting.first { $0.kind == slot.kind }
    guard let waiting else { return push(job, slot) }
    closeSlot(job, slot, .superseded(by: slotID(job, waiting)))
  }

  private mutating func queueBehind(_ job: UInt32, _ slot: OpenSlot) {
    let index = Int(job)
    let most = max(1, Int(jobs[index].rules.catchUp))
    guard jobs[index].waiting.count >= most, let last = jobs[index].waiting.last else {
      return push(job, slot)
    }
    closeSlot(job, slot, .superseded(by: slotID(job, last)))
  }

  private mutating func replaceWaiting(_ job: UInt32, _ slot: OpenSlot) {
    let old = jobs[Int(job)].waiting
    jobs[Int(job)].waiting = [slot]
    for one in old { closeSlot(job, one, .superseded(by: slotID(job, slot))) }
  }

  /// The worker is not there: the slot waits as the misfire policy says.
  private mutating func stall(_ job: UInt32, _ slot: OpenSlot) {
    let index = Int(job)
    var slot = slot
    if slot.cause == .cadence { slot.cause = .catchUp }
    switch jobs[index].rules.catchUp {
    case 0: return closeSlot(job, slot, .skipped(.workerDown))
    case -1: replaceWaiting(job, slot)
    default:
      push(job, slot)
      while jobs[index].waiting.count > Int(jobs[index].rules.catchUp) {
        closeSlot(job, jobs[index].waiting.removeFirst(), .skipped(.workerDown))
      }
    }
    leaveGroupQueue(job)
    plugins[Int(jobs[index].rules.plugin)].stalled.insert(job)
  }

  /// Lets a slot wait. One whose time nobody could work out later is written down.
  mutating func push(_ job: UInt32, _ slot: OpenSlot) {
    let isPlanned = slot.kind == .every || slot.kind == .cron
    jobs[Int(job)].waiting.append(isPlanned || slot.isWritten ? slot : written(job, slot))
  }

  /// Starts the next slot that waits, when nothing is in its way.
  mutating func advance(_ job: UInt32, _ now: SchedulerNow) {
    let index = Int(job)
    guard !jobs[index].isBusy, !jobs[index].waiting.isEmpty else { return }
    if let reason = blocked(job) { return dropWaiting(job, .skipped(reason)) }
    guard !isWorkerDown(job) else {
      plugins[Int(jobs[index].rules.plugin)].stalled.insert(job)
      return leaveGroupQueue(job)
    }
    launch(job, jobs[index].waiting.removeFirst(), now)
  }

  /// Ends all slots that wait.
  mutating func dropWaiting(_ job: UInt32, _ outcome: SlotOutcome) {
    let slots = jobs[Int(job)].waiting
    jobs[Int(job)].waiting = []
    leaveGroupQueue(job)
    for slot in slots { closeSlot(job, slot, outcome) }
  }

  // MARK: Groups

  mutating func leaveGroupQueue(_ job: UInt32) {
    let group = jobs[Int(job)].rules.group
    if group >= 0 { groups[Int(group)].queue.remove(job) }
    ramp.queue.remove(job)
  }

  /// Waits for a place in the group when it is full.
  private mutating func waitsForGroup(_ job: UInt32, _ slot: OpenSlot) -> Bool {
    let index = Int(job)
    let group = Int(jobs[index].rules.group)
    guard group >= 0, groups[group].running >= groups[group].limit else { return false }
    jobs[index].waiting.insert(slot, at: 0)
    groups[group].queue.set(
      DueHeap.Key(major: -Int64(jobs[index].rules.priority), minor: slot.due, job: job))
    return true
  }

  /// A place in a group became free.
  mutating func groupFreed(_ group: Int, _ now: SchedulerNow) {
    while groups[group].running < groups[group].limit, let next = groups[group].queue.top {
      groups[group].queue.remove(next.job)
      advance(next.job, now)
      rearm(next.job)
    }
  }

  // MARK: Starting

  /// Starts a run of the slot, or lets it wait for its group.
  mutating func launch(
    _ job: UInt32, _ slot: OpenSlot, _ now: SchedulerNow, isForced: Bool = false
  ) {
    let index = Int(job)
    if !isForced, waitsForGroup(job, slot) || waitsForRamp(job, slot, now) { return }
    let isRecorded = jobs[index].rules.movesMoney
    var slot = slot
    slot.isWritten = slot.isWritten || isRecorded || slot.kind != .every && slot.kind != .cron
    let run = ActiveRun(
      id: RunID(nextRun), job: job, slot: slot, phase: isRecorded ? .recording : .running,
      isForced: isForced, group: jobs[index].rules.group, generation: generation,
      dispatched: now.mono, dispatchedWall: now.wall.nanoseconds,
      deadline: now.mono + jobs[index].rules.timeout, alarm: now.mono + jobs[index].rules.timeout)
    nextRun += 1
    let place = add(run)
    if run.group >= 0 { groups[Int(run.group)].running += 1 }
    if isForced {
      jobs[index].hasForcedRuns = true
      forcedRuns[job, default: []].append(place)
    } else {
      jobs[index].run = place
    }
    if isRecorded { return actions.record.append(order(run)) }
    var order = order(run)
    order.endMayWait =
      slot.kind == .every && jobs[index].rules.endsMayWait && jobs[index].waiting.isEmpty
    if slot.isWritten {
      flushStreak(job)
      actions.entries.append(.planned(order))
    }
    actions.start.append(order)
  }

  private mutating func add(_ run: ActiveRun) -> Int32 {
    let place: Int32
    if let free = freeRuns.popLast() {
      place = free
      runs[Int(place)] = run
    } else {
      place = Int32(runs.count)
      runs.append(run)
    }
    runNumbers[run.id.rawValue] = place
    return place
  }

  func order(_ run: ActiveRun) -> RunOrder {
    let plugin = Int(jobs[Int(run.job)].rules.plugin)
    var order = RunOrder(
      id: run.id, plugin: plugins[plugin].name, slot: slotID(run.job, run.slot),
      plannedAt: Timestamp(nanoseconds: run.slot.planned), cause: run.slot.cause,
      attempt: Int(run.slot.attempt), generation: run.generation,
      deadline: MonotonicInstant(nanoseconds: run.deadline))
    order.jobNumber = run.job
    return order
  }
}
