extension SQLiteStore {
  package func write(_ ledger: [LedgerWrite]) async throws(StoreError) {
    try await write { database throws(StoreError) in
      for entry in ledger { try entry.carryOut(in: database) }
    }
  }
}

extension LedgerWrite {
  fileprivate func carryOut(in database: Database) throws(StoreError) {
    switch self {
    case .slot(let slot): try slot.insert(into: database)
    case .ending(let ending): try ending.update(database)
    case .streak(let streak): try streak.insert(into: database)
    case .run(let run): try run.insert(into: database)
    case .anchor(let anchor): try anchor.insert(into: database)
    case .forgetAnchor(let sequence): try sequence.deleteAnchor(from: database)
    case .standing(let standing): try standing.insert(into: database)
    case .forgetStanding(let job): try StandingRecord.delete(job, from: database)
    }
  }
}
