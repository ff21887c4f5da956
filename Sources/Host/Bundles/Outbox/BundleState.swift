/// Where an accepted bundle stands.
package enum BundleState: String, Sendable, Hashable, Codable, CaseIterable {
  /// Stored, not signed. Becomes `signed`, `refused`, or `expired` at its deadline.
  case accepted
  /// Its bytes are stored and may have been sent. Becomes any of those below.
  case signed
  /// The block engine was given it at least once.
  case sent
  /// All of it happened, and what it did was read. Becomes `finalized`.
  case landed
  /// It happened and cannot be undone. Final.
  case finalized
  /// It was tried and had no effect but its fee. Final.
  case reverted
  /// It never happened and never will: proved at finality, or never signed. Final.
  case expired
  /// It was stopped after it had been accepted; nothing of it was ever sent. Final.
  case refused
  /// A part of it happened alone, and its accounts were read again since. Final.
  case partial
  /// The node does not answer, or only a part of it happened so far. Blocks new work on its accounts.
  case unknown

  /// Whether nothing more can become of it.
  package var isFinal: Bool {
    switch self {
    case .finalized, .reverted, .expired, .refused, .partial: true
    case .accepted, .signed, .sent, .landed, .unknown: false
    }
  }
}
