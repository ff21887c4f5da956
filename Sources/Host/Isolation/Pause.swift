/// Waits for a time, or until the task is cancelled; handed in, so that tests never wait.
///
/// - Throws: `CancellationError`.
package typealias Pause = @Sendable (Duration) async throws -> Void

extension SystemTime {
  /// Waits as long as it is told.
  package static let pause: Pause = { try await Task.sleep(for: $0) }
}
