package import PluginAPI

/// The host's structured log: one JSON object a line.
///
/// A line is written whole or not at all; writing never waits for a slow reader.
package struct Log: Sendable {
  private let sink: @Sendable (LogLevel, String, [String: String]) -> Void

  /// Makes a log that hands its lines to `sink`.
  package init(_ sink: @escaping @Sendable (LogLevel, String, [String: String]) -> Void) {
    self.sink = sink
  }

  /// Writes nothing.
  package static let silent = Log { _, _, _ in }

  /// A log that adds `fields` to every line; a line's own fields go before them.
  package func with(_ fields: [String: String]) -> Log {
    Log { [sink] level, message, own in
      sink(level, message, own.merging(fields) { first, _ in first })
    }
  }

  package func debug(_ message: String, _ fields: [String: String] = [:]) {
    sink(.debug, message, fields)
  }

  package func info(_ message: String, _ fields: [String: String] = [:]) {
    sink(.info, message, fields)
  }

  package func warning(_ message: String, _ fields: [String: String] = [:]) {
    sink(.warning, message, fields)
  }

  package func error(_ message: String, _ fields: [String: String] = [:]) {
    sink(.error, message, fields)
  }

  package func write(_ level: LogLevel, _ message: String, _ fields: [String: String]) {
    sink(level, message, fields)
  }
}
