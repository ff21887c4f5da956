import Isolation
import Testing

/// An actor that lives on an event loop.
private actor Resident {
  nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
  private var fired: [String] = []

  init(loop: EventLoop) { self.loop = loop }

  func alarm(_ name: String, after pause: Duration) async {
    let time = SystemTime()
    let planned = time.monotonic + pause
    await withCheckedContinuation { continuation in
      loop.setAlarm(name, at: planned) {
        self.assumeIsolated { $0.fired.append(name) }
        continuation.resume()
      }
    }
    #expect(time.monotonic >= planned)
  }

  func names() -> [String] { fired }
}

@Suite struct EventLoopTests {
  @Test func alarmsFireInOrderAndNeverEarly() async {
    let loop = EventLoop(name: "test")
    let resident = Resident(loop: loop)
    async let late: Void = resident.alarm("late", after: .milliseconds(20))
    async let soon: Void = resident.alarm("soon", after: .milliseconds(5))
    _ = await (late, soon)
    #expect(await resident.names() == ["soon", "late"])
    loop.stop()
  }

  @Test func blockingWorkReturnsItsResult() async {
    let queue = WorkQueue(name: "test")
    let sum = await queue.run { (1...10).reduce(0, +) }
    #expect(sum == 55)
  }
}
