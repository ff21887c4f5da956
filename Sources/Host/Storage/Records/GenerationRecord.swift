package import PluginAPI

/// A job table that was read, whether it came into force or not.
package struct GenerationRecord: Sendable, Hashable {
  /// Its number; each is higher than the one before.
  package var number: Int64
  /// The digest of its text.
  package var digest: String
  /// Its text as it may be kept: without secrets.
  package var table: String
  /// When it was read.
  package var created: Timestamp
  /// Where it was read from.
  package var source: String
  /// What it changed, as shown to the operator.
  package var diff: String
  /// Whether it came into force.
  package var isGood: Bool
  /// What became of it, such as the errors that kept it out.
  package var outcome: String

  package init(
    number: Int64, digest: String, table: String, created: Timestamp, source: String
  ) {
    self.number = number
    self.digest = digest
    self.table = table
    self.created = created
    self.source = source
    diff = ""
    isGood = false
    outcome = ""
  }
}
