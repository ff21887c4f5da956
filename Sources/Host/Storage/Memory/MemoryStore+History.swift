package import PluginAPI
package import Telemetry

extension MemoryStore {
  package func appendEvents(_ events: [Event]) async throws(StoreError) {
    try write { content in
      for event in events where content.events[event.sequence] == nil {
        content.events[event.sequence] = event
      }
    }
  }

  package func events(after: Int64, limit: Int) async throws(StoreError) -> [Event] {
    try read { content in
      content.events.values.filter { $0.sequence > after }.sorted(limit: limit) {
        $0.sequence < $1.sequence
      }
    }
  }

  package func lastEvent() async throws(StoreError) -> Int64 {
    try read { $0.events.keys.max() ?? 0 }
  }

  package func appendTrades(_ trades: [Trade]) async throws(StoreError) -> Int {
    try write { content in
      let known = content.trades.count
      content.add(trades)
      return content.trades.count - known
    }
  }

  package func trades(since: Timestamp, limit: Int) async throws(StoreError) -> [Trade] {
    try read { content in
      content.trades.values.filter { $0.time >= since }.sorted(limit: limit) {
        ($0.time, $0.id) < ($1.time, $1.id)
      }
    }
  }

  package func appendBars(_ bars: [BarRecord]) async throws(StoreError) {
    try write { content in
      for bar in bars { content.bars[bar.start] = bar }
    }
  }

  package func bars(since: Timestamp, limit: Int) async throws(StoreError) -> [BarRecord] {
    try read { content in
      content.bars.values.filter { $0.start >= since }.sorted(limit: limit) { $0.start < $1.start }
    }
  }
}
