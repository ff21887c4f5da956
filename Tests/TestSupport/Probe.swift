import Isolation

/// Collects what happens on other threads and lets a test wait for it.
public actor Probe<Value: Sendable> {
  private var values: [Value] = []
  private var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

  /// Makes a probe that has seen nothing.
  public init() {}

  /// Notes a value.
  public func note(_ value: Value) {
    values.append(value)
    let ready = waiters.filter { $0.count <= values.count }
    waiters.removeAll { $0.count <= values.count }
    for waiter in ready { waiter.continuation.resume() }
  }

  /// All values so far, once there are at least `count`.
  public func values(atLeast count: Int) async -> [Value] {
    if values.count < count {
      await withCheckedContinuation { waiters.append((count, $0)) }
    }
    return values
  }

  /// All values so far.
  public var seen: [Value] { values }
}
