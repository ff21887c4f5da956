package import PluginAPI

/// One run of a job.
package struct RunRecord: Sendable, Hashable {
  /// Names the run.
  package var id: String
  /// The slot and attempt that it belongs to.
  package var slot: SlotKey
  /// Why it was started.
  package var cause: Cause
  /// When its worker was told to start it.
  package var started: Timestamp?
  /// When it ended.
  package var ended: Timestamp?
  /// How it ended, such as `done`, `failed`, `lost`; `nil` while it runs. The words are the
  /// scheduler's.
  package var outcome: String?
  /// What the job said at its end, or the error. Kept up to `maxTextBytes`.
  package var text: String?
  /// The generation of the job table that planned it.
  package var generation: Int64
  /// The version of the plugin that ran it.
  package var pluginVersion: String?
  /// The worker process.
  package var worker: Int32?
  /// Where the start lost time.
  package var lateness: Lateness
  /// How many bundles it submitted.
  package var bundles: Int

  /// Longer texts are cut when they are stored.
  package static let maxTextBytes = 16_384

  package init(id: String, slot: SlotKey, cause: Cause, generation: Int64) {
    self.id = id
    self.slot = slot
    self.cause = cause
    self.generation = generation
    started = nil
    ended = nil
    outcome = nil
    text = nil
    pluginVersion = nil
    worker = nil
    lateness = Lateness()
    bundles = 0
  }
}

/// Where the time between a slot and the start of its run went, in nanoseconds.
package struct Lateness: Sendable, Hashable {
  /// From the slot's time until the scheduler woke.
  package var timer: Int64
  /// From there until the run was handed to its worker: overlap, groups, priorities.
  package var queue: Int64
  /// From there until the worker read it.
  package var wake: Int64
  /// From there until the job's code ran.
  package var start: Int64

  package init(timer: Int64 = 0, queue: Int64 = 0, wake: Int64 = 0, start: Int64 = 0) {
    self.timer = timer
    self.queue = queue
    self.wake = wake
    self.start = start
  }
}
