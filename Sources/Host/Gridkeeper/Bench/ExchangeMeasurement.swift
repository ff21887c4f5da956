import Exchange
import Glibc

/// The built-in exchange: events a second in its book, and what the life of an order costs at the
/// beginning and after a million.
enum ExchangeMeasurement {
  static func take(_ arguments: Arguments, _ surroundings: Surroundings) async throws
    -> [String: Double]
  {
    let report = ExchangeBenchmark().run(surroundings.time)
    return [
      "events": Double(report.events), "events_per_s": report.eventsPerSecond,
      "orders": Double(report.orders), "first_ns_per_order": report.firstNanosecondsPerOrder,
      "last_ns_per_order": report.lastNanosecondsPerOrder,
      "last_to_first": report.lastNanosecondsPerOrder / report.firstNanosecondsPerOrder,
      "ns_per_slot": report.nanosecondsPerSlot, "rss_mb": ProcessUsage.memory(of: getpid()),
    ]
  }
}
