import Isolation
@_spi(Host) package import PluginAPI

/// A board inside the process: the default, and the definition of what the others must do.
package final class MemoryBoard: Board {
  private let limits: BoardLimits
  private let content = Guarded(Content())

  private struct Content {
    var entries: [String: BoardEntry] = [:]
    /// How many keys each job has published last.
    var counts: [String: Int] = [:]

    mutating func put(_ entry: BoardEntry, under key: String) {
      if let old = entries.updateValue(entry, forKey: key) {
        counts[old.publisher] = (counts[old.publisher] ?? 1) - 1
      }
      counts[entry.publisher, default: 0] += 1
    }
  }

  package init(limits: BoardLimits = BoardLimits()) { self.limits = limits }

  package func read(_ key: String) async throws(BoardError) -> BoardEntry? {
    content.withLock { $0.entries[key] }
  }

  package func publish(_ entry: BoardEntry, under key: String) async throws(BoardError) {
    try limits.check(entry, under: key)
    try content.withLock { content throws(BoardError) in
      let old = content.entries[key]?.publisher
      guard old != nil || content.entries.count < limits.keys else {
        throw BoardError("\(key): the board is full with \(limits.keys) keys")
      }
      let count = content.counts[entry.publisher] ?? 0
      guard old == entry.publisher || count < limits.keysOfJob else {
        throw BoardError(
          "\(key): \(entry.publisher) has published \(limits.keysOfJob) keys, which is all that one "
            + "job may; publish under a key of before")
      }
      content.put(entry, under: key)
    }
  }

  package func entries() async throws(BoardError) -> [String: BoardEntry] {
    content.withLock(\.entries)
  }
}
