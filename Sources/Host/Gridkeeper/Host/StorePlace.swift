import FoundationEssentials
import Glibc
import Isolation

/// Remembers beside the table where its store is, so that a host whose table is gone still finds the
/// last good one.
struct StorePlace: Sendable {
  private let file: String

  init(_ table: TablePaths) { file = table.resolve(".state/store") }

  /// Writes down the store's path. Failing does no harm: the note is missed only with the table.
  func remember(_ store: String) async {
    let path = store.hasPrefix("/") ? store : FileManager.default.currentDirectoryPath + "/" + store
    await WorkQueue(name: "store-place").run { [file] in
      guard (try? String(contentsOfFile: file, encoding: .utf8)) != path else { return }
      if let slash = file.lastIndex(of: "/") { unsafe mkdir(String(file[..<slash]), 0o700) }
      try? path.write(toFile: file, atomically: true, encoding: .utf8)
    }
  }

  /// Where the store was at the last start.
  func remembered() async -> String? {
    await WorkQueue(name: "store-place").run { [file] in
      let path = try? String(contentsOfFile: file, encoding: .utf8)
      return path.flatMap { unsafe access($0, F_OK) == 0 ? $0 : nil }
    }
  }
}
