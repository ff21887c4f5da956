import Glibc

/// Paths of a job table. Relative ones count from the folder of the table.
struct TablePaths: Sendable {
  /// The table itself.
  let table: String
  private let folder: String

  init(table: String) {
    self.table = table
    let parts = table.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    folder = parts.isEmpty ? "." : parts.joined(separator: "/")
  }

  /// `path` as the process must open it.
  func resolve(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    return folder == "." ? path : folder + "/" + path
  }
}
