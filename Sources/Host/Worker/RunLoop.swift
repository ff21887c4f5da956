import Glibc
import Isolation

/// Runs the code of jobs, one piece after the other, on whichever thread leads.
///
/// One thread is enough for any number of runs that wait, and it costs no wake-ups between reading
/// an order and writing its result. When a run keeps the thread to itself, another one takes the
/// lead, so that the rest of the worker goes on.
package final class RunLoop: TaskExecutor {
  private let queue = Guarded<Queue>(Queue())
  private let wake: @Sendable () -> Void

  private struct Queue {
    var jobs: [UnownedJob] = []
    var head = 0
    var isSignalled = false
    /// Whether the leader is up and will look at everything before it sleeps again.
    var isAwake = false
    /// Which thread leads; an earlier number means it lost the lead.
    var leader = 0
    /// Pieces of work that were begun.
    var begun = 0
    /// Whether the leader is inside a piece of work.
    var isRunning = false

    mutating func next() -> UnownedJob? {
      guard head < jobs.count else {
        jobs.removeAll(keepingCapacity: true)
        head = 0
        return nil
      }
      defer { head += 1 }
      return jobs[head]
    }
  }

  /// Makes a loop that calls `wake` when work came for a leader who may be asleep.
  package init(wake: @escaping @Sendable () -> Void) { self.wake = wake }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.withLock { $0.jobs.append(job) }
    nudge()
  }

  /// Wakes the leader unless it is up.
  package func nudge() {
    let mustWake = queue.withLock { queue in
      guard !queue.isAwake, !queue.isSignalled else { return false }
      queue.isSignalled = true
      return true
    }
    if mustWake { wake() }
  }

  /// The leader is up; until `drain` returns nobody needs to wake it.
  package func awoke() { queue.withLock { $0.isAwake = true } }

  /// Runs all there is as the leader `leader`.
  ///
  /// - Returns: Whether the caller still leads.
  package func drain(as leader: Int) -> Bool {
    while true {
      let (leads, job) = queue.withLock { queue -> (Bool, UnownedJob?) in
        guard queue.leader == leader else { return (false, nil) }
        let job = queue.next()
        queue.isRunning = job != nil
        queue.isSignalled = false
        queue.isAwake = job != nil
        if job != nil { queue.begun += 1 }
        return (true, job)
      }
      guard let job else { return leads }
      unsafe job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }

  /// What the watching thread compares: how much was begun, and whether the leader is inside it.
  package var progress: (begun: Int, isRunning: Bool) {
    queue.withLock { ($0.begun, $0.isRunning) }
  }

  /// Takes the lead from a thread that is stuck.
  ///
  /// - Returns: The number to drain with, or `nil` when the leader moved after all.
  package func takeLead(ifStuckAt begun: Int) -> Int? {
    let leader = queue.withLock { queue -> Int? in
      guard queue.isRunning, queue.begun == begun else { return nil }
      queue.leader += 1
      (queue.isRunning, queue.isAwake, queue.isSignalled) = (false, false, true)
      return queue.leader
    }
    if leader != nil { wake() }
    return leader
  }
}
