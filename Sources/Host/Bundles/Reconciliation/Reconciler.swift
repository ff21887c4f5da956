package import PluginAPI

/// What is done with an own order that no bundle placed.
package enum ForeignOrders: String, Sendable, Hashable, Codable, CaseIterable {
  /// It is told once and kept.
  case adopt
  /// It is told once and cancelled.
  case cancel
  /// It is told once, and only reductions pass until an operator looks.
  case halt
}

/// A difference between what the service believes and what stands.
package struct Difference: Sendable, Hashable {
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// It stands in one's own account, and no bundle placed it.
    case foreign
    /// A bundle placed it, and it stands with more than was placed.
    case resized
  }

  package var kind: Kind
  package var account: AccountID
  package var order: OpenOrder
}

/// Compares what bundles did with what stands on the chain.
///
/// Believed orders are those that landed bundles placed or that were adopted. An order that is gone
/// was filled, cancelled or has expired; the market's side tells which, and nothing is invented here.
struct Reconciler: Sendable {
  private struct Key: Sendable, Hashable {
    var account: AccountID
    var order: OrderID
  }

  private var believed: [Key: BaseLots] = [:]
  private var told: Set<Key> = []
  private var isPrimed = false

  /// Hears what a landed bundle did.
  mutating func learn(_ record: BundleRecord) {
    for (intent, result) in zip(record.bundle.intents, record.results) {
      guard case .place(let account, _) = intent, case .placed(let order, let size) = result else {
        continue
      }
      believed[Key(account: account, order: order)] = size
    }
  }

  /// Compares with a state of the venue. Accounts that are worked on are left out, because a bundle
  /// may have happened that is not read yet.
  ///
  /// - Returns: What differs and was not told before. The first comparison adopts all that stands.
  mutating func compare(_ state: VenueState, busy: Set<AccountID>) -> [Difference] {
    var standing: Set<Key> = []
    var differences: [Difference] = []
    for account in state.swarm.wallets.flatMap(\.accounts) {
      for order in account.orders {
        let key = Key(account: account.id, order: order.id)
        standing.insert(key)
        guard !busy.contains(account.id), let kind = kind(of: order, key) else { continue }
        believed[key] = order.size
        guard isPrimed, told.insert(key).inserted else { continue }
        differences.append(Difference(kind: kind, account: account.id, order: order))
      }
    }
    isPrimed = true
    believed = believed.filter { standing.contains($0.key) || busy.contains($0.key.account) }
    told.formIntersection(standing)
    return differences
  }

  private func kind(of order: OpenOrder, _ key: Key) -> Difference.Kind? {
    guard let size = believed[key] else { return .foreign }
    return order.size > size ? .resized : nil
  }
}
