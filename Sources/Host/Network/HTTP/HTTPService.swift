import CWebSockets
import Isolation

/// The thread that runs libwebsockets.
///
/// Unchecked because everything but `outbox` is touched on that thread alone.
@safe final class HTTPService: @unchecked Sendable {
  @safe private struct Outbox {
    var answers: [(id: UInt64, HTTPResponse)] = []
    var context: HTTPHandle?
    var isStopping = false
    var stopped: [CheckedContinuation<Void, Never>] = []
  }

  private let routes: [String: HTTPProvider]
  private let limits: HTTPLimits
  private let outbox = Guarded(Outbox())
  private var sessions: [HTTPHandle: HTTPSession] = [:]
  private var connections = 0
  private var lastID: UInt64 = 0

  init(routes: [String: HTTPProvider], limits: HTTPLimits) {
    self.routes = routes
    self.limits = limits
  }

  // MARK: From other threads

  /// Starts the thread and returns the port that it listens on.
  func start(port: UInt16) async throws(HTTPServerError) -> UInt16 {
    let result: Result<UInt16, HTTPServerError> = await withCheckedContinuation { started in
      Thread.start(name: "http") { self.run(port: port, started) }
    }
    return try result.get()
  }

  func stop() async {
    await withCheckedContinuation { continuation in
      let isOver = outbox.withLock { outbox in
        guard let context = outbox.context else { return true }
        outbox.isStopping = true
        outbox.stopped.append(continuation)
        // Under the lock, because the thread destroys the context once it has let go of it.
        unsafe lws_cancel_service(context.pointer)
        return false
      }
      if isOver { continuation.resume() }
    }
  }

  private func post(_ response: HTTPResponse, for id: UInt64) {
    outbox.withLock { outbox in
      guard let context = outbox.context else { return }
      outbox.answers.append((id, response))
      unsafe lws_cancel_service(context.pointer)
    }
  }

  // MARK: The thread

  private func run(
    port: UInt16, _ started: CheckedContinuation<Result<UInt16, HTTPServerError>, Never>
  ) {
    let protocols = unsafe HTTPContext.makeProtocols(serviceCallback)
    defer { unsafe protocols.deallocate() }
    let context: HTTPHandle
    do throws(HTTPServerError) {
      let owner = unsafe Unmanaged.passUnretained(self).toOpaque()
      unsafe context = try HTTPContext.make(
        port: port, limits: limits, protocols: protocols, owner: owner)
    } catch {
      return started.resume(returning: .failure(error))
    }
    outbox.withLock { $0.context = context }
    started.resume(returning: .success(HTTPContext.port(of: context)))
    while !outbox.withLock({ $0.isStopping }) {
      if unsafe lws_service(context.pointer, 0) < 0 { break }
    }
    end(context)
  }

  private func end(_ context: HTTPHandle) {
    outbox.withLock { $0.context = nil }
    unsafe lws_context_destroy(context.pointer)
    for session in sessions.values { session.task?.cancel() }
    let waiting = outbox.withLock { $0.stopped }
    for continuation in waiting { continuation.resume() }
  }

  /// What libwebsockets reports; anything but 0 closes the connection.
  fileprivate func handle(
    _ reason: lws_callback_reasons, _ connection: HTTPHandle, path: String
  ) -> Int32 {
    switch reason {
    case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
      return connections < limits.connections ? 0 : -1
    case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
      connections += 1
    case LWS_CALLBACK_WSI_DESTROY:
      connections = max(0, connections - 1)
      sessions.removeValue(forKey: connection)?.task?.cancel()
    case LWS_CALLBACK_HTTP:
      begin(connection, path)
    case LWS_CALLBACK_CLOSED_HTTP:
      sessions.removeValue(forKey: connection)?.task?.cancel()
    case LWS_CALLBACK_HTTP_WRITEABLE:
      return write(to: connection)
    case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
      deliver()
    default: break
    }
    return 0
  }

  private func begin(_ connection: HTTPHandle, _ path: String) {
    lastID += 1
    let method = HTTPContext.method(of: connection)
    var session = HTTPSession(id: lastID, method: method)
    switch HTTPRouting.decide(method, path, routes: routes) {
    case .answer(let response):
      session.response = response
      unsafe lws_callback_on_writable(connection.pointer)
    case .ask(let provider):
      // A request outlives the callback that read it; it is cancelled when its connection goes.
      session.task = Task { [self, id = lastID] in post(await provider(), for: id) }
    }
    sessions[connection] = session
  }

  private func deliver() {
    let answers = outbox.withLock { outbox in
      defer { outbox.answers = [] }
      return outbox.answers
    }
    guard !answers.isEmpty else { return }
    let byID = Dictionary(uniqueKeysWithValues: answers.map { ($0.id, $0.1) })
    for (connection, session) in sessions where byID[session.id] != nil {
      sessions[connection]?.response = byID[session.id]
      unsafe lws_callback_on_writable(connection.pointer)
    }
  }

  private func write(to connection: HTTPHandle) -> Int32 {
    guard var session = sessions[connection], let response = session.response else {
      return 0
    }
    if !session.hasSentHeaders {
      guard HTTPContext.writeHeaders(response, to: connection) else { return -1 }
      session.hasSentHeaders = true
    } else if let (piece, isLast) = session.nextPiece() {
      guard HTTPContext.write(piece, isLast: isLast, to: connection) else { return -1 }
    }
    unsafe lws_set_timeout(connection.pointer, PENDING_TIMEOUT_HTTP_CONTENT, Int32(limits.patience))
    sessions[connection] = session
    guard session.isFinished else {
      unsafe lws_callback_on_writable(connection.pointer)
      return 0
    }
    sessions[connection] = nil
    // What a client sends beside GET and HEAD may have a body, which nobody reads.
    return unsafe session.method == .other
      || lws_http_transaction_completed(connection.pointer) != 0
      ? -1 : 0
  }
}

private func serviceCallback(
  connection: OpaquePointer?, reason: lws_callback_reasons, user: UnsafeMutableRawPointer?,
  input: UnsafeMutableRawPointer?, length: Int
) -> Int32 {
  guard let connection = unsafe connection,
    let owner = unsafe lws_context_user(lws_get_context(connection))
  else { return 0 }
  let service = unsafe Unmanaged<HTTPService>.fromOpaque(owner).takeUnretainedValue()
  var path = ""
  if reason == LWS_CALLBACK_HTTP, let input = unsafe input {
    path = unsafe String(
      decoding: UnsafeRawBufferPointer(start: input, count: length), as: UTF8.self)
  }
  return unsafe service.handle(reason, HTTPHandle(connection), path: path)
}
