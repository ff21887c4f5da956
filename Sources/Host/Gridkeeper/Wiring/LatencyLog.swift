import Isolation
import PluginAPI
import Storage

/// How long things took since the store was told last; what does not fit is left out.
final class LatencyLog: Sendable {
  private static let capacity = 1_000

  private let time: any TimeSource
  private let records = Guarded<[LatencyRecord]>([])

  init(time: any TimeSource) { self.time = time }

  /// Does what is asked of `target` and notes how long it took, whether it went well or not.
  ///
  /// - Throws: Whatever is thrown by `body`.
  func measure<Result: Sendable>(
    _ target: String, _ operation: String, _ body: () async throws -> Result
  ) async throws -> Result {
    let began = time.monotonic
    defer { note(target, operation, time.monotonic - began) }
    return try await body()
  }

  /// The records since the last call.
  func take() -> [LatencyRecord] {
    records.withLock { records in
      defer { records = [] }
      return records
    }
  }

  private func note(_ target: String, _ operation: String, _ duration: Duration) {
    let record = LatencyRecord(
      time: time.wall, target: target, operation: operation, duration: duration)
    records.withLock { if $0.count < Self.capacity { $0.append(record) } }
  }
}
