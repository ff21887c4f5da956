import Isolation

/// The connection that reads, on a thread of its own; it sees what was committed.
///
/// Unchecked because `connection` is touched on the queue's thread alone.
final class Reader: @unchecked Sendable {
  private let queue = WorkQueue(name: "store-reader")
  private var connection: Database?

  func open(path: String) async throws(StoreError) {
    try await queue.run { () throws(StoreError) in
      self.connection = try Connection.reading(path)
    }
  }

  func close() async { await queue.run { self.connection = nil } }

  func read<Result: Sendable>(
    _ body: @escaping @Sendable (Database) throws(StoreError) -> Result
  ) async throws(StoreError) -> Result {
    try await queue.run { () throws(StoreError) in
      guard let connection = self.connection else {
        throw StoreError(.closed, "the store was closed")
      }
      return try body(connection)
    }
  }
}
