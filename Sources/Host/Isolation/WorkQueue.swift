import CEventLoop
import Glibc

/// A thread of its own that runs work in order; the base of executors for C calls that block.
///
/// Blocking calls never run on Swift's cooperative threads: there are as few of those as cores.
package final class WorkQueue: SerialExecutor {
  private static let isImmediate = Guarded(false)

  private let shared: Shared?

  package init(name: String) {
    guard !Self.isImmediate.withLock(\.self) else {
      shared = nil
      return
    }
    let shared = Shared()
    self.shared = shared
    Thread.start(name: name) { [shared] in shared.drain() }
  }

  deinit { shared?.stop() }

  /// Queues that are made from now on have no thread and do their work at once, on the caller's: for
  /// a simulation, which has one thread that may block. Such a queue is no executor of actors.
  package static func workImmediately() { isImmediate.withLock { $0 = true } }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let executor = unsafe asUnownedSerialExecutor()
    guard let shared else { preconditionFailure("a queue without a thread runs no actors") }
    shared.add { unsafe job.runSynchronously(on: executor) }
  }

  package func isIsolatingCurrentContext() -> Bool? { shared?.isCurrent }

  package func checkIsolated() {
    precondition(shared?.isCurrent ?? true, "not on the work queue")
  }

  /// Runs `body` on the queue's thread after what was added before; nobody waits for it.
  package func add(_ body: @escaping @Sendable () -> Void) {
    if let shared { shared.add(body) } else { body() }
  }

  /// Runs `body` on the queue's thread and waits for it without blocking the caller's thread.
  package func run<Result: Sendable, Failure: Error>(
    _ body: @escaping @Sendable () throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    guard let shared else { return try body() }
    let result: Swift.Result<Result, Failure> = await withCheckedContinuation { continuation in
      shared.add {
        do throws(Failure) {
          continuation.resume(returning: .success(try body()))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
    return try result.get()
  }

  /// Unchecked because `items` and `isStopped` are touched only under the lock.
  @safe private final class Shared: @unchecked Sendable {
    private let lock: UnsafeMutablePointer<pthread_mutex_t> = .allocate(capacity: 1)
    private let filled: UnsafeMutablePointer<pthread_cond_t> = .allocate(capacity: 1)
    private var items: [@Sendable () -> Void] = []
    private var isStopped = false
    private let identity = Guarded<pthread_t?>(nil)

    var isCurrent: Bool {
      identity.withLock { $0.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
    }

    init() {
      unsafe pthread_mutex_init(lock, nil)
      unsafe pthread_cond_init(filled, nil)
    }

    deinit {
      unsafe pthread_cond_destroy(filled)
      unsafe pthread_mutex_destroy(lock)
      unsafe filled.deallocate()
      unsafe lock.deallocate()
    }

    func add(_ item: @escaping @Sendable () -> Void) {
      unsafe pthread_mutex_lock(lock)
      items.append(item)
      unsafe pthread_cond_signal(filled)
      unsafe pthread_mutex_unlock(lock)
    }

    func stop() {
      unsafe pthread_mutex_lock(lock)
      isStopped = true
      unsafe pthread_cond_signal(filled)
      unsafe pthread_mutex_unlock(lock)
    }

    func drain() {
      identity.withLock { $0 = pthread_self() }
      while let batch = next() {
        for item in batch { item() }
      }
    }

    private func next() -> [@Sendable () -> Void]? {
      unsafe pthread_mutex_lock(lock)
      defer { unsafe pthread_mutex_unlock(lock) }
      while items.isEmpty, !isStopped { unsafe pthread_cond_wait(filled, lock) }
      defer { items = [] }
      return items.isEmpty ? nil : items
    }
  }
}
