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

  /// What `drain` came to.
  package enum Drained: Sendable {
    /// There is no more; the leader may sleep.
    case idle
    /// There is more, but it is time to look at the channel.
    case busy
    /// Another thread leads now.
    case deposed
  }

  /// How many pieces of work are done before the leader looks at the channel again.
  private static let turn = 512

  /// Does what there is as the leader `leader`, a turn at most.
  package func drain(as leader: Int) -> Drained {
    for _ in 0..<Self.turn {
      let (leads, job) = next(as: leader)
      guard leads else { return .deposed }
      guard let job else { return .idle }
      unsafe job.runSynchronously(on: asUnownedTaskExecutor())
    }
    return queue.withLock { queue in
      guard queue.leader == leader else { return .deposed }
      queue.isRunning = false
      return .busy
    }
  }

  private func next(as leader: Int) -> (leads: Bool, job: UnownedJob?) {
    queue.withLock { queue in
      guard queue.leader == leader else { return (false, nil) }
      let job = queue.next()
      queue.isRunning = job != nil
      queue.isSignalled = false
      queue.isAwake = job != nil
      if job != nil { queue.begun += 1 }
      return (true, job)
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
