import Bundles
import PluginAPI

/// A bundle that the engine took and that has not landed.
struct QueuedBundle: Sendable {
  var signatures: [Signature]
  var contents: [TransactionContent]
  /// The last block that all of it can be in.
  var lastValidHeight: UInt64
  /// The first slot that it may land in.
  var from: UInt64 = 0
  /// The transaction that lands alone.
  var leak: Int?

  var tip: Int64 { contents.reduce(0) { $0 + ($1.tip?.count ?? 0) } }

  /// What it tips for a million compute units: who pays more goes first.
  var rank: Int128 {
    let units = contents.reduce(0) { $0 + $1.computeUnits }
    return Int128(tip) * 1_000_000 / Int128(max(1, units))
  }
}

/// The bundles that wait, in the order in which they came; bounded.
struct BundleQueue: Sendable {
  static let capacity = 10_000

  private var waiting: [QueuedBundle] = []
  private var names: Set<Signature> = []

  var isFull: Bool { waiting.count >= Self.capacity }
  var isEmpty: Bool { waiting.isEmpty }

  func holds(_ signature: Signature) -> Bool { names.contains(signature) }

  mutating func add(_ bundle: QueuedBundle) {
    waiting.append(bundle)
    if let first = bundle.signatures.first { names.insert(first) }
  }

  /// Takes out what can land in a block with this bar, the best tip first, and drops what can land no
  /// more.
  mutating func takeLanding(slot: UInt64, height: UInt64, bar: Int64) -> [QueuedBundle] {
    var landing: [QueuedBundle] = []
    var staying: [QueuedBundle] = []
    for bundle in waiting where bundle.lastValidHeight >= height {
      let lands = bundle.from <= slot && bundle.tip >= bar
      if lands { landing.append(bundle) } else { staying.append(bundle) }
    }
    keep(staying)
    // A stable sort: of equals the first that came goes first.
    let ranked = landing.enumerated().sorted { left, right in
      (left.element.rank, right.offset) > (right.element.rank, left.offset)
    }
    return ranked.map(\.element)
  }

  mutating func dropExpired(at height: UInt64) {
    guard waiting.contains(where: { $0.lastValidHeight < height }) else { return }
    keep(waiting.filter { $0.lastValidHeight >= height })
  }

  private mutating func keep(_ bundles: [QueuedBundle]) {
    waiting = bundles
    names = Set(bundles.compactMap(\.signatures.first))
  }
}
