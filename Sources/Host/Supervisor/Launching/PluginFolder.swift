import Glibc

/// The directory of plugin libraries.
struct PluginFolder: Sendable {
  let path: String

  /// Where the library of a plugin is.
  func library(of plugin: String) -> String { "\(path)/lib\(plugin).so" }

  /// Names of all plugins whose library is there, sorted.
  func plugins() -> [String] {
    guard let directory = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let file = unsafe withUnsafeBytes(of: &entry.pointee.d_name) {
        unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard file.hasPrefix("lib"), file.hasSuffix(".so") else { continue }
      names.append(String(file.dropFirst(3).dropLast(3)))
    }
    return names.filter { $0 != "PluginAPI" && !$0.hasPrefix("swift") }.sorted()
  }

  /// What tells one state of a library from another without reading it; `nil` when it is not there.
  func stamp(of plugin: String) -> LibraryStamp? {
    var info = stat()
    guard unsafe stat(library(of: plugin), &info) == 0 else { return nil }
    return LibraryStamp(
      device: UInt64(info.st_dev), file: UInt64(info.st_ino), size: Int64(info.st_size),
      changed: Int64(info.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(info.st_mtim.tv_nsec))
  }
}

/// The identity of a file's content as the file system tells it.
struct LibraryStamp: Sendable, Hashable {
  let device: UInt64
  let file: UInt64
  let size: Int64
  let changed: Int64
}
