import Glibc
import Isolation
import TestSupport
import Testing

/// An actor that lives on an event loop.
private actor Resident {
  nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
  private(set) var fired: [String] = []
  private(set) var count = 0

  init(loop: EventLoop) { self.loop = loop }

  func add() { count += 1 }

  func fire(_ name: String) { fired.append(name) }

  /// Sets an alarm and waits for it.
  func alarm(_ name: String, after pause: Duration) async {
    let time = SystemTime()
    let planned = time.monotonic + pause
    await withCheckedContinuation { continuation in
      loop.setAlarm(name, at: planned) {
        self.assumeIsolated { $0.fire(name) }
        continuation.resume()
      }
    }
    #expect(time.monotonic >= planned)
  }

  /// Sets alarms, replaces one and clears one, before any can fire: this holds the loop's thread.
  func rearrange(from base: MonotonicInstant) {
    set("a", at: base + .milliseconds(1), as: "first")
    set("a", at: base + .milliseconds(3), as: "second")
    set("b", at: base + .milliseconds(2), as: "cleared")
    set("c", at: .never, as: "never")
    loop.clearAlarm("b")
    loop.clearAlarm("unknown")
  }

  private func set(_ name: String, at time: MonotonicInstant, as label: String) {
    loop.setAlarm(name, at: time) { self.assumeIsolated { $0.fire(label) } }
  }

  /// Reads from `descriptor` into `probe` whenever it is ready.
  func watch(_ descriptor: Int32, _ probe: Probe<String>) {
    loop.watch(descriptor) { readiness in
      var bytes = [UInt8](repeating: 0, count: 64)
      let count = read(descriptor, &bytes, bytes.count)
      if count <= 0 { self.assumeIsolated { $0.loop.unwatch(descriptor) } }
      let text = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
      let isGone = !readiness.isDisjoint(with: .hangUp)
      Task { await probe.note(isGone ? text + " gone" : text) }
    }
  }

  func rewatch(_ descriptor: Int32, for readiness: EventLoop.Readiness) {
    loop.rewatch(descriptor, for: readiness)
  }

  func unwatch(_ descriptor: Int32) { loop.unwatch(descriptor) }
}

@Suite(.timeLimit(.minutes(1))) struct EventLoopTests {
  private let loop = EventLoop(name: "test")
  private let time = SystemTime()

  @Test func alarmsFireInOrderAndNeverEarly() async {
    let resident = Resident(loop: loop)
    async let late: Void = resident.alarm("late", after: .milliseconds(20))
    async let soon: Void = resident.alarm("soon", after: .milliseconds(5))
    _ = await (late, soon)
    #expect(await resident.fired == ["soon", "late"])
    loop.stop()
  }

  @Test func aReplacedAlarmFiresOnceAndAClearedOneNever() async {
    let resident = Resident(loop: loop)
    await resident.rearrange(from: time.monotonic)
    await resident.alarm("end", after: .milliseconds(10))
    #expect(await resident.fired == ["second", "end"])
    loop.stop()
  }

  @Test func anAlarmInThePastFiresAtOnce() async {
    let resident = Resident(loop: loop)
    await resident.alarm("past", after: .seconds(-3_600))
    await resident.alarm("before the start", after: .seconds(-3_600_000_000))
    #expect(await resident.fired.count == 2)
    loop.stop()
  }

  @Test func workOfManyProducersIsDoneOneByOne() async {
    let resident = Resident(loop: loop)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask { for _ in 0..<1_000 { await resident.add() } }
      }
    }
    #expect(await resident.count == 8_000)
    loop.stop()
  }

  @Test func aDescriptorIsReadAndItsEndIsSeen() async {
    let resident = Resident(loop: loop)
    let probe = Probe<String>()
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    await resident.watch(ends[0], probe)
    write(ends[1], "one", 3)
    #expect(await probe.values(atLeast: 1) == ["one"])
    // What is not waited for waits itself.
    await resident.rewatch(ends[0], for: [])
    write(ends[1], "two", 3)
    await resident.alarm("pause", after: .milliseconds(5))
    #expect(await probe.seen == ["one"])
    await resident.rewatch(ends[0], for: .reading)
    #expect(await probe.values(atLeast: 2) == ["one", "two"])
    close(ends[1])
    #expect(await probe.values(atLeast: 3).last == " gone")
    await resident.unwatch(ends[0])
    close(ends[0])
    loop.stop()
  }

  @Test func workThatWasQueuedAndWorkThatComesLaterIsDone() async {
    let resident = Resident(loop: loop)
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<100 {
        group.addTask {
          if number == 50 { self.loop.stop() }
          await resident.add()
        }
      }
    }
    #expect(await resident.count == 100)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<20 { group.addTask { await resident.add() } }
    }
    #expect(await resident.count == 120)
  }

  @Test func manyLoopsLeaveNoDescriptors() async {
    let before = openDescriptors
    for _ in 0..<50 {
      let loop = EventLoop(name: "short")
      await Resident(loop: loop).add()
      loop.stop()
    }
    // Threads end on their own time; other tests open and close theirs meanwhile.
    var left = openDescriptors
    for _ in 0..<200 where left > before + 60 {
      await Resident(loop: loop).alarm("pause", after: .milliseconds(5))
      left = openDescriptors
    }
    #expect(left <= before + 60)
    loop.stop()
  }

  @Test func theWrongThreadIsNoticed() async {
    #expect(loop.isIsolatingCurrentContext() == false)
    await #expect(processExitsWith: .failure) {
      EventLoop(name: "test").setAlarm("x", at: .never) {}
    }
    await #expect(processExitsWith: .failure) {
      WorkQueue(name: "test").checkIsolated()
    }
    loop.stop()
  }

  private var openDescriptors: Int { (0..<1_024).count { fcntl($0, F_GETFD) >= 0 } }
}
