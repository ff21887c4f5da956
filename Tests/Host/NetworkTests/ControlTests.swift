import Glibc
import Isolation
import Telemetry
import TestSupport
import Testing

@testable import Network

/// A server in a directory of its own.
private struct Fixture {
  let directory = TemporaryDirectory()
  let loop = EventLoop(name: "control-test")
  let server: ControlServer

  var path: String { directory.file("control.sock") }

  init(limits: ControlLimits = ControlLimits(), _ handler: @escaping ControlServer.Handler) {
    server = ControlServer(
      path: directory.file("control.sock"), loop: loop, limits: limits, log: .silent,
      handler: handler)
  }

  func end() async {
    await server.stop()
    loop.stop()
  }
}

@Suite(.timeLimit(.minutes(1))) struct ControlTests {
  @Test func itemsComeInOrderAndTheAnswerEnds() async throws {
    let fixture = Fixture { request, replies in
      for number in 0..<3 { try await replies.send("{\"\(request.verb)\": \(number)}") }
      try await replies.send("\(request.arguments)")
    }
    try await fixture.server.start()
    let client = try ControlClient(path: fixture.path)
    let items = try await client.ask(
      "jobs", arguments: "{\"name\":\"a \\\"b\\\" {\",\n\"n\":[1,2]}")
    #expect(
      items == [
        "{\"jobs\": 0}", "{\"jobs\": 1}", "{\"jobs\": 2}",
        "{\"name\":\"a \\\"b\\\" {\", \"n\":[1,2]}",
      ])
    #expect(try await client.ask("again", arguments: "{}").count == 4)
    await fixture.end()
  }

  @Test func anErrorReachesTheClientWithItsCode() async throws {
    let fixture = Fixture { request, replies in
      try await replies.send("1")
      if request.verb == "why" {
        throw ControlError("unknown-job", "no job \"gird\"; did you mean \"grid\"?")
      }
      throw CancellationError()
    }
    try await fixture.server.start()
    let client = try ControlClient(path: fixture.path)
    await #expect(throws: ControlError("unknown-job", "no job \"gird\"; did you mean \"grid\"?")) {
      try await client.ask("why")
    }
    await #expect(throws: ControlError("failed", "CancellationError()")) {
      try await client.ask("other")
    }
    await fixture.end()
  }

  @Test func aClientThatGoesCancelsItsHandler() async throws {
    let ended = Probe<String>()
    let fixture = Fixture { _, replies in
      await withTaskCancellationHandler {
        while (try? await replies.send("\"tick\"")) != nil {}
      } onCancel: {
        Task { await ended.note("cancelled") }
      }
      await ended.note("returned")
    }
    try await fixture.server.start()
    let task = Task {
      let client = try ControlClient(path: fixture.path)
      for try await _ in try await client.call("events") { break }
    }
    try await task.value
    #expect(await Set(ended.values(atLeast: 2)) == ["cancelled", "returned"])
    await fixture.end()
  }

  @Test func aSlowClientMakesItsHandlerWaitAndNobodyElse() async throws {
    let sent = Guarded(0)
    let fixture = Fixture { request, replies in
      guard request.verb == "flood" else { return try await replies.send("\"pong\"") }
      let line = "\"\(String(repeating: "x", count: 10_000))\""
      for _ in 0..<200 {
        try await replies.send(line)
        sent.withLock { $0 += 1 }
      }
    }
    try await fixture.server.start()
    let slow = try ControlClient(path: fixture.path)
    let flood = try await slow.call("flood")
    let other = try ControlClient(path: fixture.path)
    for _ in 0..<100 { #expect(try await other.ask("ping") == ["\"pong\""]) }
    #expect(sent.withLock { $0 } < 150)
    var count = 0
    for try await item in flood { count += item.utf8.count == 10_002 ? 1 : 0 }
    #expect(count == 200)
    await fixture.end()
  }

  @Test func aSocketThatNobodyAnswersOnIsTakenOver() async throws {
    let first = Fixture { _, replies in try await replies.send("1") }
    try await first.server.start()
    let second = ControlServer(
      path: first.path, loop: first.loop, log: .silent, handler: { _, _ in })
    await #expect(throws: ControlError("already-running", "another host answers on \(first.path)"))
    {
      try await second.start()
    }
    // A host that was killed leaves its socket file behind.
    let left = first.directory.file("left.sock")
    close(try UnixSocket.listen(at: left))
    let third = ControlServer(path: left, loop: first.loop, log: .silent) { _, replies in
      try await replies.send("3")
    }
    try await third.start()
    #expect(try await ControlClient(path: left).ask("x") == ["3"])
    await third.stop()
    #expect(access(left, F_OK) != 0)
    await first.end()
    #expect(throws: ControlError.self) { try ControlClient(path: first.path) }
  }

  @Test func aFileThatIsNoSocketIsLeftAlone() async throws {
    let fixture = Fixture { _, _ in }
    close(open(fixture.path, O_CREAT | O_WRONLY, 0o600))
    let error = await #expect(throws: ControlError.self) { try await fixture.server.start() }
    #expect(error?.code == "bad-path")
    #expect(access(fixture.path, F_OK) == 0)
    await fixture.end()
  }

  @Test func onlyTheOwnerMayConnect() async throws {
    let fixture = Fixture { _, _ in }
    try await fixture.server.start()
    var status = stat()
    #expect(lstat(fixture.path, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
    await fixture.end()
  }

  @Test func aPathThatIsTooLongIsSaid() {
    let path = "/tmp/" + String(repeating: "x", count: 200)
    let error = #expect(throws: ControlError.self) { try ControlClient(path: path) }
    #expect(error?.message.contains("at most 107") == true)
  }

  @Test func clientsAreBounded() async throws {
    var limits = ControlLimits()
    limits.clients = 2
    let fixture = Fixture(limits: limits) { _, replies in try await replies.send("1") }
    try await fixture.server.start()
    let first = try ControlClient(path: fixture.path)
    let second = try ControlClient(path: fixture.path)
    #expect(try await first.ask("a") == ["1"])
    #expect(try await second.ask("a") == ["1"])
    let third = try ControlClient(path: fixture.path)
    let error = await #expect(throws: ControlError.self) { try await third.ask("a") }
    #expect(error.map { ["busy", "disconnected"].contains($0.code) } == true)
    #expect(try await first.ask("a") == ["1"])
    await fixture.end()
  }

  @Test(arguments: ["{}\n", "garbage\n", "{\"id\":1}\n", "{\"id\":1,\"verb\":\"x\n", "[[[\n"])
  func whatIsNoRequestIsAnsweredAndEndsTheConnection(_ text: String) async throws {
    let fixture = Fixture { _, replies in try await replies.send("1") }
    try await fixture.server.start()
    let answer = try await exchange(text, with: fixture.path)
    #expect(answer.contains("\"code\":\"malformed\""))
    await fixture.end()
  }

  @Test func anEndlessLineIsCutOff() async throws {
    var limits = ControlLimits()
    limits.lineBytes = 1_000
    limits.answerBytes = 1_000
    let fixture = Fixture(limits: limits) { _, replies in
      try await replies.send("\"\(String(repeating: "x", count: 2_000))\"")
    }
    try await fixture.server.start()
    let answer = try await exchange(String(repeating: "x", count: 1_200), with: fixture.path)
    #expect(answer.contains("\"code\":\"too-long\""))
    let client = try ControlClient(path: fixture.path)
    let error = await #expect(throws: ControlError.self) { try await client.ask("big") }
    #expect(error?.code == "too-long")
    await fixture.end()
  }

  @Test func aClientThatClosedItsSideStillGetsItsAnswer() async throws {
    let fixture = Fixture { _, replies in try await replies.send("\"here\"") }
    try await fixture.server.start()
    let answer = try await exchange("{\"id\":7,\"verb\":\"x\"}\n", with: fixture.path)
    #expect(answer == "{\"id\":7,\"item\":\"here\"}\n{\"id\":7,\"done\":true}\n")
    await fixture.end()
  }

  @Test func stoppingTheServerEndsWhatClientsWaitFor() async throws {
    let begun = Probe<Int>()
    let fixture = Fixture { _, _ in
      await begun.note(1)
      try await Task.sleep(for: .seconds(3_600))
    }
    try await fixture.server.start()
    let client = try ControlClient(path: fixture.path)
    let answer = Task { try await client.ask("wait") }
    _ = await begun.values(atLeast: 1)
    await fixture.end()
    let error = await #expect(throws: ControlError.self) { try await answer.value }
    #expect(error?.code == "disconnected")
  }

  /// Sends raw bytes, closes the writing side and returns all that comes back.
  private func exchange(_ text: String, with path: String) async throws -> String {
    let queue = WorkQueue(name: "raw")
    return try await queue.run { () throws(ControlError) in
      let descriptor = try UnixSocket.connect(to: path)
      defer { close(descriptor) }
      _ = text.withCString { write(descriptor, $0, strlen($0)) }
      shutdown(descriptor, Int32(SHUT_WR))
      var answer: [UInt8] = []
      var piece = [UInt8](repeating: 0, count: 4_096)
      while case let count = read(descriptor, &piece, piece.count), count > 0 {
        answer += piece[..<count]
      }
      return String(decoding: answer, as: UTF8.self)
    }
  }
}
