package import PluginAPI

/// The order to start one run, as it travels.
package struct StartRun: Sendable, Hashable {
  /// Names the run for as long as the worker lives.
  package var run: UInt64
  /// Which prepared job to run.
  package var handle: UInt32
  /// The slot's time.
  package var plannedAt: Timestamp
  /// Why it is started.
  package var cause: Cause
  /// 1 for the first attempt.
  package var attempt: UInt32
  /// What randomness in the run starts from.
  package var seed: UInt64
  /// Whether its end may be told a few milliseconds late, together with others.
  package var endMayWait: Bool

  package init(
    run: UInt64, handle: UInt32, plannedAt: Timestamp, cause: Cause, attempt: UInt32, seed: UInt64,
    endMayWait: Bool = false
  ) {
    self.run = run
    self.handle = handle
    self.plannedAt = plannedAt
    self.cause = cause
    self.attempt = attempt
    self.seed = seed
    self.endMayWait = endMayWait
  }

  /// Bytes of one packed order.
  static let size = 33

  func write(to writer: inout ByteWriter) {
    writer.write(run)
    writer.write(handle)
    writer.write(plannedAt.nanoseconds)
    writer.write(cause.code | (endMayWait ? Self.mayWait : 0))
    writer.write(attempt)
    writer.write(seed)
  }

  init(from reader: inout ByteReader) throws(WireError) {
    run = try reader.read()
    handle = try reader.read()
    plannedAt = Timestamp(nanoseconds: try reader.read())
    let code: UInt8 = try reader.read()
    endMayWait = code & Self.mayWait != 0
    cause = try Cause(code: code & ~Self.mayWait, in: reader)
    attempt = try reader.read()
    seed = try reader.read()
  }

  private static let mayWait: UInt8 = 0x80
}

extension Cause {
  /// The byte that stands for a cause; it never changes its meaning.
  fileprivate var code: UInt8 {
    switch self {
    case .cadence: 0
    case .signal: 1
    case .idle: 2
    case .manual: 3
    case .catchUp: 4
    case .retry: 5
    }
  }

  fileprivate init(code: UInt8, in reader: ByteReader) throws(WireError) {
    let causes: [Cause] = [.cadence, .signal, .idle, .manual, .catchUp, .retry]
    guard causes.indices.contains(Int(code)) else {
      throw .malformed(kind: reader.kind, "unknown cause \(code)")
    }
    self = causes[Int(code)]
  }
}
