/// Records on their way to the ledger: one batch under way, a bounded number behind it.
struct LedgerBook: Sendable {
  struct Batch: Sendable {
    var entries: [LedgerEntry]
    var planned: [RunOrder]
  }

  private static let mostEntries = 200_000
  /// Entries that are written at a time, so that a large table's first records do not all stand in
  /// memory once more in the store's words.
  private static let batchLength = 8_192
  private static let mostPlanned = 50_000

  /// In batches of that length at most, the oldest first.
  private var entries: [[LedgerEntry]] = []
  private var count = 0
  private var planned: [RunOrder] = []
  private(set) var isWriting = false
  /// The last batch failed; only runs that wait for their record try again before the next second.
  var isBlocked = false
  /// Records that were dropped because the ledger took none for too long.
  private(set) var dropped = 0

  mutating func add(_ new: [LedgerEntry]) {
    var rest = new.prefix(max(0, Self.mostEntries - count))
    dropped += new.count - rest.count
    count += rest.count
    while !rest.isEmpty {
      if entries.last.map({ $0.count < Self.batchLength }) != true { entries.append([]) }
      let last = entries.count - 1
      let room = Self.batchLength - entries[last].count
      entries[last] += rest.prefix(room)
      rest = rest.dropFirst(room)
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

  /// The next batch, when there is one and none is under way. Runs that wait for their record come
  /// after all entries before them; while the ledger fails they do not wait for these to get through.
  mutating func take() -> Batch? {
    guard !isWriting, !planned.isEmpty || (!entries.isEmpty && !isBlocked) else { return nil }
    isWriting = true
    if isBlocked { entries = [Array(entries.joined())] }
    var batch = Batch(entries: entries.isEmpty ? [] : entries.removeFirst(), planned: [])
    count -= batch.entries.count
    if entries.isEmpty { swap(&batch.planned, &planned) }
    return batch
  }

  /// A batch was written, or not: then its entries wait for the next try.
  mutating func finish(_ batch: Batch, isWritten: Bool) {
    isWriting = false
    isBlocked = !isWritten
    guard !isWritten else { return }
    let newer = entries
    (entries, count) = ([], 0)
    add(batch.entries)
    for one in newer { add(one) }
  }
}
