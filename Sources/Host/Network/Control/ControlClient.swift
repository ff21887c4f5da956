import Glibc
import Isolation

/// Asks a running host through its control socket. One request at a time.
package final class ControlClient: Sendable {
  private let connection: Connection
  private let queue = WorkQueue(name: "control-client")
  private let lastID = Guarded<Int64>(0)

  /// Connects to the host that listens at `path`.
  ///
  /// - Throws: `not-running` when nobody answers there, `bad-path` when the path cannot be used.
  package init(path: String, limits: ControlLimits = ControlLimits()) throws(ControlError) {
    connection = Connection(
      descriptor: try UnixSocket.connect(to: path), limit: limits.answerBytes)
  }

  /// Sends a request; the items of its answer come as JSON texts, as fast as they are taken.
  ///
  /// Cancelling the task that waits for an item closes the connection.
  ///
  /// - Throws: `disconnected` when the host is gone; the stream throws the host's `ControlError`.
  package func call(_ verb: String, arguments: String = "{}") async throws
    -> AsyncThrowingStream<String, any Error>
  {
    let id = lastID.withLock { last in
      last += 1
      return last
    }
    let line = ControlLine.request(ControlRequest(id: id, verb: verb, arguments: arguments))
    try await waiting { connection throws(ControlError) in try connection.write(line) }
    return AsyncThrowingStream { [self] in try await next(id) }
  }

  /// Sends a request and waits for its whole answer.
  ///
  /// - Throws: The host's `ControlError`, or `disconnected` when the host is gone.
  package func ask(_ verb: String, arguments: String = "{}") async throws -> [String] {
    var items: [String] = []
    for try await item in try await call(verb, arguments: arguments) { items.append(item) }
    return items
  }

  private func next(_ id: Int64) async throws -> String? {
    while true {
      let line = try await waiting { connection throws(ControlError) in try connection.readLine() }
      let (answered, answer) = try ControlLine.parseAnswer(line)
      // Zero answers the connection as a whole: too many clients, a line that is no request.
      guard answered == id || answered == 0 else { continue }
      switch answer {
      case .item(let json): return json
      case .done: return nil
      case .error(let error): throw error
      }
    }
  }

  private func waiting<Result: Sendable>(
    _ body: @escaping @Sendable (Connection) throws(ControlError) -> Result
  ) async throws -> Result {
    try await withTaskCancellationHandler {
      try Task.checkCancellation()
      do {
        return try await queue.run { [connection] () throws(ControlError) in try body(connection) }
      } catch {
        try Task.checkCancellation()
        throw error
      }
    } onCancel: {
      connection.interrupt()
    }
  }
}

/// The client's end of the socket.
///
/// Unchecked because only the client's queue calls anything but `interrupt`, which touches nothing
/// that changes.
private final class Connection: @unchecked Sendable {
  private let descriptor: Int32
  private var buffer: LineBuffer
  private var lines: [[UInt8]] = []

  init(descriptor: Int32, limit: Int) {
    self.descriptor = descriptor
    buffer = LineBuffer(limit: limit)
  }

  deinit { close(descriptor) }

  /// Ends whatever waits on the socket.
  func interrupt() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  func write(_ line: String) throws(ControlError) {
    var rest = Array(line.utf8)[...]
    rest.append(0x0A)
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { bytes in
        unsafe send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw gone }
      rest = rest.dropFirst(count)
    }
  }

  func readLine() throws(ControlError) -> [UInt8] {
    while lines.isEmpty {
      var piece = [UInt8](repeating: 0, count: 65_536)
      let count = unsafe read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw gone }
      lines = try buffer.take(piece[..<count]).reversed()
    }
    return lines.removeLast()
  }

  private var gone: ControlError {
    ControlError(ControlError.disconnected, "the host closed the connection")
  }
}
