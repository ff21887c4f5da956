import CSpawn
import Glibc
import Isolation
import Wire

/// The host's end of a worker process.
///
/// Unchecked because everything is touched on the loop's thread alone.
final class ProcessLink: WorkerLink, @unchecked Sendable {
  let pid: Int32
  private let loop: EventLoop
  private let time: any TimeSource
  private let child: ChildProcess
  private var events: (@Sendable (LinkEvent) -> Void)?
  private var decoder = FrameDecoder()
  private var output = WorkerOutput()
  private var budget = LineBudget()
  private var outgoing: [UInt8] = []
  private var sent = 0
  private var isWaitingToWrite = false
  private var isChannelOpen = true
  private var isHungUp = false
  private var isOutputOpen = true
  private var isGone = false
  private var chunk = [UInt8](repeating: 0, count: 64 << 10)

  init(_ child: ChildProcess, loop: EventLoop, time: any TimeSource) {
    self.child = child
    self.loop = loop
    self.time = time
    pid = child.pid
  }

  var queued: Int { outgoing.count - sent }

  func open(_ events: @escaping @Sendable (LinkEvent) -> Void) {
    self.events = events
    loop.watch(child.channel) { [weak self] in self?.channelReady($0) }
    loop.watch(child.output) { [weak self] _ in self?.readOutput(pieces: 1) }
    if child.handle >= 0 { loop.watch(child.handle) { [weak self] _ in self?.poll() } }
  }

  // MARK: Writing

  func send(_ frames: [UInt8]) {
    guard isChannelOpen, !isHungUp, !isGone else { return }
    outgoing.append(contentsOf: frames)
    if !isWaitingToWrite { write() }
  }

  private func write() {
    while sent < outgoing.count {
      let count = unsafe outgoing.withUnsafeBytes {
        unsafe Glibc.send(
          child.channel, $0.baseAddress?.advanced(by: sent), $0.count - sent,
          Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      guard count > 0 else { break }
      sent += count
    }
    if sent == outgoing.count {
      outgoing.removeAll(keepingCapacity: outgoing.capacity <= 1 << 18)
      sent = 0
    } else if sent > 1 << 18 {
      outgoing.removeFirst(sent)
      sent = 0
    }
    wait(toWrite: !outgoing.isEmpty)
  }

  private func wait(toWrite: Bool) {
    guard toWrite != isWaitingToWrite, isChannelOpen, !isHungUp else { return }
    isWaitingToWrite = toWrite
    loop.rewatch(child.channel, for: toWrite ? [.reading, .writing] : .reading)
  }

  // MARK: Reading

  private func channelReady(_ readiness: EventLoop.Readiness) {
    if readiness.contains(.writing) { write() }
    readChannel(pieces: 4)
  }

  /// Reads at most so many pieces, so that one worker cannot keep the loop to itself.
  private func readChannel(pieces: Int) {
    var isAtEnd = false
    for _ in 0..<pieces where isChannelOpen && !isHungUp {
      let count = receive(from: child.channel)
      if count > 0 { decoder.append(chunk[..<count]) }
      isAtEnd = count == 0
      if count < chunk.count { break }
    }
    deliver()
    if isAtEnd { hangUp() }
  }

  private func receive(from descriptor: Int32) -> Int {
    while true {
      let count = unsafe read(descriptor, &chunk, chunk.count)
      guard count < 0 else { return count }
      guard errno == EINTR else { return errno == EAGAIN ? -1 : 0 }
    }
  }

  private func deliver() {
    var messages: [WorkerMessage] = []
    do throws(WireError) {
      while let frame = try decoder.next() { messages.append(try WorkerMessage(frame)) }
      if !messages.isEmpty { events?(.messages(messages)) }
    } catch {
      if !messages.isEmpty { events?(.messages(messages)) }
      closeChannel()
      events?(.misspoke(error))
    }
  }

  private func hangUp() {
    guard isChannelOpen, !isHungUp else { return }
    isHungUp = true
    // Kept open, so that a worker that still reads does not take it for the end of the host.
    loop.unwatch(child.channel)
    poll()
    if !isGone { events?(.hungUp) }
  }

  private func readOutput(pieces: Int) {
    var lines: [String] = []
    for _ in 0..<pieces where isOutputOpen {
      let count = receive(from: child.output)
      if count == 0 { closeOutput() }
      guard count > 0 else { break }
      lines += output.append(chunk[..<count])
    }
    guard !lines.isEmpty else { return }
    let kept = budget.take(lines.count, at: time.monotonic.nanoseconds)
    events?(.printed(Array(lines.prefix(kept)), dropped: lines.count - kept))
  }

  // MARK: The end

  func kill() {
    guard !isGone else { return }
    Glibc.kill(-pid, SIGKILL)
    Glibc.kill(pid, SIGKILL)
  }

  func poll() {
    guard !isGone, isDead else { return }
    // While the process is not reaped its number cannot be taken by another, so that this reaches
    // its children and nobody else.
    Glibc.kill(-pid, SIGKILL)
    readChannel(pieces: 64)
    readOutput(pieces: 16)
    isGone = true
    var status: Int32 = 0
    unsafe waitpid(pid, &status, 0)
    closeAll()
    let signal = status & 0x7f
    let exit = WorkerExit(
      code: signal == 0 ? (status >> 8) & 0xff : nil, signal: signal == 0 ? nil : signal,
      lastOutput: output.postMortem)
    events?(.exited(exit))
    events = nil
  }

  private var isDead: Bool {
    var info = unsafe siginfo_t()
    let options = WEXITED | WNOHANG | WNOWAIT
    return unsafe waitid(P_PID, id_t(pid), &info, options) == 0 && info.si_signo != 0
  }

  private func closeChannel() {
    guard isChannelOpen else { return }
    isChannelOpen = false
    loop.unwatch(child.channel)
    close(child.channel)
  }

  private func closeOutput() {
    guard isOutputOpen else { return }
    isOutputOpen = false
    loop.unwatch(child.output)
    close(child.output)
  }

  private func closeAll() {
    closeChannel()
    closeOutput()
    guard child.handle >= 0 else { return }
    loop.unwatch(child.handle)
    close(child.handle)
  }

  // MARK: Looking

  var residentMemory: Int64? {
    let descriptor = unsafe Glibc.open("/proc/\(pid)/statm", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var text = [UInt8](repeating: 0, count: 128)
    let count = unsafe read(descriptor, &text, text.count)
    let fields = text.prefix(max(count, 0)).split(separator: 32)
    guard fields.count > 1, let pages = Int64(String(decoding: fields[1], as: UTF8.self)) else {
      return nil
    }
    return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
  }
}
