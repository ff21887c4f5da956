import Isolation
import PluginAPI

// How slots are accounted for.
extension SchedulerCore {
  /// Slots of shorter intervals are written down together, others at once.
  private static let frequent: Int64 = 10_000_000_000
  /// A streak that spans more goes on as another one, so that old ones can be dropped.
  private static let longestStreak: Int64 = 3_600_000_000_000

  mutating func closeSlot(_ job: UInt32, _ slot: OpenSlot, _ outcome: SlotOutcome) {
    closeRange(
      job, SlotRange(kind: slot.kind, first: slot.time, last: slot.time, count: 1), outcome)
  }

  /// Writes down how slots ended: at once, or as part of a streak.
  mutating func closeRange(_ job: UInt32, _ range: SlotRange, _ outcome: SlotOutcome) {
    let index = Int(job)
    let code = OutcomeCode(outcome)
    count(index, outcome, UInt64(range.count))
    if code != jobs[index].lastCode { changed(job, code, outcome) }
    guard code.isStreaked, isFrequent(index, range.kind) else {
      flushStreak(job)
      return write(job, range, outcome)
    }
    if !extend(index, range, code) {
      flushStreak(job)
      // What lies before the newest written slot cannot wait: a restart would not look there.
      if range.kind == .every, range.first <= jobs[index].lastWritten {
        return write(job, range, outcome)
      }
      jobs[index].streak = OpenStreak(
        outcome: code, kind: range.kind, count: range.count, first: range.first, last: range.last)
    }
    if case .superseded(let successor) = outcome { jobs[index].streak.successor = successor }
    guard !jobs[index].isDirty else { return }
    jobs[index].isDirty = true
    dirty.add(job, at: clock)
  }

  private func isFrequent(_ index: Int, _ kind: SlotID.Kind) -> Bool {
    guard !jobs[index].rules.movesMoney else { return false }
    return kind == .signal || kind == .every && jobs[index].rules.interval < Self.frequent
  }

  private mutating func changed(_ job: UInt32, _ code: OutcomeCode, _ outcome: SlotOutcome) {
    jobs[Int(job)].lastCode = code
    guard case .skipped(let reason) = outcome else { return }
    notice(.info, "slots are skipped", job, reason.rawValue)
  }

  private mutating func extend(_ index: Int, _ range: SlotRange, _ code: OutcomeCode) -> Bool {
    let streak = jobs[index].streak
    guard streak.outcome == code, streak.kind == range.kind, range.first > streak.last,
      range.last - streak.first <= Self.longestStreak,
      range.kind != .every || range.first - streak.last == jobs[index].rules.interval
    else { return false }
    jobs[index].streak.last = range.last
    jobs[index].streak.count += range.count
    return true
  }

  private mutating func count(_ index: Int, _ outcome: SlotOutcome, _ number: UInt64) {
    switch outcome {
    case .ran(let outcome):
      jobs[index].ran += number
      if outcome.isFailure { jobs[index].failed += number }
    case .skipped: jobs[index].skipped += number
    case .superseded: jobs[index].superseded += number
    }
  }

  private mutating func write(
    _ job: UInt32, _ range: SlotRange, _ outcome: SlotOutcome, known: Int = 0
  ) {
    writeOpen(job, range)
    if range.kind == .every {
      jobs[Int(job)].lastWritten = max(jobs[Int(job)].lastWritten, range.last)
    }
    actions.entries.append(
      .slots(
        Streak(
          job: jobs[Int(job)].rules.name, kind: range.kind, outcome: outcome,
          first: Timestamp(nanoseconds: range.first), last: Timestamp(nanoseconds: range.last),
          count: range.count, known: known)))
  }

  /// Before the end of a slot is written, so are the earlier ones that have not ended: else a crash
  /// would leave a hole behind the newest slot that the store knows.
  private mutating func writeOpen(_ job: UInt32, _ range: SlotRange) {
    let index = Int(job)
    if jobs[index].isBusy, var run = runs[Int(jobs[index].run)], !run.slot.isWritten,
      run.slot.kind == range.kind, run.slot.time <= range.last
    {
      run.slot.isWritten = true
      runs[Int(jobs[index].run)] = run
      actions.entries.append(.planned(order(run)))
    }
    if jobs[index].hasRetry, let slot = retries[job]?.slot, !slot.isWritten,
      slot.kind == range.kind, slot.time <= range.last
    {
      let slot = written(job, slot)
      retries[job]?.slot = slot
    }
    for place in jobs[index].waiting.indices {
      let slot = jobs[index].waiting[place]
      guard !slot.isWritten, slot.kind == range.kind, slot.time <= range.last else { continue }
      jobs[index].waiting[place] = written(job, slot)
    }
  }

  /// Writes down a slot that waits, for its first attempt or another one: its order has attempt 0.
  mutating func written(_ job: UInt32, _ slot: OpenSlot) -> OpenSlot {
    var slot = slot
    slot.isWritten = true
    let rules = jobs[Int(job)].rules
    let order = RunOrder(
      id: RunID(nextRun), plugin: plugins[Int(rules.plugin)].name, slot: slotID(job, slot),
      plannedAt: Timestamp(nanoseconds: slot.planned), cause: slot.cause,
      attempt: 0, generation: generation,
      deadline: .never)
    nextRun += 1
    actions.entries.append(.planned(order))
    return slot
  }

  /// Writes down the job's open streak and ends it.
  mutating func flushStreak(_ job: UInt32) {
    writeStreak(job)
    jobs[Int(job)].streak = OpenStreak()
  }

  /// Writes down what the job's open streak is by now.
  private mutating func writeStreak(_ job: UInt32) {
    let open = jobs[Int(job)].streak
    guard open.count > open.written else { return }
    jobs[Int(job)].streak.written = open.count
    let range = SlotRange(kind: open.kind, first: open.first, last: open.last, count: open.count)
    write(job, range, outcome(job, open), known: open.written)
  }

  private func outcome(_ job: UInt32, _ open: OpenStreak) -> SlotOutcome {
    if let successor = open.successor { return .superseded(by: successor) }
    if let reason = open.outcome.skipReason { return .skipped(reason) }
    let last = jobs[Int(job)].lastOutcome
    if let last, OutcomeCode(.ran(last)) == open.outcome { return .ran(last) }
    return .ran(open.outcome == .done ? .done("") : .nothingToDo(""))
  }

  /// Writes down all that waits.
  package mutating func flush() { _ = flush(before: .max, atMost: .max) }

  /// Writes down streaks that have waited for long enough, at most so many: for a second when they
  /// are few, longer when they are many, so that the ledger's work has a bound.
  ///
  /// - Returns: Whether there are more.
  package mutating func flush(_ now: SchedulerNow, atMost limit: Int) -> Bool {
    clock = now.mono
    return flush(before: now.mono - StreakQueue.wait(dirty.count), atMost: limit)
  }

  private mutating func flush(before time: Int64, atMost limit: Int) -> Bool {
    for _ in 0..<min(limit, dirty.count) {
      guard let job = dirty.next(before: time) else { return false }
      guard jobs[Int(job)].isDirty else { continue }
      jobs[Int(job)].isDirty = false
      // Only the slots of an interval are so even that a record of them may grow.
      if jobs[Int(job)].streak.kind == .every { writeStreak(job) } else { flushStreak(job) }
    }
    return dirty.isReady(before: time)
  }
}
