import Glibc
import PluginAPI

/// The store on a local disk: one SQLite file, owned by one process.
///
/// Writes that come in while an earlier one waits for the disk share the next transaction, so a
/// commit costs about the same for one write as for hundreds. Reads have a connection and a thread
/// of their own and never wait for writes.
package final class SQLiteStore: Store {
  let writer: GroupWriter
  let reader: Reader

  /// Opens the store at `path`, which is created with its directory when it is not there, and brings
  /// it to the present shape.
  ///
  /// - Throws: `owned` when another process has it open, `damaged`, `newer`, `full`, `readOnly` or
  ///   `cannotOpen`, each with the path and what to do.
  package static func open(path: String) async throws(StoreError) -> SQLiteStore {
    try await SQLiteStore(path: path, pageLimit: nil)
  }

  /// `pageLimit` bounds the file's size, as a full disk would.
  init(path: String, pageLimit: Int?) async throws(StoreError) {
    try Self.makeDirectory(of: path)
    writer = GroupWriter()
    try await writer.open(path: path, pageLimit: pageLimit)
    reader = Reader()
    try await reader.open(path: path)
  }

  package func close() async {
    await reader.close()
    await writer.close()
  }

  func write<Result: Sendable>(
    _ body: @escaping @Sendable (Database) throws(StoreError) -> Result
  ) async throws(StoreError) -> Result {
    try await writer.write(body)
  }

  func read<Result: Sendable>(
    _ body: @escaping @Sendable (Database) throws(StoreError) -> Result
  ) async throws(StoreError) -> Result {
    try await reader.read(body)
  }

  /// Makes the directories above `path`, for the owner alone.
  private static func makeDirectory(of path: String) throws(StoreError) {
    var end = path.startIndex
    while let slash = path[end...].firstIndex(of: "/") {
      end = path.index(after: slash)
      let directory = String(path[..<end])
      guard unsafe mkdir(directory, 0o700) != 0, errno != EEXIST else { continue }
      throw StoreError(
        .cannotOpen,
        "cannot make the directory \(directory): \(unsafe String(cString: strerror(errno)))")
    }
  }
}
