package import PluginAPI

/// Knows which trades were counted, so that none is counted twice. Forgets the oldest.
package struct SeenTrades: Sendable, Equatable, Codable {
  private var order: RecentItems<TradeID>
  private var members: Set<TradeID> = []

  package init(capacity: Int) { order = RecentItems(capacity: capacity) }

  /// Remembers `id`; `false` when it was known already.
  package mutating func insert(_ id: TradeID) -> Bool {
    guard members.insert(id).inserted else { return false }
    if let forgotten = order.add(id) { members.remove(forgotten) }
    return true
  }

  package init(from decoder: any Decoder) throws {
    order = try decoder.singleValueContainer().decode(RecentItems<TradeID>.self)
    members = Set(order.oldestFirst)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(order)
  }
}
