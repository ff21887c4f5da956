@_spi(Host) package import PluginAPI

/// Small values that jobs publish for one another. The newest wins; nothing outlives a restart.
package protocol Board: Sendable {
  /// The newest value under `key`, or `nil` when nobody published one.
  func read(_ key: String) async throws(BoardError) -> BoardEntry?

  /// Replaces the value under `key`.
  ///
  /// - Throws: `BoardError` when key or value is too long or there are too many keys; what stood
  ///   there before stays.
  func publish(_ entry: BoardEntry, under key: String) async throws(BoardError)

  /// All values by key.
  func entries() async throws(BoardError) -> [String: BoardEntry]
}

/// Why a value could not be read from the board or put on it.
package struct BoardError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What went wrong, and what is allowed.
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// What a board has room for.
package struct BoardLimits: Sendable, Hashable {
  /// Keys at the same time.
  package var keys = 16_384
  /// Keys that one job may have published.
  package var keysOfJob = 64
  /// Bytes of a key.
  package var keyBytes = 256
  /// Bytes of a value.
  package var valueBytes = 65_536

  package init() {}

  /// Refuses a key or a value that is too long.
  package func check(_ entry: BoardEntry, under key: String) throws(BoardError) {
    guard !key.isEmpty, key.utf8.count <= keyBytes else {
      throw BoardError("a key on the board has 1 to \(keyBytes) bytes, not \(key.utf8.count)")
    }
    guard entry.json.utf8.count <= valueBytes else {
      throw BoardError(
        "\(key): the value has \(entry.json.utf8.count) bytes, \(valueBytes) are allowed")
    }
  }
}
