import Isolation

/// What jobs remember between runs, for as long as the process lives.
final class JobMemory: Sendable {
  private struct Key: Hashable {
    var job: String
    var name: String
  }

  private let values = Guarded<[Key: String]>([:])

  func load(_ name: String, of job: String) -> String? {
    values.withLock { $0[Key(job: job, name: name)] }
  }

  func store(_ json: String?, under name: String, of job: String) {
    values.withLock { $0[Key(job: job, name: name)] = json }
  }
}
