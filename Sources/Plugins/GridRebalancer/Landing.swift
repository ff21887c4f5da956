import PluginAPI

/// The newest slot that a bundle is known to have landed in.
struct Landing: Sendable, Hashable, Codable {
  /// Nodes lag behind by seconds. A slot that is not reached after so long is one of another
  /// history: the built-in exchange counts anew when it starts anew.
  private static let longestLag = Duration.seconds(60)

  private var slot: UInt64 = 0
  private var told: Timestamp?

  /// Takes a bundle over that landed in `slot`, as was told at `now`.
  mutating func take(_ slot: UInt64, at now: Timestamp) {
    guard slot > 0, slot >= self.slot || !isRecent(now) else { return }
    self.slot = slot
    told = now
  }

  /// Takes over what is newer.
  mutating func take(_ other: Landing) {
    if let told = other.told { take(other.slot, at: told) }
  }

  /// Whether what was read at `slot` shows all that landed.
  func isSeen(at slot: UInt64, _ now: Timestamp) -> Bool { slot >= self.slot || !isRecent(now) }

  private func isRecent(_ now: Timestamp) -> Bool {
    told.map { now - $0 <= Self.longestLag } ?? false
  }
}
