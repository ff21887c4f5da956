import Synchronization

/// Connects a run with its test.
final class TestServices: RunServices {
  private let test: TestRun
  private let told = Mutex<[Telling]>([])
  let now: Timestamp

  init(test: TestRun, now: Timestamp) {
    self.test = test
    self.now = now
  }

  func call(_ call: ServiceCall) async throws -> ServiceReply { await test.answer(call) }

  func tell(_ telling: Telling) { told.withLock { $0.append(telling) } }

  /// What was told since the last call, in order.
  func drain() -> [Telling] {
    told.withLock { told in
      defer { told = [] }
      return told
    }
  }
}
