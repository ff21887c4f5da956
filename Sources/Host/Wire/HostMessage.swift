@_spi(Host) import PluginAPI

/// What the host sends to a worker.
package enum HostMessage: Sendable, Hashable {
  /// The first message, sent once: what to load.
  case hello(HostHello)
  /// Check these jobs and keep them ready.
  case prepare(PrepareJobs)
  /// Forget these jobs; runs that are under way go on.
  case release([UInt32])
  /// Start these runs.
  case start([StartRun])
  /// Cancel these runs; an unknown run is no error, it may have just ended.
  case cancel([UInt64])
  /// The answer to a run's question.
  case reply(RunReply)
  /// Answer with a pong of the same number.
  case ping(UInt64)
  /// Exit now.
  case stop

  fileprivate enum Kind: UInt8 {
    case hello = 1
    case prepare, release, start, cancel, reply, ping, stop
  }

  /// Writes the message as one frame.
  ///
  /// - Throws: `WireError.badLength` when it is too long for one.
  package func write(to writer: inout ByteWriter) throws(WireError) {
    switch self {
    case .hello(let hello): try writer.json(Kind.hello.rawValue, hello)
    case .prepare(let jobs): try writer.json(Kind.prepare.rawValue, jobs)
    case .release(let handles): try writer.numbers(Kind.release.rawValue, handles)
    case .start(let runs): try Self.write(starts: runs, to: &writer)
    case .cancel(let runs): try writer.numbers(Kind.cancel.rawValue, runs)
    case .reply(let reply):
      try writer.frame(Kind.reply.rawValue) { writer in
        writer.write(reply.call)
        writer.write(raw: JSONPayload.bytes(reply.content))
      }
    case .ping(let number): try writer.frame(Kind.ping.rawValue) { $0.write(number) }
    case .stop: try writer.frame(Kind.stop.rawValue) { _ in }
    }
  }

  private static func write(starts: [StartRun], to writer: inout ByteWriter) throws(WireError) {
    try writer.frame(Kind.start.rawValue) { writer in
      writer.write(UInt32(starts.count))
      for start in starts { start.write(to: &writer) }
    }
  }

  /// Reads the message of a frame.
  ///
  /// - Throws: `WireError` when the frame is no message of the host.
  package init(_ frame: Frame) throws(WireError) {
    guard let kind = Kind(rawValue: frame.kind) else { throw .unknownKind(frame.kind) }
    var reader = ByteReader(frame)
    switch kind {
    case .hello: self = .hello(try JSONPayload.value(from: &reader))
    case .prepare: self = .prepare(try JSONPayload.value(from: &reader))
    case .release: self = .release(try reader.numbers())
    case .start:
      self = .start(
        try reader.list(of: StartRun.size) { (reader) throws(WireError) in
          try StartRun(from: &reader)
        })
    case .cancel: self = .cancel(try reader.numbers())
    case .reply:
      let call: UInt64 = try reader.read()
      self = .reply(RunReply(call: call, content: try JSONPayload.value(from: &reader)))
    case .ping: self = .ping(try reader.read())
    case .stop: self = .stop
    }
    try reader.finish()
  }
}

extension ByteWriter {
  mutating func json(_ kind: UInt8, _ value: some Encodable) throws(WireError) {
    try frame(kind) { $0.write(raw: JSONPayload.bytes(value)) }
  }

  mutating func numbers(_ kind: UInt8, _ numbers: [some FixedWidthInteger]) throws(WireError) {
    try frame(kind) { writer in
      writer.write(UInt32(numbers.count))
      for number in numbers { writer.write(number) }
    }
  }
}

extension ByteReader {
  mutating func numbers<Number: FixedWidthInteger>() throws(WireError) -> [Number] {
    try list(of: MemoryLayout<Number>.size) { (reader) throws(WireError) in try reader.read() }
  }
}
