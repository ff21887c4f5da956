/// What a test waited for did not come in time.
struct TooLate: Error, CustomStringConvertible {
  let description: String
}

/// Waits for `body`, but not for ever; the limit is generous because machines are noisy.
///
/// - Throws: `TooLate` with `context` when the time is up, and whatever `body` throws.
func within<Result: Sendable>(
  _ limit: Duration = .seconds(30), _ what: String, context: @Sendable () async -> String = { "" },
  _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
  let result = try await withThrowingTaskGroup(of: Result?.self) { group in
    group.addTask { try await body() }
    group.addTask {
      try await Task.sleep(for: limit)
      return nil
    }
    defer { group.cancelAll() }
    return try await group.next() ?? nil
  }
  guard let result else {
    throw TooLate(description: "\(what): not within \(limit)\n\(await context())")
  }
  return result
}
