import Glibc
import Isolation

/// One client's connection: what arrived in part, what waits to be sent, and who waits for that.
struct ControlConnection {
  let descriptor: Int32
  let peer: ControlPeer
  var tasks: [Int64: Task<Void, Never>] = [:]
  var waiters: [CheckedContinuation<Void, Never>] = []
  private(set) var isBroken = false
  private let limits: ControlLimits
  private var input: LineBuffer
  private var output: [UInt8] = []
  private var sent = 0
  private var hasEnded = false
  private var readiness = EventLoop.Readiness.reading

  init(descriptor: Int32, peer: ControlPeer, limits: ControlLimits) {
    self.descriptor = descriptor
    self.peer = peer
    self.limits = limits
    input = LineBuffer(limit: limits.lineBytes)
  }

  private var waiting: Int { output.count - sent }

  /// Whether handlers should wait before they send more.
  var isFull: Bool { waiting > limits.outputBytes }

  /// Whether nothing more will come or go.
  var isFinished: Bool { hasEnded && tasks.isEmpty && waiting == 0 }

  /// Takes no more requests; what was asked is still answered.
  mutating func refuseMore() { hasEnded = true }

  mutating func queue(_ line: String) {
    output += line.utf8
    output.append(0x0A)
  }

  /// Sends as much as the client takes.
  mutating func flush() {
    while waiting > 0, !isBroken {
      let count = unsafe output.withUnsafeBytes { bytes in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[sent...])
        return unsafe send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0 {
        isBroken = errno != EAGAIN && errno != EINTR
        if errno == EINTR { continue }
        break
      }
      sent += count
    }
    compact()
  }

  /// What can be read now, as lines; `nil` when nothing came.
  mutating func read() -> Result<[[UInt8]], ControlError>? {
    guard !hasEnded else { return nil }
    var piece = [UInt8](repeating: 0, count: 16_384)
    let count = unsafe Glibc.read(descriptor, &piece, piece.count)
    if count == 0 { hasEnded = true }
    if count < 0 { isBroken = errno != EAGAIN && errno != EINTR }
    guard count > 0 else { return nil }
    return Result { () throws(ControlError) in try input.take(piece[..<count]) }
  }

  mutating func resumeWaiters() {
    for waiter in waiters { waiter.resume() }
    waiters = []
  }

  /// What to wait for from now on, or `nil` when that is as before.
  mutating func nextReadiness() -> EventLoop.Readiness? {
    var next: EventLoop.Readiness = hasEnded || isFull ? [] : .reading
    if waiting > 0 { next.insert(.writing) }
    defer { readiness = next }
    return next == readiness ? nil : next
  }

  private mutating func compact() {
    guard sent == output.count || sent > max(65_536, output.count / 2) else { return }
    output.removeFirst(sent)
    sent = 0
  }
}
