package import PluginAPI

/// Where an order comes from.
package struct OrderReason: Sendable, Hashable, Codable, CustomStringConvertible {
  package var job: String
  package var bundle: BundleID
  /// What the bundle was for, and which of its orders this is.
  package var label: String

  package init(job: String, bundle: BundleID, label: String) {
    self.job = job
    self.bundle = bundle
    self.label = label
  }

  package var description: String { "\(job) \(bundle) \(label)" }
}

/// Which job placed which order, so that every fill has a reason.
///
/// Holds the orders that stand and those placed since the last look at the accounts; the oldest go
/// when there are more than `capacity`.
package struct OrderReasons: Sendable {
  package static let capacity = 65_536

  private var reasons: [OrderID: OrderReason] = [:]
  private var young: Set<OrderID> = []
  private var order = RecentItems<OrderID>(capacity: capacity)

  package init() {}

  package subscript(order: OrderID) -> OrderReason? { reasons[order] }

  package var count: Int { reasons.count }

  /// An order was placed.
  package mutating func note(_ id: OrderID, _ reason: OrderReason) {
    guard reasons.updateValue(reason, forKey: id) == nil else { return }
    young.insert(id)
    if let oldest = order.add(id) { reasons[oldest] = nil }
  }

  /// Forgets orders that were there at the look before this one and stand no more.
  package mutating func keep(standing: Set<OrderID>) {
    reasons = reasons.filter { standing.contains($0.key) || young.contains($0.key) }
    var kept = RecentItems<OrderID>(capacity: Self.capacity)
    for id in order.oldestFirst where reasons[id] != nil { kept.add(id) }
    order = kept
    young = []
  }
}
