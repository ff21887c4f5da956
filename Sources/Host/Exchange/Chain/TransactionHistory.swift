import Bundles

/// What became of a transaction.
struct TransactionRecord: Sendable {
  let slot: UInt64
  /// The block that it is in.
  let height: UInt64
  let error: String?
  /// `nil` once it is too long ago.
  var effects: TransactionEffects?
}

/// The transactions that happened. Where each stands is remembered for so long that no bytes can
/// happen twice, and longer while there is room; what each did, for less long.
struct TransactionHistory: Sendable {
  private static let statusesKept = 65_536
  private static let effectsKept = 4_096

  private var records: [Signature: TransactionRecord] = [:]
  private var order: [Signature] = []
  private var oldest = 0
  private var oldestEffects = 0

  subscript(_ signature: Signature) -> TransactionRecord? { records[signature] }

  /// Adds a transaction; those before the block `safe` may be forgotten.
  mutating func add(_ signature: Signature, _ record: TransactionRecord, safe: UInt64) {
    records[signature] = record
    order.append(signature)
    if order.count - oldestEffects > Self.effectsKept {
      records[order[oldestEffects]]?.effects = nil
      oldestEffects += 1
    }
    while order.count - oldest > Self.statusesKept, let first = records[order[oldest]],
      first.height < safe
    {
      records[order[oldest]] = nil
      oldest += 1
    }
    guard oldest > Self.statusesKept else { return }
    order.removeFirst(oldest)
    oldestEffects -= oldest
    oldest = 0
  }
}
