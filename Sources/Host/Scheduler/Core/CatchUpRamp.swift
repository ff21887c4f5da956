import PluginAPI

/// Lets slots that are made up for start at a bounded rate, so that after an outage not everything
/// that was missed starts in the same moment.
///
/// The rate is kept as in a virtual scheduling leaky bucket: `free` is when the next start would be on
/// an even grid, and a start may come earlier than that by at most the burst.
struct CatchUpRamp: Sendable {
  private let step: Int64
  private let slack: Int64
  private var free = Int64.min
  /// Jobs with a slot that waits for its turn: by priority, then by time.
  var queue = DueHeap()

  init(perSecond: Int, burst: Int) {
    step = 1_000_000_000 / Int64(max(1, perSecond))
    slack = step * Int64(max(1, burst) - 1)
  }

  /// When the next one may start, monotonic nanoseconds; `Int64.max` when nobody waits.
  var due: Int64 { queue.top == nil ? .max : opens }

  private var opens: Int64 { free == .min ? .min : free - slack }

  /// Takes a turn, if there is one now.
  mutating func admits(_ now: Int64) -> Bool {
    guard opens <= now else { return false }
    free = max(free, now) + step
    return true
  }
}

extension SchedulerCore {
  /// Lets a slot that is made up for wait while too many others start. Slots of jobs that make up for
  /// nothing were not missed for long and start at once.
  mutating func waitsForRamp(_ job: UInt32, _ slot: OpenSlot, _ now: SchedulerNow) -> Bool {
    let index = Int(job)
    guard slot.cause == .catchUp, jobs[index].rules.catchUp != 0, !ramp.admits(now.mono) else {
      return false
    }
    jobs[index].waiting.insert(slot, at: 0)
    ramp.queue.set(
      DueHeap.Key(major: -Int64(jobs[index].rules.priority), minor: slot.due, job: job))
    return true
  }

  /// Starts what has its turn now.
  mutating func rampCame(_ now: SchedulerNow) {
    while ramp.due <= now.mono, let next = ramp.queue.top {
      ramp.queue.remove(next.job)
      advance(next.job, now)
      rearm(next.job)
    }
  }
}
