package import PluginAPI

extension MemoryStore {
  package func saveAnchors(_ anchors: [AnchorRecord]) async throws(StoreError) {
    try write { content in
      for anchor in anchors { content.anchors[anchor.sequence] = anchor }
    }
  }

  package func forgetAnchors(_ sequences: [SlotSequence]) async throws(StoreError) {
    try write { content in
      for sequence in sequences { content.anchors[sequence] = nil }
    }
  }

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

  package func saveStandings(_ standings: [StandingRecord]) async throws(StoreError) {
    try write { content in
      for standing in standings { content.standings[standing.job] = standing }
    }
  }

  package func forgetStandings(_ jobs: [String]) async throws(StoreError) {
    try write { content in
      for job in jobs { content.standings[job] = nil }
    }
  }

  package func standings() async throws(StoreError) -> [StandingRecord] {
    try read { $0.standings.values.sorted { $0.job < $1.job } }
  }
}
