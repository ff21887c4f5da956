import Glibc

extension SHA256 {
  /// The digest of a file in lower-case hexadecimal, or `nil` when it cannot be read. Blocks for as
  /// long as reading takes.
  package static func hex(file path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var hash = SHA256()
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = unsafe read(descriptor, &chunk, chunk.count)
      guard count > 0 else { return count == 0 ? hash.hex() : nil }
      hash.update(chunk[..<count])
    }
  }
}
