import Glibc

/// The sole right to a store, held through a lock file beside it.
///
/// The kernel gives the lock back when the process ends, however it ends, so there is no stale lock.
struct StoreLock: ~Copyable {
  private let descriptor: Int32

  /// Takes the lock.
  ///
  /// - Throws: `owned` with the holder's process when another one has it.
  init(store path: String) throws(StoreError) {
    let file = path + ".lock"
    let descriptor = unsafe open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Self.failure(file) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno
      let holder = Self.read(descriptor)
      close(descriptor)
      guard reason == EWOULDBLOCK else { throw Self.failure(file) }
      throw StoreError(
        .owned(by: holder),
        "store \(path) is in use by process \(holder); stop that host or give this one another store"
      )
    }
    self.descriptor = descriptor
    let text = "\(getpid())\n"
    _ = ftruncate(descriptor, 0)
    _ = unsafe pwrite(descriptor, text, text.utf8.count, 0)
  }

  deinit { close(descriptor) }

  private static func read(_ descriptor: Int32) -> Int32 {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
    let text = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    return Int32(text.prefix { $0.isNumber }) ?? 0
  }

  private static func failure(_ file: String) -> StoreError {
    let kind: StoreError.Code =
      switch errno {
      case ENOSPC, EDQUOT: .full
      case EROFS, EACCES, EPERM: .readOnly
      default: .cannotOpen
      }
    return StoreError(
      kind, "cannot lock the store with \(file): \(unsafe String(cString: strerror(errno)))")
  }
}
