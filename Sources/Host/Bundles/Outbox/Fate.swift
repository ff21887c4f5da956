/// What the statuses of a bundle's transactions say about it.
package enum Fate: Sendable, Hashable {
  /// Nothing of it happened so far, and it still may.
  case open
  /// All of it happened, in `slot`; `isFinal` when that cannot be undone.
  case landed(slot: UInt64, isFinal: Bool)
  /// It was tried and had no effect but its fee.
  case reverted(reason: String)
  /// Nothing of it happened and nothing of it can: the height passed, at finality, with no trace.
  case dead
  /// A part of it happened alone, in `slot`; `isDecided` when the rest no longer can.
  case split(slot: UInt64, isDecided: Bool)

  /// Judges transactions that are valid up to block height `lastValid`.
  ///
  /// A status below `confirmed` counts neither as happened nor as missing: its block may vanish.
  package init(
    of statuses: [TransactionStatus?], lastValid: UInt64, finalizedHeight: UInt64
  ) {
    let known = statuses.compactMap(\.self).filter { $0.commitment >= .confirmed }
    let done = known.filter { $0.error == nil }
    let isOver =
      known.count == statuses.count
      || (finalizedHeight > lastValid && statuses.count { $0 != nil } == known.count)
    if let newest = done.map(\.slot).max() {
      let isWhole = done.count == statuses.count
      self =
        isWhole
        ? .landed(slot: newest, isFinal: done.allSatisfy { $0.commitment == .finalized })
        : .split(slot: newest, isDecided: isOver)
      return
    }
    guard isOver else {
      self = .open
      return
    }
    self = known.first?.error.map { .reverted(reason: $0) } ?? .dead
  }
}
