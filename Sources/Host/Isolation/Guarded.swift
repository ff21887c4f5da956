import Glibc

/// A value behind a lock.
///
/// A pthread lock rather than `Mutex`, because the thread sanitizer sees it. Nothing awaits and
/// nothing foreign is called while the lock is held.
///
/// Unchecked because every access to `value` holds the lock. For the same reason the value is memory
/// of its own, where the compiler does not check once more that nobody else uses it.
@safe package final class Guarded<State>: @unchecked Sendable {
  private let value: UnsafeMutablePointer<State>
  private let lock: UnsafeMutablePointer<pthread_mutex_t>

  package init(_ value: State) {
    unsafe self.value = .allocate(capacity: 1)
    unsafe self.value.initialize(to: value)
    unsafe lock = .allocate(capacity: 1)
    unsafe pthread_mutex_init(lock, nil)
  }

  deinit {
    unsafe pthread_mutex_destroy(lock)
    unsafe lock.deallocate()
    unsafe value.deinitialize(count: 1)
    unsafe value.deallocate()
  }

  /// Runs `body` with exclusive access to the value.
  package func withLock<Result, Failure: Error>(
    _ body: (inout State) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    unsafe pthread_mutex_lock(lock)
    defer { unsafe pthread_mutex_unlock(lock) }
    return try unsafe body(&value.pointee)
  }
}
