import JobTable
import PluginAPI

/// The job table that the host runs by.
struct TableInForce: Sendable {
  var table: JobTable
  /// What its plugins offer.
  var catalog: PluginCatalog
  var generation: Int64
  /// The digest of its bytes.
  var digest: UInt64
  var since: Timestamp
}

/// What became of a reload.
struct ReloadReport: Sendable, Codable, Equatable {
  enum Result: String, Sendable, Codable {
    /// A new generation is in force.
    case applied
    /// The table says what it said before.
    case unchanged
    /// Something is wrong; nothing changed.
    case rejected
  }

  var result: Result
  /// The generation in force afterwards.
  var generation: Int64
  var time: Timestamp
  /// What changed, for people.
  var diff: String
  /// Everything that is wrong or doubtful.
  var diagnostics: [Diagnostic]

  /// The report in a line.
  var summary: String {
    switch result {
    case .applied: "generation \(generation) is in force"
    case .unchanged: "nothing changed"
    case .rejected: diagnostics.first { $0.severity == .error }?.message ?? "rejected"
    }
  }

  /// The report in a sentence or, when something is wrong, in a compiler's way.
  var text: String {
    switch result {
    case .applied:
      "generation \(generation) is in force\n\(diff)"
        + (diagnostics.isEmpty ? "" : "\n" + diagnostics.rendered())
    case .unchanged: "nothing changed; generation \(generation) stays in force"
    case .rejected:
      diagnostics.rendered() + "\nrejected; generation \(generation) stays in force"
    }
  }
}
