/// Records on their way to the ledger: one batch under way, a bounded number behind it.
struct LedgerBook: Sendable {
  struct Batch: Sendable {
    var entries: [LedgerEntry]
    var planned: [RunOrder]
  }

  private static let mostEntries = 200_000
  private static let mostPlanned = 50_000

  private var entries: [LedgerEntry] = []
  private var planned: [RunOrder] = []
  private(set) var isWriting = false
  /// The last batch failed; only runs that wait for their record try again before the next second.
  var isBlocked = false
  /// Records that were dropped because the ledger took none for too long.
  private(set) var dropped = 0

  mutating func add(_ new: [LedgerEntry]) {
    let room = Self.mostEntries - entries.count
    if new.count <= room {
      entries += new
    } else {
      entries += new.prefix(max(0, room))
      dropped += new.count - max(0, room)
    }
  }

  /// Adds runs that wait for their record.
  ///
  /// - Returns: Those for which there is no room.
  mutating func add(_ new: [RunOrder]) -> [RunID] {
    let room = max(0, Self.mostPlanned - planned.count)
    planned += new.prefix(room)
    return new.dropFirst(room).map(\.id)
  }

  /// The next batch, when there is one and none is under way.
  mutating func take() -> Batch? {
    guard !isWriting, !planned.isEmpty || (!entries.isEmpty && !isBlocked) else { return nil }
    isWriting = true
    defer {
      entries = []
      planned = []
    }
    return Batch(entries: entries, planned: planned)
  }

  /// A batch was written, or not: then its entries wait for the next try.
  mutating func finish(_ batch: Batch, isWritten: Bool) {
    isWriting = false
    isBlocked = !isWritten
    guard !isWritten else { return }
    let newer = entries
    entries = batch.entries
    add(newer)
  }
}
