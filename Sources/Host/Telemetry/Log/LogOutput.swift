import Glibc

/// The file or stream that lines are written to. It belongs to the writer's thread.
struct LogOutput: ~Copyable {
  private let path: String?
  private let maxBytes: Int
  private let kept: Int
  private var descriptor: Int32
  private var size = 0

  init(_ settings: LogSettings) throws(LogError) {
    maxBytes = settings.maxFileBytes
    kept = settings.keptFiles
    switch settings.destination {
    case .standardError:
      path = nil
      descriptor = STDERR_FILENO
    case .file(let file):
      path = file
      descriptor = -1
      try openFile(file)
    }
  }

  deinit { if path != nil, descriptor >= 0 { close(descriptor) } }

  /// Writes whole lines. A reader that takes nothing for a second, or a full disk, loses them.
  ///
  /// - Returns: Whether all was written.
  mutating func write(_ lines: [UInt8]) -> Bool {
    if path != nil, size > 0, size + lines.count > maxBytes { rotate() }
    var rest = lines[...]
    while !rest.isEmpty {
      guard isWritable else { return false }
      let count = unsafe rest.withUnsafeBytes { bytes in
        unsafe Glibc.write(descriptor, bytes.baseAddress, min(bytes.count, Self.pieceBytes))
      }
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
      size += count
    }
    return true
  }

  /// Opens the file anew, after somebody moved it away. When that fails, the old one is kept.
  mutating func reopen() throws(LogError) {
    guard let path else { return }
    let old = descriptor
    try openFile(path)
    if old >= 0 { close(old) }
  }

  /// What a pipe takes without waiting once it says that it can be written.
  private static let pieceBytes = 4_096

  private var isWritable: Bool {
    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    return unsafe poll(&wait, 1, 1_000) == 1 && wait.revents & Int16(POLLOUT) != 0
  }

  private mutating func openFile(_ file: String) throws(LogError) {
    let opened = unsafe open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
    guard opened >= 0 else {
      let reason = unsafe String(cString: strerror(errno))
      throw LogError(description: "cannot write the log to \(file): \(reason)")
    }
    descriptor = opened
    size = Int(lseek(opened, 0, SEEK_END))
  }

  private mutating func rotate() {
    guard let path else { return }
    for number in stride(from: kept - 1, through: 1, by: -1) {
      _ = unsafe rename("\(path).\(number)", "\(path).\(number + 1)")
    }
    _ = unsafe kept > 0 ? rename(path, "\(path).1") : unlink(path)
    // A failure leaves the old file open: lines go on into what is now `<path>.1`.
    do throws(LogError) { try reopen() } catch { size = 0 }
  }
}
