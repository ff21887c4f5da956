import Glibc
import Isolation
import Telemetry
import TestSupport
import Testing

@testable import Network

/// A connection made of plain calls, each on a thread of its own.
private final class RawClient: Sendable {
  private let queue = WorkQueue(name: "raw-http")
  private let descriptor: Int32

  init?(port: UInt16, address: UInt32 = 0x7F00_0001) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = port.bigEndian
    name.sin_addr.s_addr = address.bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
    }
    guard result == 0 else { return nil }
    // A server that never answers must fail the test, not hang it.
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  func send(_ text: String) async {
    await queue.run { [descriptor] in
      _ = text.withCString { Glibc.send(descriptor, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
    }
  }

  /// Reads until `enough` says so or the server closes.
  func read(until enough: @escaping @Sendable (String) -> Bool = { _ in false }) async -> String {
    await queue.run { [descriptor] in
      var answer: [UInt8] = []
      var piece = [UInt8](repeating: 0, count: 65_536)
      while case let count = recv(descriptor, &piece, piece.count, 0), count > 0 {
        answer += piece[..<count]
        if enough(String(decoding: answer, as: UTF8.self)) { break }
      }
      return String(decoding: answer, as: UTF8.self)
    }
  }

  /// One request on a connection that the client wants closed.
  static func request(_ line: String, port: UInt16) async throws -> String {
    let client = try #require(RawClient(port: port))
    await client.send("\(line) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    return await client.read { isWhole($0, hasBody: !line.hasPrefix("HEAD")) }
  }

  /// Whether headers and as much body as they announce are there.
  static func isWhole(_ text: String, hasBody: Bool = true) -> Bool {
    guard let end = text.utf8.firstRange(of: "\r\n\r\n".utf8) else { return false }
    let head = String(decoding: text.utf8[..<end.lowerBound], as: UTF8.self).lowercased()
    guard hasBody, let field = head.firstRange(of: "content-length:") else { return true }
    let count = head[field.upperBound...].drop { $0 == " " }.prefix { $0.isNumber }
    return text.utf8[end.upperBound...].count >= Int(count) ?? 0
  }
}

@Suite(.timeLimit(.minutes(1))) struct LoopbackServerTests {
  private func serve(
    _ routes: [String: HTTPProvider], limits: HTTPLimits = HTTPLimits(),
    _ body: (UInt16) async throws -> Void
  ) async throws {
    let server = try await LoopbackServer.start(
      port: 0, routes: routes, limits: limits, log: .silent)
    #expect(server.port > 0)
    try await body(server.port)
    await server.stop()
    #expect(RawClient(port: server.port) == nil)
  }

  /// libwebsockets finds out that a waiting client is gone, or sends nonsense, when its time is over.
  private static var impatient: HTTPLimits {
    var limits = HTTPLimits()
    limits.patience = 1
    return limits
  }

  @Test func aRouteIsAnswered() async throws {
    try await serve(["/metrics": { HTTPResponse("slots_total 3\n", contentType: "text/plain") }]) {
      let answer = try await RawClient.request("GET /metrics", port: $0)
      #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
      #expect(answer.lowercased().contains("content-type: text/plain\r\n"))
      #expect(answer.lowercased().contains("content-length: 14\r\n"))
      #expect(answer.hasSuffix("\r\n\r\nslots_total 3\n"))
    }
  }

  @Test(arguments: [
    ("HEAD /health", 200, false), ("GET /nothing", 404, true), ("HEAD /nothing", 404, false),
    ("POST /health", 405, true), ("DELETE /health", 405, true), ("GET /health?x=1", 200, true),
  ])
  func everyRequestGetsItsStatus(line: String, status: Int, hasBody: Bool) async throws {
    try await serve(["/health": { HTTPResponse("ok\n") }]) { port in
      let answer = try await RawClient.request(line, port: port)
      #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
      #expect(answer.hasSuffix("\r\n\r\n") == !hasBody)
    }
  }

  @Test func aProviderDecidesItsStatus() async throws {
    try await serve(["/health": { HTTPResponse("late by 3 s\n", status: 503) }]) {
      let answer = try await RawClient.request("GET /health", port: $0)
      #expect(answer.hasPrefix("HTTP/1.1 503 "))
    }
  }

  @Test func manyAskAtOnceAndALargeAnswerArrivesWhole() async throws {
    let body = String(repeating: "0123456789abcde\n", count: 65_536)
    try await serve(["/large": { HTTPResponse(body) }]) { port in
      let answers = try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<12 {
          group.addTask { try await RawClient.request("GET /large", port: port) }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(answers.count == 12)
      for answer in answers { #expect(answer.hasSuffix("\r\n\r\n" + body)) }
    }
  }

  @Test func aConnectionIsUsedAgain() async throws {
    try await serve(["/health": { HTTPResponse("ok\n") }]) { port in
      let client = try #require(RawClient(port: port))
      for _ in 0..<5 {
        await client.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(await client.read { RawClient.isWhole($0) }.hasSuffix("\r\n\r\nok\n"))
      }
    }
  }

  @Test func aSlowProviderAndASlowClientHoldUpNobodyElse() async throws {
    let gate = Probe<Int>()
    let routes: [String: HTTPProvider] = [
      "/slow": {
        _ = await gate.values(atLeast: 1)
        return HTTPResponse("at last\n")
      },
      "/fast": { HTTPResponse("fast\n") },
    ]
    try await serve(routes) { port in
      let half = try #require(RawClient(port: port))
      await half.send("GET /fast HTTP/1.1\r\nHo")
      let slow = try #require(RawClient(port: port))
      await slow.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
      #expect(try await RawClient.request("GET /fast", port: port).hasSuffix("fast\n"))
      await gate.note(1)
      #expect(await slow.read { RawClient.isWhole($0) }.hasSuffix("at last\n"))
      await half.send("st: localhost\r\n\r\n")
      #expect(await half.read { RawClient.isWhole($0) }.hasSuffix("fast\n"))
    }
  }

  @Test func aClientThatGoesCancelsItsProvider() async throws {
    let (began, ended) = (Probe<Int>(), Probe<Bool>())
    let provider: HTTPProvider = {
      await began.note(1)
      try? await Task.sleep(for: .seconds(3_600))
      await ended.note(Task.isCancelled)
      return HTTPResponse("nobody reads this")
    }
    try await serve(["/slow": provider], limits: Self.impatient) { port in
      var client = RawClient(port: port)
      await client?.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
      _ = await began.values(atLeast: 1)
      client = nil
      #expect(await ended.values(atLeast: 1) == [true])
    }
  }

  @Test(arguments: [
    "GET /health HTTP/1.1\r\nX: \(String(repeating: "x", count: 100_000))\r\n\r\n",
    "GET /\(String(repeating: "x", count: 100_000)) HTTP/1.1\r\n\r\n",
    "\u{0}\u{1}\u{2}garbage\r\n\r\n",
    "GARBAGE /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
  ])
  func whatIsNoRequestEndsItsConnectionAlone(_ text: String) async throws {
    try await serve(["/health": { HTTPResponse("ok\n") }], limits: Self.impatient) { port in
      let client = try #require(RawClient(port: port))
      await client.send(text)
      #expect(await !client.read().hasPrefix("HTTP/1.1 200"))
      #expect(try await RawClient.request("GET /health", port: port).hasSuffix("ok\n"))
    }
  }

  @Test func connectionsAreBounded() async throws {
    var limits = HTTPLimits()
    limits.connections = 3
    try await serve(["/health": { HTTPResponse("ok\n") }], limits: limits) { port in
      var clients: [RawClient] = []
      for _ in 0..<3 {
        let client = try #require(RawClient(port: port))
        await client.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(await client.read { RawClient.isWhole($0) }.hasSuffix("ok\n"))
        clients.append(client)
      }
      let fourth = try #require(RawClient(port: port))
      await fourth.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
      #expect(await fourth.read() == "")
      await clients[0].send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
      #expect(await clients[0].read { RawClient.isWhole($0) }.hasSuffix("ok\n"))
    }
  }

  @Test func onlyTheLoopbackAddressAnswers() async throws {
    try await serve(["/health": { HTTPResponse("ok\n") }]) { port in
      // Another address of the loopback interface, which a socket bound to all would answer.
      #expect(RawClient(port: port, address: 0x7F00_0002) == nil)
    }
  }

  @Test func aTakenPortIsSaidAndComesFreeWithStop() async throws {
    let first = try await LoopbackServer.start(port: 0, routes: [:], log: .silent)
    let error = await #expect(throws: HTTPServerError.self) {
      try await LoopbackServer.start(port: first.port, routes: [:], log: .silent)
    }
    #expect(
      error?.description
        == "cannot listen on 127.0.0.1:\(first.port): Address already in use; choose another port")
    await first.stop()
    let second = try await LoopbackServer.start(port: first.port, routes: [:], log: .silent)
    #expect(second.port == first.port)
    await second.stop()
    await second.stop()
  }
}
