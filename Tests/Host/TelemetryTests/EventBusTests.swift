import Isolation
import PluginAPI
import TestSupport
import Testing

@testable import Telemetry

@Suite(.timeLimit(.minutes(1))) struct EventBusTests {
  private let time = ManualTime()

  private func take(_ count: Int, of stream: AsyncStream<EventBus.Item>) async -> [String] {
    var seen: [String] = []
    for await item in stream.prefix(count) {
      switch item {
      case .event(let event): seen.append("\(event.sequence) \(event.name)")
      case .missed(let count): seen.append("missed \(count)")
      }
    }
    return seen
  }

  @Test func eventsComeInBatchesAndAGapShowsWhatWasMissed() async {
    let bus = EventBus(time: ManualTime(), startingAfter: 10, capacity: 3)
    for number in 0..<5 { bus.emit("E\(number)") }
    #expect(await bus.next(after: 10, limit: 2).map(\.sequence) == [13, 14])
    #expect(await bus.next(after: 14, limit: 9).map(\.sequence) == [15])
    async let later = bus.next(after: 15, limit: 9)
    bus.emit("later")
    #expect(await later.map(\.name) == ["later"])
    let waiting = Task { await bus.next(after: 16, limit: 9) }
    waiting.cancel()
    #expect(await waiting.value == [])
  }

  @Test func numbersGoOnOverARestart() {
    let bus = EventBus(time: time, startingAfter: 41)
    #expect(bus.emit("A", job: "grid", ["k": "v"]).sequence == 42)
    #expect(bus.emit("B").sequence == 43)
    #expect(bus.last == 43)
    #expect(bus.recent(limit: 9).map(\.name) == ["A", "B"])
  }

  @Test func aFollowerSeesWhatWasAndWhatComes() async {
    let bus = EventBus(time: time)
    bus.emit("A")
    bus.emit("B")
    let stream = bus.subscribe(after: 1)
    let live = bus.subscribe()
    async let seen = take(3, of: stream)
    async let seenLive = take(2, of: live)
    bus.emit("C")
    bus.emit("D")
    #expect(await seen == ["2 B", "3 C", "4 D"])
    #expect(await seenLive == ["3 C", "4 D"])
  }

  @Test func aSlowFollowerLearnsWhatItMissed() async {
    let bus = EventBus(time: time, capacity: 4)
    let stream = bus.subscribe()
    for number in 1...10 { bus.emit("E\(number)") }
    #expect(await take(5, of: stream) == ["missed 6", "7 E7", "8 E8", "9 E9", "10 E10"])
    #expect(bus.recent(limit: 99).map(\.sequence) == [7, 8, 9, 10])
    #expect(bus.recent(limit: 2).map(\.sequence) == [9, 10])
  }

  @Test func aFollowerFromBeforeTheRestartLearnsWhatItMissed() async {
    let bus = EventBus(time: time, startingAfter: 100)
    bus.emit("A")
    #expect(await take(2, of: bus.subscribe(after: 90)) == ["missed 10", "101 A"])
  }

  @Test func cancellingAFollowerEndsIt() async {
    let bus = EventBus(time: time)
    let began = Probe<Int>()
    let task = Task {
      await began.note(1)
      for await _ in bus.subscribe() {}
      return "ended"
    }
    _ = await began.values(atLeast: 1)
    task.cancel()
    #expect(await task.value == "ended")
    bus.emit("A")
  }

  @Test func manyPublishersAndFollowersLoseNothing() async {
    let bus = EventBus(time: time, capacity: 10_000)
    let streams = (0..<4).map { _ in bus.subscribe() }
    await withTaskGroup(of: [String].self) { group in
      for stream in streams { group.addTask { await take(800, of: stream) } }
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<100 { bus.emit("E") }
          return []
        }
      }
      let expected = (1...800).map { "\($0) E" }
      for await seen in group where !seen.isEmpty { #expect(seen == expected) }
    }
  }
}
