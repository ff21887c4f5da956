import PluginAPI
import Telemetry

extension MemoryStore.Content {
  /// Drops finished records older than `retention` allows and returns how many.
  mutating func prune(_ retention: Retention, now: Timestamp) -> Int {
    let before = count
    if let limit = retention.slots.map({ now - $0 }) {
      slots = slots.filter { $0.value.outcome == nil || $0.key.slot >= limit }
      streaks = streaks.filter { $0.value.last >= limit }
    }
    if let limit = retention.runs.map({ now - $0 }) {
      runs = runs.filter { ($0.value.ended ?? limit) >= limit }
    }
    if let limit = retention.bundles.map({ now - $0 }) {
      bundles = bundles.filter { ($0.value.ended ?? limit) >= limit }
      effects = effects.filter { bundles[$0.value] != nil }
    }
    if let limit = retention.events.map({ now - $0 }) {
      events = events.filter { $0.value.time >= limit }
      latencies.removeAll { $0.time < limit }
    }
    if let limit = retention.market.map({ now - $0 }) {
      trades = trades.filter { $0.value.time >= limit }
      arrivals.removeAll { trades[$0] == nil }
      bars = bars.filter { $0.key >= limit }
    }
    pruneGenerations(before: retention.generations.map { now - $0 })
    return before - count
  }

  private mutating func pruneGenerations(before limit: Timestamp?) {
    guard let limit else { return }
    let newest = generations.values.filter(\.isGood).map(\.number).max()
    generations = generations.filter { $0.key == newest || $0.value.created >= limit }
  }

  private var count: Int {
    slots.count + streaks.count + runs.count + bundles.count + events.count + trades.count
      + bars.count + generations.count + latencies.count
  }
}

extension Timestamp {
  /// The point `duration` earlier.
  static func - (left: Timestamp, right: Duration) -> Timestamp { left + (.zero - right) }
}
