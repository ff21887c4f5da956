import Bundles
import Isolation
import PluginAPI

/// Keeps bundles for as long as the Lab needs them: all that have not ended, and the newest that
/// have. What it sees it tells the recorder.
final class LabJournal: BundleJournal {
  private static let endedKept = 4_096

  private struct State {
    var records: [BundleID: BundleRecord] = [:]
    var ended: [BundleID] = []
    var oldest = 0

    /// Remembers that a bundle ended, and forgets the one that ended longest ago.
    mutating func retire(_ id: BundleID, keeping limit: Int) {
      guard ended.count == limit else { return ended.append(id) }
      records[ended[oldest]] = nil
      ended[oldest] = id
      oldest = (oldest + 1) % limit
    }
  }

  private let state = Guarded(State())
  private let recorder: LabRecorder

  init(recorder: LabRecorder) { self.recorder = recorder }

  func accept(_ record: BundleRecord) -> BundleRecord? {
    state.withLock { state in
      if let first = state.records[record.id] { return first }
      state.records[record.id] = record
      recorder.bundleAccepted()
      return nil
    }
  }

  func update(_ record: BundleRecord) {
    let isNews = state.withLock { state in
      let wasFinal = state.records[record.id]?.state.isFinal ?? false
      state.records[record.id] = record
      guard record.state.isFinal, !wasFinal else { return false }
      state.retire(record.id, keeping: Self.endedKept)
      return true
    }
    if isNews { recorder.bundleEnded(record) }
  }

  func record(_ id: BundleID) -> BundleRecord? { state.withLock { $0.records[id] } }

  func unfinished() -> [BundleRecord] {
    state.withLock { $0.records.values.filter { !$0.state.isFinal } }
      .sorted { ($0.accepted, $0.id) < ($1.accepted, $1.id) }
  }

  /// The service asks once, at the start, when nothing was spent.
  func spent(since time: Timestamp) -> (tips: Lamports, fees: Lamports) { (.zero, .zero) }
}
