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
        "INSERT OR REPLACE INTO job_state (job, key, json, updated) VALUES (?, ?, ?, ?)",
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
