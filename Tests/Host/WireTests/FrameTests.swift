import Isolation
@_spi(Host) import PluginAPI
import Testing

@testable import Wire

/// One message of each kind, and what survives the journey.
enum Samples {
  static let host: [HostMessage] = [
    .hello(HostHello(plugin: "Idle", library: "/x/libIdle.so", pin: nil, memory: 1, files: 2)),
    .prepare(
      PrepareJobs(
        id: 1, jobs: [PrepareJob(handle: 2, name: "a", kind: "b", parameters: ["c": "d"])])),
    .release([1, 2, 3]),
    .start([start(1), start(.max)]),
    .start([]),
    .cancel([1, .max]),
    .reply(RunReply(call: 7, content: .json("{}"))),
    .ping(.max),
    .stop,
  ]

  static let worker: [WorkerMessage] = [
    .hello(
      WorkerHello(
        contract: 1, plugin: "Idle", version: "1", digest: "ab",
        jobs: [JobDescription(kind: "k", summary: "s", capabilities: [.trade], parameters: [])])),
    .refused(LoadFailure(.noEntry, "why")),
    .prepared(PreparedJobs(id: 1, refused: [])),
    .ended([
      end(.done("")), end(.done("ünï")), end(.nothingToDo("x")), end(.retry(.milliseconds(5))),
      end(.failed("no")), end(.cancelled("")),
    ]),
    .request(RunRequest(run: 1, call: 2, content: .signal("s"))),
    .told(ToldBatch(items: [.init(run: 1, content: .log(.info, "m", fields: [:]))], dropped: 3)),
    .pong(1),
  ]

  static func start(_ run: UInt64) -> StartRun {
    StartRun(
      run: run, handle: .max, plannedAt: Timestamp(nanoseconds: .min), cause: .retry, attempt: 3,
      seed: .max, endMayWait: run % 2 == 0)
  }

  static func end(_ result: RunResult) -> EndedRun {
    EndedRun(
      run: .max, result: result, received: MonotonicInstant(nanoseconds: 1),
      started: MonotonicInstant(nanoseconds: 2), ended: MonotonicInstant(nanoseconds: .max))
  }

  static func bytes(_ messages: [HostMessage]) throws -> [UInt8] {
    var writer = ByteWriter()
    for message in messages { try message.write(to: &writer) }
    return writer.take()
  }

  static func bytes(_ messages: [WorkerMessage]) throws -> [UInt8] {
    var writer = ByteWriter()
    for message in messages { try message.write(to: &writer) }
    return writer.take()
  }
}

@Suite struct FrameTests {
  @Test(arguments: [1, 2, 3, 7, 64, 100_000])
  func messagesSurviveWhateverThePieces(size: Int) throws {
    let bytes = try Samples.bytes(Samples.host) + Samples.bytes(Samples.worker)
    var decoder = FrameDecoder()
    var host: [HostMessage] = []
    var worker: [WorkerMessage] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      decoder.append(bytes[start..<min(start + size, bytes.count)])
      while let frame = try decoder.next() {
        if frame.kind < 65 {
          host.append(try HostMessage(frame))
        } else {
          worker.append(try WorkerMessage(frame))
        }
      }
    }
    #expect(host == Samples.host)
    #expect(worker == Samples.worker)
    #expect(decoder.pending == 0)
  }

  @Test(
    arguments: [
      ([0, 0, 0, 0], WireError.badLength(0)),
      ([1, 0, 0, 1], .badLength(0x0100_0001)),
      ([255, 255, 255, 255], .badLength(0xffff_ffff)),
    ] as [([UInt8], WireError)])
  func aBadLengthIsRefusedBeforeAnythingIsBuffered(bytes: [UInt8], error: WireError) {
    var decoder = FrameDecoder()
    decoder.append(bytes)
    #expect(throws: error) { try decoder.next() }
  }

  @Test(
    arguments: [
      ([99], .unknownKind(99)),
      ([7, 1, 2], .malformed(kind: 7, "it ends too early")),
      ([8, 1], .malformed(kind: 8, "1 bytes too many")),
      ([4, 255, 255, 255, 255], .malformed(kind: 4, "it ends too early")),
      ([2, 0x7b], .malformed(kind: 2, "it is no PrepareJobs")),
    ] as [([UInt8], WireError)])
  func nonsenseIsATypedError(frame: [UInt8], error: WireError) throws {
    var decoder = FrameDecoder()
    decoder.append([UInt8(frame.count), 0, 0, 0] + frame)
    let read = try #require(try decoder.next())
    #expect(throws: error) { try HostMessage(read) }
  }

  @Test func aMessageThatIsTooLongIsNotWritten() throws {
    let long = String(repeating: "x", count: Wire.longestFrame)
    var writer = ByteWriter()
    try HostMessage.ping(1).write(to: &writer)
    let before = writer.bytes
    #expect(throws: WireError.self) {
      try HostMessage.reply(RunReply(call: 1, content: .failed(long))).write(to: &writer)
    }
    #expect(writer.bytes == before)
  }

  @Test(arguments: 0..<40) func mutatedStreamsNeverTrap(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let clean = try Samples.bytes(Samples.host) + Samples.bytes(Samples.worker)
    for _ in 0..<50 {
      var bytes = clean
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
          in: 0...255, using: &random)
      }
      bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
      read(bytes, in: Int.random(in: 1...200, using: &random))
    }
  }

  /// Reads until the first error, as both sides do.
  private func read(_ bytes: [UInt8], in size: Int) {
    var decoder = FrameDecoder()
    for start in stride(from: 0, to: bytes.count, by: size) {
      decoder.append(bytes[start..<min(start + size, bytes.count)])
      do {
        while let frame = try decoder.next() {
          _ = try? HostMessage(frame)
          _ = try? WorkerMessage(frame)
        }
      } catch { return }
    }
  }

  @Test func longTextsAreCutBetweenCharacters() {
    #expect("aü€".shortened(toBytes: 2) == "a")
    #expect("aü€".shortened(toBytes: 3) == "aü")
    #expect("aü€".shortened(toBytes: 5) == "aü")
    #expect("aü€".shortened(toBytes: 6) == "aü€")
  }
}

@Suite struct SHA256Tests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ]) func knownDigests(text: String, digest: String) {
    #expect(SHA256.hex(Array(text.utf8)) == digest)
  }

  @Test(arguments: [1, 55, 56, 63, 64, 65, 1_000]) func piecesDoNotMatter(size: Int) {
    let bytes = [UInt8](repeating: 0x61, count: 1_000_000 / 50)
    var hash = SHA256()
    for start in stride(from: 0, to: bytes.count, by: size) {
      hash.update(bytes[start..<min(start + size, bytes.count)])
    }
    #expect(hash.hex() == SHA256.hex(bytes))
  }
}
