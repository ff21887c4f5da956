package import PluginAPI

/// What somebody asked of the host, and what came of it.
package struct AuditRecord: Sendable, Hashable {
  /// When.
  package var time: Timestamp
  /// Who, such as `anna (uid 1000, process 4711)`.
  package var who: String
  /// What was asked, such as `pause`.
  package var action: String
  /// The job that it was about; empty when it was about the whole host.
  package var job: String
  /// How that stood before.
  package var before: String
  /// How that stood afterwards.
  package var after: String
  /// The note that was given and the answer, or why it was refused.
  package var detail: String

  package init(
    time: Timestamp, who: String, action: String, job: String = "", before: String = "",
    after: String = "", detail: String
  ) {
    self.time = time
    self.who = who
    self.action = action
    self.job = job
    self.before = before
    self.after = after
    self.detail = detail
  }
}
