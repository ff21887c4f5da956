import Isolation

/// The lines that a process writes, while it writes them.
final class Lines: Sendable {
  private struct State {
    var lines: [String] = []
    var rest: [UInt8] = []
    var isOpen = true
    var readers: [Int: AsyncStream<String>.Continuation] = [:]
    var lastReader = 0
  }

  private let state = Guarded(State())

  /// All lines so far, as text.
  var text: String { state.withLock { $0.lines.joined(separator: "\n") } }

  /// All lines so far and all that follow, until the process closes its end.
  func stream() -> AsyncStream<String> {
    let (stream, continuation) = AsyncStream.makeStream(of: String.self)
    state.withLock { state in
      for line in state.lines { continuation.yield(line) }
      guard state.isOpen else { return continuation.finish() }
      state.lastReader += 1
      state.readers[state.lastReader] = continuation
    }
    return stream
  }

  /// The first line, of those written already and those to come, that fits; `nil` at the end.
  func first(where fits: @Sendable (String) -> Bool) async -> String? {
    for await line in stream() where fits(line) { return line }
    return nil
  }

  /// Takes bytes as they come.
  func append(_ bytes: ArraySlice<UInt8>) {
    state.withLock { state in
      state.rest += bytes
      while let end = state.rest.firstIndex(of: 0x0A) {
        let line = String(decoding: state.rest[..<end], as: UTF8.self)
        state.rest.removeFirst(end + 1)
        state.lines.append(line)
        for reader in state.readers.values { reader.yield(line) }
      }
    }
  }

  /// Nothing more comes.
  func close() {
    state.withLock { state in
      if !state.rest.isEmpty { state.lines.append(String(decoding: state.rest, as: UTF8.self)) }
      state.rest = []
      state.isOpen = false
      for reader in state.readers.values { reader.finish() }
      state.readers = [:]
    }
  }
}
