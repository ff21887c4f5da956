/// The newest items up to a fixed number; adding one costs O(1).
package struct RecentItems<Item: Sendable>: Sendable {
  private var ring: [Item] = []
  private var next = 0
  package let capacity: Int

  /// - Precondition: `capacity` is positive.
  package init(capacity: Int) {
    precondition(capacity > 0, "a ring needs room")
    self.capacity = capacity
  }

  package var count: Int { ring.count }

  /// Adds the newest item and returns the one that had to go, if any.
  @discardableResult package mutating func add(_ item: Item) -> Item? {
    guard ring.count == capacity else {
      ring.append(item)
      return nil
    }
    let gone = ring[next]
    ring[next] = item
    next = (next + 1) % capacity
    return gone
  }

  /// All items, oldest first.
  package var oldestFirst: [Item] { Array(ring[next...] + ring[..<next]) }

  /// The newest items, newest first, at most `limit`.
  package func newestFirst(_ limit: Int = .max) -> [Item] {
    (0..<min(limit, ring.count)).map { ring[(next + ring.count - 1 - $0) % ring.count] }
  }

  /// The newest `count` items, oldest first; fewer when fewer are held.
  package func newest(_ count: Int) -> [Item] { newestFirst(count).reversed() }
}

extension RecentItems: Equatable where Item: Equatable {
  package static func == (left: Self, right: Self) -> Bool {
    left.capacity == right.capacity && left.oldestFirst == right.oldestFirst
  }
}

extension RecentItems: Codable where Item: Codable {
  private enum CodingKeys: String, CodingKey { case capacity, items }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let capacity = try container.decode(Int.self, forKey: .capacity)
    guard capacity > 0 else {
      throw DecodingError.dataCorruptedError(
        forKey: .capacity, in: container, debugDescription: "expected a positive capacity")
    }
    self.init(capacity: capacity)
    for item in try container.decode([Item].self, forKey: .items) { add(item) }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(capacity, forKey: .capacity)
    try container.encode(oldestFirst, forKey: .items)
  }
}
