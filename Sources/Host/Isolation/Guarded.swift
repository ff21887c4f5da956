import Glibc

/// A value behind a lock.
///
/// A pthread lock rather than `Mutex`, because the thread sanitizer sees it. Nothing awaits and
/// nothing foreign is called while the lock is held.
///
/// Unchecked because every access to `value` holds the lock.
@safe package final class Guarded<State>: @unchecked Sendable {
  private var value: State
  private let lock: UnsafeMutablePointer<pthread_mutex_t>

  package init(_ value: State) {
    self.value = value
    unsafe lock = .allocate(capacity: 1)
    unsafe pthread_mutex_init(lock, nil)
  }

  deinit {
    unsafe pthread_mutex_destroy(lock)
    unsafe lock.deallocate()
  }

  /// Runs `body` with exclusive access to the value.
  package func withLock<Result, Failure: Error>(
    _ body: (inout State) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    unsafe pthread_mutex_lock(lock)
    defer { unsafe pthread_mutex_unlock(lock) }
    return try body(&value)
  }
}
