import Isolation
import Lab

/// Drives an event loop on virtual time.
struct VirtualDriver: LoopDriver {
  func runSoon(_ body: @escaping @Sendable () -> Void) { Task.detached { body() } }

  func run(at time: MonotonicInstant, _ body: @escaping @Sendable () -> Void) {
    Task.detached {
      try? await VirtualTime.pause(until: time)
      body()
    }
  }
}

/// Brings work onto an event loop.
actor LoopEntrance {
  nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  init(_ loop: EventLoop) { self.loop = loop }

  func run(_ body: @Sendable () -> Void) { body() }
}
