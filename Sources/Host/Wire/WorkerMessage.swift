@_spi(Host) import PluginAPI

/// What a worker sends to the host.
package enum WorkerMessage: Sendable, Hashable {
  /// The first message when the plugin was loaded.
  case hello(WorkerHello)
  /// The first and only message when it was not.
  case refused(LoadFailure)
  /// The answer to `prepare`.
  case prepared(PreparedJobs)
  /// These runs ended.
  case ended([EndedRun])
  /// A run asks.
  case request(RunRequest)
  /// What runs told.
  case told(ToldBatch)
  /// The answer to `ping`.
  case pong(UInt64)

  fileprivate enum Kind: UInt8 {
    case hello = 65
    case refused, prepared, ended, request, told, pong
  }

  /// Writes the message as one frame.
  ///
  /// - Throws: `WireError.badLength` when it is too long for one.
  package func write(to writer: inout ByteWriter) throws(WireError) {
    switch self {
    case .hello(let hello): try writer.json(Kind.hello.rawValue, hello)
    case .refused(let failure): try writer.json(Kind.refused.rawValue, failure)
    case .prepared(let jobs): try writer.json(Kind.prepared.rawValue, jobs)
    case .ended(let runs):
      try writer.frame(Kind.ended.rawValue) { writer in
        writer.write(UInt32(runs.count))
        for run in runs { run.write(to: &writer) }
      }
    case .request(let request):
      try writer.frame(Kind.request.rawValue) { writer in
        writer.write(request.run)
        writer.write(request.call)
        writer.write(raw: JSONPayload.bytes(request.content))
      }
    case .told(let batch): try writer.json(Kind.told.rawValue, batch)
    case .pong(let number): try writer.frame(Kind.pong.rawValue) { $0.write(number) }
    }
  }

  /// Reads the message of a frame.
  ///
  /// - Throws: `WireError` when the frame is no message of a worker.
  package init(_ frame: Frame) throws(WireError) {
    guard let kind = Kind(rawValue: frame.kind) else { throw .unknownKind(frame.kind) }
    var reader = ByteReader(frame)
    switch kind {
    case .hello: self = .hello(try JSONPayload.value(from: &reader))
    case .refused: self = .refused(try JSONPayload.value(from: &reader))
    case .prepared: self = .prepared(try JSONPayload.value(from: &reader))
    case .ended:
      self = .ended(
        try reader.list(of: EndedRun.size) { (reader) throws(WireError) in
          try EndedRun(from: &reader)
        })
    case .request:
      let run: UInt64 = try reader.read()
      let call: UInt64 = try reader.read()
      let content = try JSONPayload.value(ServiceCall.self, from: &reader)
      self = .request(RunRequest(run: run, call: call, content: content))
    case .told: self = .told(try JSONPayload.value(from: &reader))
    case .pong: self = .pong(try reader.read())
    }
    try reader.finish()
  }
}
