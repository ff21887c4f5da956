import CSandbox
import Glibc
import Isolation
import Wire

/// Connects a worker loop with the channel to the host.
///
/// One thread leads: it reads orders, runs them and writes results, so that a run that does not
/// wait costs one wake-up in the worker and one in the host. The main thread watches; when a run
/// keeps the leader to itself, it starts another one.
final class WorkerChannel: Sendable {
  /// How often the main thread looks whether the leader moves.
  private static let watchInterval: UInt32 = 100_000
  /// How many threads may be stuck in runs before nobody leads any more.
  private static let leaderLimit = 64
  /// While so many bytes wait to be taken by the host, nothing is read.
  private static let outgoingLimit = 4 << 20

  private let descriptor: Int32
  private let wake: Int32
  private let runs: RunLoop
  private let time = SystemTime()
  private let loop: WorkerLoop
  private let stream = Guarded<Stream>(Stream())

  /// What the leader hands on to the next one.
  private struct Stream {
    var decoder = FrameDecoder()
    var outgoing: [UInt8] = []
    var sent = 0
  }

  init(descriptor: Int32, load: @escaping WorkerLoop.Load) {
    let wake = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
    let runs = RunLoop {
      var one: UInt64 = 1
      unsafe write(wake, &one, 8)
    }
    self.descriptor = descriptor
    self.wake = wake
    self.runs = runs
    loop = WorkerLoop(time: time, executor: runs, load: load) { runs.nudge() }
  }

  /// Starts the thread that leads under the number `leader`.
  func lead(as leader: Int) {
    Thread.start(name: "leader") { [self] in
      var isIdle = true
      var chunk = [UInt8](repeating: 0, count: 64 << 10)
      while let drained = turn(leader, maySleep: isIdle, &chunk) { isIdle = drained == .idle }
    }
  }

  /// Looks after the leader for ever.
  func watch() -> Never {
    var last = -1
    var leaders = 1
    while true {
      usleep(Self.watchInterval)
      let progress = runs.progress
      if progress.isRunning, progress.begun == last, leaders < Self.leaderLimit,
        let leader = runs.takeLead(ifStuckAt: progress.begun)
      {
        leaders += 1
        lead(as: leader)
      }
      last = progress.begun
    }
  }

  // MARK: One turn of the leader

  private func turn(_ leader: Int, maySleep: Bool, _ chunk: inout [UInt8]) -> RunLoop.Drained? {
    send()
    waitForWork(maySleep ? timeout : 0)
    receive(&chunk)
    let drained = runs.drain(as: leader)
    guard drained != .deposed else { return nil }
    if loop.isStopped { finish() }
    return drained
  }

  /// Milliseconds until output that waits for company must go; -1 when nothing waits.
  private var timeout: Int32 {
    let due = loop.outputDue
    guard due != .never else { return -1 }
    return Int32(clamping: max(0, (due - time.monotonic).nanoseconds) / 1_000_000 + 1)
  }

  private func waitForWork(_ timeout: Int32) {
    let backlog = stream.withLock { $0.outgoing.count - $0.sent }
    var events = backlog < Self.outgoingLimit ? Int16(POLLIN) : 0
    if backlog > 0 { events |= Int16(POLLOUT) }
    var polled = [
      pollfd(fd: descriptor, events: events, revents: 0),
      pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
    ]
    unsafe poll(&polled, 2, timeout)
    runs.awoke()
    if polled[1].revents != 0 {
      var count: UInt64 = 0
      unsafe read(wake, &count, 8)
    }
    if polled[0].revents & Int16(POLLNVAL | POLLERR) != 0 { WorkerMain.abandon() }
  }

  private func receive(_ chunk: inout [UInt8]) {
    let count = unsafe recv(descriptor, &chunk, chunk.count, Int32(MSG_DONTWAIT))
    guard count != 0 else { WorkerMain.abandon() }
    guard count > 0 else { return }
    do throws(WireError) {
      for message in try messages(in: chunk[..<count]) { try loop.receive(message) }
    } catch {
      complain("the host sent something that makes no sense: \(error)\n")
      WorkerMain.abandon()
    }
  }

  private func messages(in bytes: ArraySlice<UInt8>) throws(WireError) -> [HostMessage] {
    try stream.withLock { stream throws(WireError) in
      stream.decoder.append(bytes)
      var messages: [HostMessage] = []
      while let frame = try stream.decoder.next() { messages.append(try HostMessage(frame)) }
      return messages
    }
  }

  private func send() {
    let output = loop.takeOutput()
    stream.withLock { stream in
      stream.outgoing.append(contentsOf: output)
      while stream.sent < stream.outgoing.count {
        let count = unsafe stream.outgoing.withUnsafeBytes { [sent = stream.sent] bytes in
          unsafe Glibc.send(
            descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent,
            Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        guard count > 0 else { return }
        stream.sent += count
      }
      stream.outgoing.removeAll(keepingCapacity: true)
      stream.sent = 0
    }
  }

  /// Sends what is left, waiting for the host if need be, and ends the process.
  private func finish() -> Never {
    send()
    while stream.withLock({ $0.sent < $0.outgoing.count }) {
      var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard unsafe poll(&polled, 1, 1_000) == 1 else { break }
      send()
    }
    _exit(0)
  }

  private func complain(_ text: String) {
    let bytes = Array(text.utf8)
    unsafe write(2, bytes, bytes.count)
  }
}
