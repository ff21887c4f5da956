package import PluginAPI

/// Where the log goes and how it looks.
package struct LogSettings: Sendable, Hashable {
  /// Where the lines go.
  package enum Destination: Sendable, Hashable {
    /// The process's standard error.
    case standardError
    /// The file at this path.
    case file(String)
  }

  /// How the lines look.
  package enum Format: Sendable, Hashable {
    /// For people on a terminal, JSON everywhere else.
    case automatic
    /// One JSON object a line.
    case json
    /// For people, with colours or without.
    case text(colored: Bool)
  }

  /// The lightest level that is written.
  package var level = LogLevel.info
  /// Where the lines go.
  package var destination = Destination.standardError
  /// How the lines look.
  package var format = Format.automatic
  /// The size in bytes at which a file is put aside as `<path>.1`, and so on.
  package var maxFileBytes = 64 << 20
  /// How many files that were put aside are kept.
  package var keptFiles = 5
  /// Lines that may wait to be written; more are dropped and counted.
  package var capacity = 8_192

  package init() {}
}

/// The log cannot be written where it should go.
package struct LogError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What cannot be opened, and why.
  package let description: String
}
