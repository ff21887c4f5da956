package import PluginAPI

/// A change that somebody made.
package struct AuditRecord: Sendable, Hashable {
  /// When.
  package var time: Timestamp
  /// Who.
  package var who: String
  /// What was done, such as `pause`.
  package var action: String
  /// To what, and how.
  package var detail: String

  package init(time: Timestamp, who: String, action: String, detail: String) {
    self.time = time
    self.who = who
    self.action = action
    self.detail = detail
  }
}
