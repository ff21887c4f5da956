@_spi(ExperimentalCustomExecutors) import _Concurrency
package import Isolation
package import PluginAPI

/// The clocks of a process whose time is virtual.
package struct VirtualTime: TimeSource {
  private let start: Timestamp

  /// Clocks that show `start` on the wall when virtual time is zero.
  package init(start: Timestamp) { self.start = start }

  /// Runs tasks on virtual time.
  package static var executor: any TaskExecutor { VirtualExecutor.shared }

  package var monotonic: MonotonicInstant { Self.now }

  package var wall: Timestamp {
    start + .nanoseconds(Self.now.nanoseconds)
  }

  /// The point that virtual time has reached; it begins at zero.
  package static var now: MonotonicInstant { VirtualExecutor.shared.now }

  /// Waits for a length of virtual time.
  ///
  /// - Throws: `CancellationError`.
  package static func pause(for duration: Duration) async throws {
    try await VirtualExecutor.shared.pause(until: now + duration)
  }

  /// Waits until virtual time has reached `instant`.
  ///
  /// - Throws: `CancellationError`.
  package static func pause(until instant: MonotonicInstant) async throws {
    try await VirtualExecutor.shared.pause(until: instant)
  }

  /// Makes all tasks and actors of this process run on one thread and on virtual time, and runs
  /// `body` there to its end. Call it on the main thread, before anything else is asynchronous.
  ///
  /// - Returns: `nil` when `body` waits for something that will never happen.
  package static func run<Result: Sendable>(_ body: @escaping @Sendable () async -> Result)
    -> Result?
  {
    _createExecutors(factory: VirtualExecutors.self)
    let result = Guarded<Result?>(nil)
    Task.detached {
      let value = await body()
      result.withLock { $0 = value }
      VirtualExecutor.shared.finish()
    }
    VirtualExecutor.shared.run()
    return result.withLock(\.self)
  }
}
