package import PluginAPI

extension MemoryStore {
  package func anchors() async throws(StoreError) -> [AnchorRecord] {
    try read { Array($0.anchors.values) }
  }

  package func lastSlots() async throws(StoreError) -> [SlotSequence: Timestamp] {
    try read { content in
      var lasts: [SlotSequence: Timestamp] = [:]
      let streaks = content.streaks.values.map {
        (SlotSequence(job: $0.job, kind: $0.kind), $0.last)
      }
      let slots = content.slots.keys.map { (SlotSequence(job: $0.job, kind: $0.kind), $0.slot) }
      for (sequence, time) in streaks + slots {
        lasts[sequence] = max(lasts[sequence] ?? time, time)
      }
      return lasts
    }
  }

  package func standings() async throws(StoreError) -> [StandingRecord] {
    try read { $0.standings.values.sorted { $0.job < $1.job } }
  }
}
