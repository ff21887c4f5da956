/// Knows the newest members, so that none counts twice; forgets the oldest. Adding costs O(1).
package struct RecentSet<Member: Sendable & Hashable>: Sendable {
  private var order: RecentItems<Member>
  private var members: Set<Member> = []

  /// - Precondition: `capacity` is positive.
  package init(capacity: Int) {
    order = RecentItems(capacity: capacity)
    members.reserveCapacity(capacity)
  }

  /// Remembers a member; `false` when it was known already.
  package mutating func insert(_ member: Member) -> Bool {
    guard members.insert(member).inserted else { return false }
    if let forgotten = order.add(member) { members.remove(forgotten) }
    return true
  }

  package func contains(_ member: Member) -> Bool { members.contains(member) }
}

extension RecentSet: Equatable {
  package static func == (left: Self, right: Self) -> Bool { left.order == right.order }
}
