extension MemoryStore {
  package func write(_ ledger: [LedgerWrite]) async throws(StoreError) {
    try write { content in for entry in ledger { content.carryOut(entry) } }
  }
}

extension MemoryStore.Content {
  mutating func record(_ slot: SlotRecord) {
    if slots[slot.key] == nil { slots[slot.key] = slot }
  }

  mutating func close(_ ending: SlotEnding) {
    guard var slot = slots[ending.key], slot.outcome == nil else { return }
    slot.outcome = ending.outcome
    slot.reason = ending.reason
    slot.supersededBy = ending.supersededBy
    slots[ending.key] = slot
  }

  mutating func record(_ streak: SlotStreak) {
    let key = MemoryStore.StreakKey(
      sequence: SlotSequence(job: streak.job, kind: streak.kind), first: streak.first,
      outcome: streak.outcome)
    streaks[key] = streak
    for slot in slots.values where slot.outcome == nil && streak.covers(slot.key) {
      slots[slot.key]?.outcome = streak.outcome
    }
  }

  fileprivate mutating func carryOut(_ entry: LedgerWrite) {
    switch entry {
    case .slot(let slot): record(slot)
    case .ending(let ending): close(ending)
    case .streak(let streak): record(streak)
    case .run(let run): runs[run.id] = run.bounded
    case .anchor(let anchor): anchors[anchor.sequence] = anchor
    case .forgetAnchor(let sequence): anchors[sequence] = nil
    case .standing(let standing): standings[standing.job] = standing
    case .forgetStanding(let job): standings[job] = nil
    }
  }
}
