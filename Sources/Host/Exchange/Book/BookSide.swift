import PluginAPI

/// One side of a book: a ladder of price levels, the best at the end, each level a chain of orders in
/// order of time.
///
/// The end of the ladder is where nearly everything happens, so that adding and removing move
/// little memory. A level stays in its place in the pool, so that an order finds its level without
/// a search.
struct BookSide: Sendable {
  struct Level: Sendable {
    var key: Int64
    var head: Int32
    var tail: Int32
    var size: Int64
    var ownSize: Int64
  }

  private struct Rung: Sendable {
    /// Rises toward the best level on both sides.
    let key: Int64
    let level: Int32
  }

  let side: Side
  private var ladder: [Rung] = []
  private var pool: [Level] = []
  private var free: [Int32] = []
  /// Orders that stand here.
  private(set) var orders = 0

  init(_ side: Side) { self.side = side }

  func key(_ price: Int64) -> Int64 { side == .bid ? price : -price }

  func price(_ level: Level) -> Int64 { side == .bid ? level.key : -level.key }

  var bestPrice: Int64? { ladder.last.map { key($0.key) } }

  var bestLevel: Int32? { ladder.last?.level }

  /// The levels, the worst first.
  var levels: some RandomAccessCollection<Level> { ladder.lazy.map { pool[Int($0.level)] } }

  /// The order that has waited longest at a level.
  func head(_ level: Int32) -> Int32 { pool[Int(level)].head }

  // MARK: Orders

  /// Puts an order at the end of its level's queue.
  ///
  /// - Returns: The level, and the order that was the last so far, if any.
  mutating func join(_ slot: Int32, _ order: MatchingEngine.Order) -> (level: Int32, last: Int32) {
    let level = level(of: order.price)
    let last = pool[Int(level)].tail
    orders += 1
    change(level) { level in
      if last < 0 { level.head = slot }
      level.tail = slot
      level.size += order.size
      level.ownSize += order.ownSize
    }
    return (level, last)
  }

  /// Takes an order out of its level's queue; a level without orders goes.
  mutating func leave(_ order: MatchingEngine.Order) {
    orders -= 1
    if order.previous < 0, order.next < 0 { return remove(order.level) }
    change(order.level) { level in
      if order.previous < 0 { level.head = order.next }
      if order.next < 0 { level.tail = order.previous }
      level.size -= order.size
      level.ownSize -= order.ownSize
    }
  }

  /// Puts an order back between its old neighbours.
  ///
  /// - Returns: Its level.
  mutating func putBack(_ slot: Int32, _ order: MatchingEngine.Order) -> Int32 {
    let level = level(of: order.price)
    orders += 1
    change(level) { level in
      if order.previous < 0 { level.head = slot }
      if order.next < 0 { level.tail = slot }
      level.size += order.size
      level.ownSize += order.ownSize
    }
    return level
  }

  mutating func shrink(_ order: MatchingEngine.Order, by size: Int64) {
    change(order.level) { level in
      level.size -= size
      if order.isOwn { level.ownSize -= size }
    }
  }

  private mutating func change(_ level: Int32, _ body: (inout Level) -> Void) {
    body(&pool[Int(level)])
  }

  // MARK: Levels

  /// Where on the ladder the level of a key is, or where it would go.
  private func place(of key: Int64) -> (index: Int, isThere: Bool) {
    var low = 0
    var high = ladder.count
    while low < high {
      let middle = (low + high) / 2
      if ladder[middle].key < key { low = middle + 1 } else { high = middle }
    }
    return (low, low < ladder.count && ladder[low].key == key)
  }

  /// The level of a price, made when there is none; a new one has no orders.
  private mutating func level(of price: Int64) -> Int32 {
    let key = key(price)
    let (index, isThere) = place(of: key)
    if isThere { return ladder[index].level }
    let new = Level(key: key, head: -1, tail: -1, size: 0, ownSize: 0)
    let level = free.popLast() ?? Int32(pool.count)
    if Int(level) == pool.count { pool.append(new) } else { pool[Int(level)] = new }
    ladder.insert(Rung(key: key, level: level), at: index)
    return level
  }

  /// Takes a level without orders off the ladder.
  private mutating func remove(_ level: Int32) {
    let key = pool[Int(level)].key
    if ladder[ladder.count - 1].key == key {
      ladder.removeLast()
    } else {
      ladder.remove(at: place(of: key).index)
    }
    free.append(level)
  }
}
