package import PluginAPI

extension MemoryStore {
  package func appendGeneration(_ generation: GenerationRecord) async throws(StoreError) {
    try write { content throws(StoreError) in
      guard content.generations[generation.number] == nil else {
        throw StoreError(.conflict, "generation \(generation.number) is stored already")
      }
      content.generations[generation.number] = generation
    }
  }

  package func lastGoodGeneration() async throws(StoreError) -> GenerationRecord? {
    try read { content in
      content.generations.values.filter(\.isGood).max { $0.number < $1.number }
    }
  }

  package func generation(_ number: Int64) async throws(StoreError) -> GenerationRecord? {
    try read { $0.generations[number] }
  }

  package func generations(limit: Int) async throws(StoreError) -> [GenerationRecord] {
    try read { $0.generations.values.sorted(limit: limit) { $0.number > $1.number } }
  }

  package func loadState(job: String, key: String) async throws(StoreError) -> String? {
    try read { $0.states[job]?[key] }
  }

  package func storeState(job: String, key: String, json: String?, at time: Timestamp)
    async throws(StoreError)
  {
    try write { content throws(StoreError) in
      let known = content.states[job] ?? [:]
      guard json == nil || known[key] != nil || known.count < mostStateKeys else {
        throw .tooManyKeys(job, key)
      }
      content.states[job, default: [:]][key] = json
    }
  }

  package func state(job: String) async throws(StoreError) -> [String: String] {
    try read { $0.states[job] ?? [:] }
  }

  package func appendAudit(_ entry: AuditRecord) async throws(StoreError) {
    try write { $0.audit.append(entry) }
  }

  package func audit(limit: Int) async throws(StoreError) -> [AuditRecord] {
    try read { $0.audit.reversed().prefix(limit).map(\.self) }
  }
}
