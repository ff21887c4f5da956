import Exchange
import FoundationEssentials
import Glibc

/// The built-in exchange: events a second in its book, and what the life of an order costs at the
/// beginning and after a million.
enum ExchangeMeasurement {
  static func take(_ arguments: Arguments, _ surroundings: Surroundings) async throws
    -> [String: Double]
  {
    var memory: [Double] = []
    let report = ExchangeBenchmark().run(surroundings.time) {
      memory.append(ProcessUsage.memory(of: getpid()))
    }
    return [
      "events": Double(report.events), "events_per_s": report.eventsPerSecond,
      "orders": Double(report.orders), "first_ns_per_order": report.firstNanosecondsPerOrder,
      "last_ns_per_order": report.lastNanosecondsPerOrder,
      "last_to_first": report.lastNanosecondsPerOrder / report.firstNanosecondsPerOrder,
      "ns_per_slot": report.nanosecondsPerSlot, "rss_mb": memory.last ?? 0,
      "rss_growth_mb": (memory.last ?? 0) - (memory.first ?? 0),
    ]
  }

  /// Writes the stream of events to the file that is named, for the floor and the peers.
  static func writeStream(_ arguments: Arguments, _ surroundings: Surroundings) async throws
    -> [String: Double]
  {
    guard let path = arguments.values["file"] else { throw UsageError("stream needs --file FILE") }
    let events = ExchangeBenchmark().events
    try LabFiles.write(Data(ExchangeBenchmark.stream(events).utf8), to: path, surroundings)
    return ["events": Double(events)]
  }
}
