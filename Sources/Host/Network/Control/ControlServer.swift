import Glibc
package import Isolation
package import Telemetry

/// Answers requests on a Unix domain socket, for the command line.
///
/// Each request runs in a task of its own, off the loop's thread; the task is cancelled when its
/// client goes. A client that does not read makes its own handlers wait, nobody else's.
package actor ControlServer {
  /// Carries out a request: sends any number of items, then returns, or throws a `ControlError`.
  package typealias Handler =
    @concurrent @Sendable (ControlRequest, ControlReplies) async throws ->
    Void

  nonisolated let loop: EventLoop
  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  private let path: String
  private let limits: ControlLimits
  private let log: Log
  private let handler: Handler
  private var listener: Int32?
  private var file: (device: UInt, file: UInt)?
  private var connections: [Int: ControlConnection] = [:]
  private var lastConnection = 0

  /// Makes a server; it does nothing before `start`.
  package init(
    path: String, loop: EventLoop, limits: ControlLimits = ControlLimits(), log: Log,
    handler: @escaping Handler
  ) {
    self.path = path
    self.loop = loop
    self.limits = limits
    self.log = log
    self.handler = handler
  }

  /// Begins to listen.
  ///
  /// - Throws: `already-running` when another host answers there, `bad-path` when the path cannot
  ///   be used.
  package func start() throws(ControlError) {
    precondition(listener == nil, "the control server was started twice")
    let descriptor = try UnixSocket.listen(at: path)
    listener = descriptor
    file = UnixSocket.identity(of: path)
    loop.watch(descriptor) { [weak self] _ in
      self?.assumeIsolated { $0.acceptClients() }
    }
  }

  /// Ends all requests, closes all connections and removes the socket.
  package func stop() {
    guard let descriptor = listener else { return }
    listener = nil
    loop.unwatch(descriptor)
    close(descriptor)
    if let file, let now = UnixSocket.identity(of: path), file == now { unsafe unlink(path) }
    for serial in connections.keys.sorted() { drop(serial) }
  }

  // MARK: Clients

  private func acceptClients() {
    while let listener, let descriptor = UnixSocket.accept(listener) { admit(descriptor) }
  }

  private func admit(_ descriptor: Int32) {
    guard let peer = UnixSocket.peer(descriptor), peer.user == geteuid() else {
      log.warning("control: refused a client of another user")
      close(descriptor)
      return
    }
    lastConnection += 1
    let serial = lastConnection
    connections[serial] = ControlConnection(descriptor: descriptor, peer: peer, limits: limits)
    loop.watch(descriptor) { [weak self] readiness in
      self?.assumeIsolated { $0.handle(readiness, on: serial) }
    }
    guard connections.count > limits.clients else { return }
    let problem = ControlError(
      ControlError.busy, "more than \(limits.clients) clients; try again later")
    connections[serial]?.queue(ControlLine.error(0, problem))
    connections[serial]?.flush()
    drop(serial)
  }

  private func handle(_ readiness: EventLoop.Readiness, on serial: Int) {
    if readiness.contains(.writing) { connections[serial]?.flush() }
    if readiness.contains(.reading) { read(serial) }
    if !readiness.isDisjoint(with: .hangUp) || connections[serial]?.isBroken == true {
      return drop(serial)
    }
    settle(serial)
  }

  private func read(_ serial: Int) {
    guard let lines = connections[serial]?.read() else { return }
    do throws(ControlError) {
      for line in try lines.get() { take(try ControlLine.parseRequest(line), on: serial) }
    } catch {
      connections[serial]?.queue(ControlLine.error(0, error))
      connections[serial]?.refuseMore()
    }
  }

  private func take(_ request: ControlRequest, on serial: Int) {
    guard let connection = connections[serial] else { return }
    guard connection.tasks.count < limits.requests, connection.tasks[request.id] == nil else {
      let problem = ControlError(
        ControlError.busy, "request \(request.id) is running, or \(limits.requests) others are")
      connections[serial]?.queue(ControlLine.error(request.id, problem))
      return
    }
    var request = request
    request.peer = connection.peer
    // A request outlives the callback that read it; it is cancelled when its connection goes.
    connections[serial]?.tasks[request.id] = Task { [request] in
      let last = await carryOut(request, on: serial)
      finish(request.id, on: serial, with: last)
    }
  }

  private func carryOut(_ request: ControlRequest, on serial: Int) async -> String {
    let replies = ControlReplies(limit: limits.answerBytes, id: request.id) { [weak self] line in
      try await self?.send(line, on: serial)
    }
    do {
      try await handler(request, replies)
      return ControlLine.done(request.id)
    } catch let error as ControlError {
      return ControlLine.error(request.id, error)
    } catch {
      return ControlLine.error(request.id, ControlError(ControlError.failed, "\(error)"))
    }
  }

  private func finish(_ id: Int64, on serial: Int, with last: String) {
    connections[serial]?.tasks[id] = nil
    connections[serial]?.queue(last)
    connections[serial]?.flush()
    settle(serial)
  }

  /// Queues a line and waits while too much waits for the client already.
  private func send(_ line: String, on serial: Int) async throws {
    try Task.checkCancellation()
    guard connections[serial] != nil else { throw CancellationError() }
    connections[serial]?.queue(line)
    connections[serial]?.flush()
    settle(serial)
    guard let connection = connections[serial], connection.isFull else { return }
    await withCheckedContinuation { connections[serial]?.waiters.append($0) }
    try Task.checkCancellation()
  }

  /// Waits for what the connection needs next, or closes it when it needs nothing more.
  private func settle(_ serial: Int) {
    guard let connection = connections[serial] else { return }
    guard !connection.isBroken, !connection.isFinished else { return drop(serial) }
    if !connection.isFull { connections[serial]?.resumeWaiters() }
    if let readiness = connections[serial]?.nextReadiness() {
      loop.rewatch(connection.descriptor, for: readiness)
    }
  }

  private func drop(_ serial: Int) {
    guard var connection = connections.removeValue(forKey: serial) else { return }
    loop.unwatch(connection.descriptor)
    close(connection.descriptor)
    for task in connection.tasks.values { task.cancel() }
    connection.resumeWaiters()
  }
}

/// Where a handler sends the items of its answer.
package struct ControlReplies: Sendable {
  let limit: Int
  let id: Int64
  let write: @Sendable (String) async throws -> Void

  /// Sends one JSON value, and waits while the client is slow to read.
  ///
  /// - Throws: `CancellationError` when the client is gone, `too-long` when the value does not fit
  ///   in one line.
  package func send(_ json: String) async throws {
    guard json.utf8.count + 64 <= limit else {
      throw ControlError(
        ControlError.tooLong, "an answer has \(json.utf8.count) bytes; \(limit) are allowed")
    }
    try await write(ControlLine.item(id, json))
  }
}
