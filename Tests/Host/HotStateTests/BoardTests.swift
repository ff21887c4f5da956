@_spi(Host) import PluginAPI
import Testing

@testable import HotState

extension BoardEntry {
  fileprivate init(_ json: String, by publisher: String, at seconds: Int64) {
    self.init(json: json, published: Timestamp(seconds: seconds), publisher: publisher)
  }
}

@Suite struct BoardTests {
  @Test func theNewestValueWinsWithItsPublisherAndTime() async throws {
    let board = MemoryBoard()
    #expect(try await board.read("multiplier") == nil)
    try await board.publish(BoardEntry("1", by: "target-control", at: 1), under: "multiplier")
    try await board.publish(BoardEntry("2", by: "other", at: 2), under: "multiplier")
    let newest = BoardEntry("2", by: "other", at: 2)
    #expect(try await board.read("multiplier") == newest)
    #expect(try await board.entries() == ["multiplier": newest])
  }

  @Test func aFullBoardStillTakesKnownKeys() async throws {
    var limits = BoardLimits()
    limits.keys = 2
    let board = MemoryBoard(limits: limits)
    try await board.publish(BoardEntry("1", by: "a", at: 1), under: "a")
    try await board.publish(BoardEntry("1", by: "a", at: 1), under: "b")
    await #expect(throws: BoardError("c: the board is full with 2 keys")) {
      try await board.publish(BoardEntry("1", by: "a", at: 1), under: "c")
    }
    try await board.publish(BoardEntry("2", by: "a", at: 2), under: "a")
    #expect(try await board.read("a")?.json == "2")
  }

  @Test func oneJobCannotFillTheBoard() async throws {
    var limits = BoardLimits()
    limits.keysOfJob = 2
    let board = MemoryBoard(limits: limits)
    for key in ["a", "b", "b"] {
      try await board.publish(BoardEntry("1", by: "greedy", at: 1), under: key)
    }
    await #expect(throws: BoardError.self) {
      try await board.publish(BoardEntry("1", by: "greedy", at: 1), under: "c")
    }
    try await board.publish(BoardEntry("1", by: "other", at: 1), under: "c")
    // Who publishes under a key last, has it.
    try await board.publish(BoardEntry("2", by: "other", at: 2), under: "a")
    try await board.publish(BoardEntry("2", by: "greedy", at: 2), under: "d")
    #expect(try await board.entries().count == 4)
  }

  @Test(arguments: [
    ("", 1, "a key on the board has 1 to 8 bytes, not 0"),
    ("abcdefghi", 1, "a key on the board has 1 to 8 bytes, not 9"),
    ("a", 17, "a: the value has 17 bytes, 16 are allowed"),
  ])
  func whatIsTooLongIsRefused(key: String, bytes: Int, message: String) async throws {
    var limits = BoardLimits()
    (limits.keyBytes, limits.valueBytes) = (8, 16)
    let board = MemoryBoard(limits: limits)
    let entry = BoardEntry(String(repeating: "1", count: bytes), by: "a", at: 1)
    await #expect(throws: BoardError(message)) { try await board.publish(entry, under: key) }
  }

  @Test func everyFollowerGetsEverySignal() async throws {
    let signals = MemorySignals()
    let (first, second) = (signals.follow(), signals.follow())
    let sent = ["rebuild", "kill"].map {
      Signal(name: $0, sender: "test", time: Timestamp(seconds: 1))
    }
    for signal in sent { await signals.send(signal) }
    for stream in [first, second] {
      var seen: [Signal] = []
      for await signal in stream.prefix(2) { seen.append(signal) }
      #expect(seen == sent)
    }
  }

  @Test func aFollowerThatDoesNotReadLosesTheOldest() async throws {
    let signals = MemorySignals(capacity: 2)
    let stream = signals.follow()
    for name in ["a", "b", "c"] {
      await signals.send(Signal(name: name, sender: "test", time: Timestamp(seconds: 1)))
    }
    var seen: [String] = []
    for await signal in stream.prefix(2) { seen.append(signal.name) }
    #expect(seen == ["b", "c"])
    #expect(signals.lost == 1)
  }
}
