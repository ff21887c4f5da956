import CInotify
import Glibc

/// A job table on disk, read once and whole.
package enum TableFile: Sendable {
  /// The bytes of the file and their digest.
  package struct Content: Sendable, Hashable {
    package let bytes: [UInt8]
    /// `StableDigest.of(bytes)`.
    package let digest: UInt64
  }

  /// Why a file could not be read, in words for an operator.
  package struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String
    /// Whether the file was being written, so that trying again soon is right.
    package let isTransient: Bool

    init(_ description: String, isTransient: Bool = false) {
      self.description = description
      self.isTransient = isTransient
    }
  }

  /// Reads the file at `path`. Blocks on the disk.
  ///
  /// - Throws: `Failure` when it is missing, no regular file, not readable, too large, or changes
  ///   while it is read.
  package static func read(_ path: String) throws(Failure) -> Content {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Failure(reason(errno)) }
    defer { close(descriptor) }
    let before = try signature(descriptor)
    let bytes = try contents(descriptor, count: Int(before.size))
    guard try signature(descriptor) == before, bytes.count == before.size else {
      throw Failure("the file changed while it was read", isTransient: true)
    }
    return Content(bytes: bytes, digest: StableDigest.of(bytes))
  }

  /// What the path leads to now.
  static func look(_ path: String) -> WatchState.Sight {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return .nothing(reason: reason(errno)) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      return .nothing(reason: "this is no regular file")
    }
    return .file(FileSignature(status))
  }

  private static func reason(_ code: Int32) -> String {
    switch code {
    case ENOENT: "the file does not exist"
    case EACCES, EPERM: "no permission to read the file"
    case ELOOP: "symbolic links that lead in a circle"
    case ENOTDIR: "a part of the path is no directory"
    default: unsafe "cannot read the file: \(String(cString: strerror(code)))"
    }
  }

  private static func signature(_ descriptor: Int32) throws(Failure) -> FileSignature {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw Failure(reason(errno)) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Failure("this is no regular file")
    }
    guard status.st_size <= DocumentComposer.maximumBytes else {
      throw Failure("the file has \(status.st_size >> 20) MiB, more than 64 MiB")
    }
    return FileSignature(status)
  }

  private static func contents(
    _ descriptor: Int32, count: Int
  ) throws(Failure) -> [UInt8] {
    var code: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let got = unsafe Glibc.read(
          descriptor, buffer.baseAddress?.advanced(by: filled), count - filled)
        if got < 0, errno == EINTR { continue }
        if got < 0 { code = errno }
        guard got > 0 else { return }
        filled += got
      }
    }
    guard code == 0 else { throw Failure(reason(code)) }
    return bytes
  }
}

/// What tells one state of a file from another without reading it.
struct FileSignature: Sendable, Hashable {
  var device: UInt64
  var inode: UInt64
  var size: Int64
  var modified: Int64
  var changed: Int64

  init(_ status: stat) {
    var status = status
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    modified = unsafe watch_nanoseconds(&status.st_mtim)
    changed = unsafe watch_nanoseconds(&status.st_ctim)
  }
}
