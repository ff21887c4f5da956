import Isolation

/// The connection that writes: one thread, and one transaction for all that waits.
///
/// Unchecked because `connection` and `lock` are touched on the queue's thread alone.
final class GroupWriter: @unchecked Sendable {
  private struct Inbox {
    var writes: [any QueuedWrite] = []
    var isScheduled = false
  }

  /// Writes that may wait; more are refused, because a disk that slow is a fault.
  static let capacity = 10_000

  private let queue = WorkQueue(name: "store-writer")
  private let inbox = Guarded(Inbox())
  private var connection: Database?
  private var lock: StoreLock?

  func open(path: String, pageLimit: Int?) async throws(StoreError) {
    try await queue.run { () throws(StoreError) in
      self.lock = try StoreLock(store: path)
      do throws(StoreError) {
        self.connection = try Connection.writing(path, pageLimit: pageLimit)
      } catch {
        self.lock = nil
        throw error
      }
    }
  }

  /// Ends after the writes that wait.
  func close() async {
    await queue.run {
      self.connection = nil
      self.lock = nil
    }
  }

  /// Runs `body` inside the next transaction; when the call returns, it is on disk.
  func write<Result: Sendable>(
    _ body: @escaping @Sendable (Database) throws(StoreError) -> Result
  ) async throws(StoreError) -> Result {
    let result: Swift.Result<Result, StoreError> = await withCheckedContinuation { continuation in
      add(Write(body: body, continuation: continuation))
    }
    return try result.get()
  }

  private func add(_ write: any QueuedWrite) {
    let (fits, mustSchedule) = inbox.withLock { inbox in
      guard inbox.writes.count < Self.capacity else { return (false, false) }
      inbox.writes.append(write)
      defer { inbox.isScheduled = true }
      return (true, !inbox.isScheduled)
    }
    guard fits else {
      return write.finish(
        StoreError(.busy, "\(Self.capacity) writes wait for the disk; it is too slow or stuck"))
    }
    if mustSchedule { queue.add { self.commitAll() } }
  }

  private func commitAll() {
    let writes = inbox.withLock { inbox in
      defer { inbox = Inbox() }
      return inbox.writes
    }
    let failure = commit(writes)
    for write in writes { write.finish(failure) }
  }

  /// Commits all writes together; one that fails is undone alone.
  private func commit(_ writes: [any QueuedWrite]) -> StoreError? {
    guard let connection else { return StoreError(.closed, "the store was closed") }
    do throws(StoreError) {
      try connection.run("BEGIN IMMEDIATE")
      for write in writes { try perform(write, on: connection) }
      try connection.run("COMMIT")
      return nil
    } catch {
      if connection.isInTransaction { try? connection.run("ROLLBACK") }
      return error
    }
  }

  private func perform(_ write: any QueuedWrite, on connection: Database) throws(StoreError) {
    try connection.run("SAVEPOINT one")
    if let failure = write.perform(on: connection) {
      // A full or failing disk ends the whole transaction, and with it the other writes.
      guard connection.isInTransaction else { throw failure }
      try connection.run("ROLLBACK TO one")
    }
    try connection.run("RELEASE one")
  }
}

/// A write that waits for its transaction, whatever it returns.
private protocol QueuedWrite: Sendable {
  /// Does the work, keeps its result, and returns its error.
  func perform(on connection: Database) -> StoreError?

  /// Tells the caller: its own result, or why the transaction failed.
  func finish(_ failure: StoreError?)
}

/// Unchecked because `result` is touched on the writer's thread alone.
private final class Write<Result: Sendable>: QueuedWrite, @unchecked Sendable {
  private let body: @Sendable (Database) throws(StoreError) -> Result
  private let continuation: CheckedContinuation<Swift.Result<Result, StoreError>, Never>
  private var result: Swift.Result<Result, StoreError> = .failure(
    StoreError(.failed, "the write was not carried out"))

  init(
    body: @escaping @Sendable (Database) throws(StoreError) -> Result,
    continuation: CheckedContinuation<Swift.Result<Result, StoreError>, Never>
  ) {
    self.body = body
    self.continuation = continuation
  }

  func perform(on connection: Database) -> StoreError? {
    do throws(StoreError) {
      result = .success(try body(connection))
      return nil
    } catch {
      result = .failure(error)
      return error
    }
  }

  func finish(_ failure: StoreError?) {
    continuation.resume(returning: failure.map { .failure($0) } ?? result)
  }
}
