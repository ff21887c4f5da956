import FoundationEssentials
import Glibc

/// A temporary folder with a job table and all that its host writes.
struct BenchFolder: Sendable {
  let path: String

  /// - Throws: `CommandFailure` when there is no room for one.
  init() throws(CommandFailure) {
    var template = Array("/tmp/gridkeeper-bench-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else {
      throw CommandFailure("cannot make a folder in /tmp: errno \(errno)")
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  var table: String { path + "/jobs.yaml" }

  /// Puts `text` in the place of the table in one step, as editors do.
  func write(_ text: String) throws { try replace("jobs.yaml", with: Data(text.utf8)) }

  /// Puts `data` in the place of a file in one step.
  func replace(_ file: String, with data: Data) throws {
    try data.write(to: URL(filePath: path + "/" + file), options: .atomic)
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }

  /// The folder in which the built plugins lie: that of this program.
  static func builtPlugins() throws(CommandFailure) -> String {
    let own = try ExecutablePath.own()
    return own.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
  }
}
