import FoundationEssentials
import Glibc

/// A directory that is removed when the value goes.
public final class TemporaryDirectory: Sendable {
  /// The directory's path.
  public let path: String

  /// Makes a new directory under the system's one for temporary files.
  public init() {
    var template = Array("/tmp/gridkeeper-XXXXXX".utf8CString)
    precondition(mkdtemp(&template) != nil, "cannot make a temporary directory: errno \(errno)")
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// The path of a file in the directory.
  public func file(_ name: String) -> String { "\(path)/\(name)" }
}
