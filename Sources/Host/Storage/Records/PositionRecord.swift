package import PluginAPI

/// Where a job stands, over restarts and reloads.
package struct PositionRecord: Sendable, Hashable {
  /// The job's name.
  package var job: String
  /// The first slot of its interval grid.
  package var anchor: Timestamp?
  /// The interval that the anchor belongs to.
  package var interval: Duration?
  /// The newest slot that was accounted for.
  package var lastSlot: Timestamp?
  /// Why it is paused, if it is.
  package var pause: Pause?
  /// Why it is in quarantine, if it is.
  package var quarantine: Quarantine?
  /// An operator's word about running it, over what the table says.
  package var isEnabled: Bool?

  /// A pause that an operator made.
  package struct Pause: Sendable, Hashable {
    /// What the operator wrote.
    package var note: String
    /// Who it was.
    package var by: String
    /// Since when.
    package var at: Timestamp

    package init(note: String, by: String, at: Timestamp) {
      self.note = note
      self.by = by
      self.at = at
    }
  }

  /// A stop that too many failures made.
  package struct Quarantine: Sendable, Hashable {
    /// The last failure.
    package var error: String
    /// Since when.
    package var at: Timestamp

    package init(error: String, at: Timestamp) {
      self.error = error
      self.at = at
    }
  }

  package init(job: String) {
    self.job = job
    anchor = nil
    interval = nil
    lastSlot = nil
    pause = nil
    quarantine = nil
    isEnabled = nil
  }
}
