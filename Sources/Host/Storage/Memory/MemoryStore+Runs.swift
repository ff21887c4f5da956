package import PluginAPI

extension MemoryStore {
  package func openRuns() async throws(StoreError) -> [RunRecord] {
    try read { content in
      content.runs.values.filter { $0.ended == nil }.sorted(limit: .max) {
        ($0.slot.slot, $0.id) < ($1.slot.slot, $1.id)
      }
    }
  }

  package func runs(job: String?, limit: Int, before: Timestamp?) async throws(StoreError)
    -> [RunRecord]
  {
    try read { content in
      content.runs.values
        .filter { job == nil || $0.slot.job == job }
        .filter { run in before.map { run.slot.slot < $0 } ?? true }
        .sorted(limit: limit) { ($0.slot.slot, $0.id) > ($1.slot.slot, $1.id) }
    }
  }

  package func run(id: String) async throws(StoreError) -> RunRecord? {
    try read { $0.runs[id] }
  }
}

extension RunRecord {
  /// The record with its text cut to what is kept.
  var bounded: RunRecord {
    guard let text, text.utf8.count > Self.maxTextBytes else { return self }
    var copy = self
    copy.text = String(decoding: text.utf8.prefix(Self.maxTextBytes), as: UTF8.self)
    return copy
  }
}
