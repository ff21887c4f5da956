import Glibc

/// Where the running program lies on disk.
enum ExecutablePath {
  /// - Throws: `CommandFailure` when the system does not tell.
  static func own() throws(CommandFailure) -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count - 1)
    guard count > 0 else { throw CommandFailure("cannot read /proc/self/exe: errno \(errno)") }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
