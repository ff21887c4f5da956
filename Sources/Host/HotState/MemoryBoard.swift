import Isolation
@_spi(Host) package import PluginAPI

/// A board inside the process: the default, and the definition of what the others must do.
package final class MemoryBoard: Board {
  private let limits: BoardLimits
  private let content = Guarded<[String: BoardEntry]>([:])

  package init(limits: BoardLimits = BoardLimits()) { self.limits = limits }

  package func read(_ key: String) async throws(BoardError) -> BoardEntry? {
    content.withLock { $0[key] }
  }

  package func publish(_ entry: BoardEntry, under key: String) async throws(BoardError) {
    try limits.check(entry, under: key)
    try content.withLock { content throws(BoardError) in
      guard content[key] != nil || content.count < limits.keys else {
        throw BoardError("\(key): the board is full with \(limits.keys) keys")
      }
      content[key] = entry
    }
  }

  package func entries() async throws(BoardError) -> [String: BoardEntry] {
    content.withLock(\.self)
  }
}
