package import PluginAPI

/// What several sources say of the price of SOL, made one.
package struct OracleReading: Sendable, Hashable, Codable {
  /// The price that jobs and gates see. Its confidence is at least half of what the sources are apart,
  /// so sources that contradict each other show there.
  package var price: OraclePrice
  /// What the fresh sources are apart, as a share of the price.
  package var deviation: Double
  /// Sources that are fresh, and all there are.
  package var fresh: Int
  package var sources: Int
}

/// The newest price of each source.
///
/// Fresh ones count, and their median is the price: with three sources one may lie. When none is
/// fresh the newest of all is given with its own time, for the gates to refuse.
package struct OracleBoard: Sendable, Equatable {
  /// Sources that are kept; later ones are refused, for their names come from outside.
  package static let capacity = 16

  package let maxAge: Duration
  private var prices: [String: OraclePrice] = [:]

  package init(maxAge: Duration = .seconds(60)) { self.maxAge = maxAge }

  /// Takes over what a source says; `false` for a price that is not positive, an older one than the
  /// source gave before, or one source too many.
  @discardableResult package mutating func set(_ price: OraclePrice, from source: String) -> Bool {
    guard price.price > .zero, prices[source] != nil || prices.count < Self.capacity else {
      return false
    }
    if let known = prices[source], known.time > price.time { return false }
    prices[source] = price
    return true
  }

  /// The price as of `now`; `nil` before any source said one.
  package func reading(at now: Timestamp) -> OracleReading? {
    if prices.count == 1, let only = prices.values.first {
      let fresh = now - only.time <= maxAge ? 1 : 0
      return OracleReading(price: only, deviation: 0, fresh: fresh, sources: 1)
    }
    guard let newest = prices.values.max(by: { $0.time < $1.time }) else { return nil }
    guard prices.count > 1 else {
      return OracleReading(
        price: newest, deviation: 0, fresh: now - newest.time <= maxAge ? 1 : 0, sources: 1)
    }
    let fresh = prices.values.filter { now - $0.time <= maxAge }
      .sorted { ($0.price, $0.time) < ($1.price, $1.time) }
    guard let lowest = fresh.first?.price, let highest = fresh.last?.price else {
      return OracleReading(price: newest, deviation: 0, fresh: 0, sources: prices.count)
    }
    var price = fresh[(fresh.count - 1) / 2]
    let apart = highest.count - lowest.count
    price.confidence = max(price.confidence, USD(apart / 2 + apart % 2))
    return OracleReading(
      price: price, deviation: Double(apart) / Double(price.price.count), fresh: fresh.count,
      sources: prices.count)
  }
}
