import PluginAPI

/// One side of a book: price levels, the best at the end, each a chain of orders in order of time.
///
/// The end of the array is where nearly everything happens, so that adding and removing move
/// little memory.
struct BookSide: Sendable {
  struct Level: Sendable {
    /// Rises toward the best level on both sides.
    let key: Int64
    var head: Int32
    var tail: Int32
    var size: Int64
    var ownSize: Int64
  }

  let side: Side
  private(set) var levels: [Level] = []
  /// Orders that stand here.
  var orders = 0

  init(_ side: Side) { self.side = side }

  func key(_ price: Int64) -> Int64 { side == .bid ? price : -price }

  func price(_ level: Level) -> Int64 { side == .bid ? level.key : -level.key }

  var bestPrice: Int64? { levels.last.map(price) }

  /// Where the level of `price` is, or where it would go.
  func place(of price: Int64) -> (index: Int, isThere: Bool) {
    let key = key(price)
    var low = 0
    var high = levels.count
    if let best = levels.last, best.key <= key {
      return (best.key == key ? high - 1 : high, best.key == key)
    }
    while low < high {
      let middle = (low + high) / 2
      if levels[middle].key < key { low = middle + 1 } else { high = middle }
    }
    return (low, low < levels.count && levels[low].key == key)
  }

  mutating func insert(_ level: Level, at index: Int) { levels.insert(level, at: index) }

  mutating func update(_ index: Int, _ change: (inout Level) -> Void) { change(&levels[index]) }

  mutating func remove(at index: Int) { levels.remove(at: index) }
}
