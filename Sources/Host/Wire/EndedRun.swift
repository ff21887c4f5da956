package import Isolation
import PluginAPI

/// How one run ended inside its worker, as it travels.
package struct EndedRun: Sendable, Hashable {
  /// The run.
  package var run: UInt64
  /// How it ended.
  package var result: RunResult
  /// When the worker read the order, on the machine's monotonic clock.
  package var received: MonotonicInstant
  /// When the job's code began.
  package var started: MonotonicInstant
  /// When the job's code returned.
  package var ended: MonotonicInstant

  package init(
    run: UInt64, result: RunResult, received: MonotonicInstant, started: MonotonicInstant,
    ended: MonotonicInstant
  ) {
    self.run = run
    self.result = result
    self.received = received
    self.started = started
    self.ended = ended
  }

  /// Bytes of the smallest packed record.
  static let size = 33

  /// The longest text of an outcome that is kept, in bytes.
  package static let longestText = 4096

  func write(to writer: inout ByteWriter) {
    writer.write(run)
    writer.write(result.code | (result.text.isEmpty ? 0 : Self.hasText))
    for time in [received, started, ended] { writer.write(time.nanoseconds) }
    if case .retry(let pause) = result { writer.write(pause.nanoseconds) }
    if !result.text.isEmpty { writer.write(text: result.text, limit: Self.longestText) }
  }

  init(from reader: inout ByteReader) throws(WireError) {
    run = try reader.read()
    let code: UInt8 = try reader.read()
    received = MonotonicInstant(nanoseconds: try reader.read())
    started = MonotonicInstant(nanoseconds: try reader.read())
    ended = MonotonicInstant(nanoseconds: try reader.read())
    result = try RunResult(code: code, hasText: code & Self.hasText != 0, from: &reader)
  }

  private static let hasText: UInt8 = 0x80
}

/// How a job's code ended.
package enum RunResult: Sendable, Hashable {
  /// It did its work.
  case done(String)
  /// There was nothing to do.
  case nothingToDo(String)
  /// It wants another try after a pause.
  case retry(Duration)
  /// It threw; the text is the error's description.
  case failed(String)
  /// It ended with an error after it was cancelled.
  case cancelled(String)

  fileprivate var code: UInt8 {
    switch self {
    case .done: 0
    case .nothingToDo: 1
    case .retry: 2
    case .failed: 3
    case .cancelled: 4
    }
  }

  /// The text that goes with it.
  package var text: String {
    switch self {
    case .done(let text), .nothingToDo(let text), .failed(let text), .cancelled(let text): text
    case .retry: ""
    }
  }

  fileprivate init(code: UInt8, hasText: Bool, from reader: inout ByteReader) throws(WireError) {
    let bare = code & 0x7f
    let pause: Int64 = bare == 2 ? try reader.read() : 0
    let text = hasText ? try reader.text() : ""
    switch bare {
    case 0: self = .done(text)
    case 1: self = .nothingToDo(text)
    case 2: self = .retry(.nanoseconds(pause))
    case 3: self = .failed(text)
    case 4: self = .cancelled(text)
    default: throw .malformed(kind: reader.kind, "unknown result \(bare)")
    }
  }
}
