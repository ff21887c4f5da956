import Isolation
import Storage
import Telemetry

/// Records that the store did not take because its disk is full or fails. They are kept in memory and
/// tried again, so that what an operator does need not wait for a disk.
actor Backlog {
  /// A record that waits.
  enum Entry: Sendable {
    case generation(GenerationRecord)
    case audit(AuditRecord)
  }

  /// Most records that wait; of tables, which may be large, only so many of the newest.
  private static let (mostEntries, mostTables) = (1_000, 16)

  private let store: any Store
  private let log: Log
  private var waiting: [Entry] = []
  /// Why the newest try failed, while records wait.
  private(set) var trouble: StoreError?

  init(store: any Store, log: Log) {
    self.store = store
    self.log = log
  }

  /// Stores a change that somebody made, now or later.
  func write(_ entry: AuditRecord) async {
    do throws(StoreError) { try await store.appendAudit(entry) } catch {
      keep(.audit(entry), because: error)
    }
  }

  /// Keeps a record until it can be stored.
  func keep(_ entry: Entry, because error: StoreError) {
    if trouble == nil {
      log.error("records wait for the store", ["why": error.description])
    }
    trouble = error
    waiting.append(entry)
    let tables = waiting.indices.filter {
      if case .generation = waiting[$0] { true } else { false }
    }
    let surplus = tables.count > Self.mostTables ? tables[0] : waiting.startIndex
    guard tables.count > Self.mostTables || waiting.count > Self.mostEntries else { return }
    waiting.remove(at: surplus)
    log.error("a record was given up because too many wait for the store")
  }

  /// Tries again what waits, in its order. Only one caller may do so.
  func retry() async {
    while let entry = waiting.first {
      do throws(StoreError) {
        try await put(entry)
      } catch {
        trouble = error
        guard error.isPassing else { return giveUp(entry, error) }
        return
      }
      waiting.removeFirst()
    }
    guard trouble != nil else { return }
    trouble = nil
    log.info("what waited for the store is stored")
  }

  private func put(_ entry: Entry) async throws(StoreError) {
    switch entry {
    case .generation(let record): try await store.appendGeneration(record)
    case .audit(let record): try await store.appendAudit(record)
    }
  }

  private func giveUp(_ entry: Entry, _ error: StoreError) {
    waiting.removeFirst()
    log.error("a record cannot be stored", ["why": error.description])
  }
}

extension StoreError {
  /// Whether the same write may succeed later, when the disk has room again.
  var isPassing: Bool {
    switch code {
    case .full, .readOnly, .inputOutput, .busy: true
    default: false
    }
  }
}
