package import PluginAPI

extension SQLiteStore {
  package func loadState(job: String, key: String) async throws(StoreError) -> String? {
    try await read { database throws(StoreError) in
      try database.query(
        "SELECT json FROM job_state WHERE job = ? AND key = ?", [.text(job), .text(key)]
      ) { $0.text() }.first
    }
  }

  package func storeState(job: String, key: String, json: String?, at time: Timestamp)
    async throws(StoreError)
  {
    try await write { database throws(StoreError) in
      guard let json else {
        return try database.run(
          "DELETE FROM job_state WHERE job = ? AND key = ?", [.text(job), .text(key)])
      }
      try database.run(
        "UPDATE job_state SET json = ?, updated = ? WHERE job = ? AND key = ?",
        [.text(json), .time(time), .text(job), .text(key)])
      guard database.changes == 0 else { return }
      let known = try database.query(
        "SELECT COUNT(*) FROM job_state WHERE job = ?", [.text(job)]
      ) { $0.integer() }
      guard known.first ?? 0 < mostStateKeys else { throw .tooManyKeys(job, key) }
      try database.run(
        "INSERT INTO job_state (job, key, json, updated) VALUES (?, ?, ?, ?)",
        [.text(job), .text(key), .text(json), .time(time)])
    }
  }

  package func state(job: String) async throws(StoreError) -> [String: String] {
    let pairs = try await read { database throws(StoreError) in
      try database.query("SELECT key, json FROM job_state WHERE job = ?", [.text(job)]) {
        ($0.text(), $0.text())
      }
    }
    return Dictionary(uniqueKeysWithValues: pairs)
  }
}
