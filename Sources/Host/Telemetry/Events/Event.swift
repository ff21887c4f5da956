package import PluginAPI

/// Something that happened and that operators and other systems follow.
package struct Event: Sendable, Hashable {
  /// Its place in the order of all events, over restarts.
  package var sequence: Int64
  /// When it happened.
  package var time: Timestamp
  /// What happened, such as `GRID_REBUILD`.
  package var name: String
  /// The job that it belongs to.
  package var job: String?
  /// The run that it belongs to.
  package var run: String?
  /// Its details.
  package var fields: [String: String]

  package init(
    sequence: Int64, time: Timestamp, name: String, job: String? = nil, run: String? = nil,
    fields: [String: String] = [:]
  ) {
    self.sequence = sequence
    self.time = time
    self.name = name
    self.job = job
    self.run = run
    self.fields = fields
  }
}
