package import PluginAPI

extension MemoryStore {
  package func openSlots() async throws(StoreError) -> [SlotRecord] {
    try read { content in
      content.slots.values.filter { $0.outcome == nil }.sorted(limit: .max) {
        ($0.key.slot, $0.key.job, $0.key.attempt) < ($1.key.slot, $1.key.job, $1.key.attempt)
      }
    }
  }

  package func slots(job: String, limit: Int) async throws(StoreError) -> [SlotRecord] {
    try read { content in
      content.slots.values.filter { $0.key.job == job }.sorted(limit: limit) {
        ($0.key.slot, $0.key.attempt) > ($1.key.slot, $1.key.attempt)
      }
    }
  }

  package func slotSummary(job: String, in range: Range<Timestamp>) async throws(StoreError)
    -> SlotSummary
  {
    try read { content in
      var summary = SlotSummary()
      for slot in content.slots.values where slot.key.job == job && range ~= slot.key.slot {
        if slot.outcome == nil { summary.open += 1 }
      }
      for streak in content.streaks.values where streak.job == job {
        summary.add(streak, in: range)
      }
      return summary
    }
  }
}

extension SlotSummary {
  /// Counts a streak's slots that lie in `range`.
  mutating func add(_ streak: SlotStreak, in range: Range<Timestamp>) {
    let count = streak.count(in: range)
    if count > 0 { counts[streak.outcome, default: 0] += count }
  }
}
