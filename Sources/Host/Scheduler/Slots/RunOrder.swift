package import Isolation
package import PluginAPI

/// One run that shall start now.
package struct RunOrder: Sendable, Hashable, Codable {
  package let id: RunID
  package let plugin: String
  /// The slot it runs; also names the job.
  package let slot: SlotID
  /// The slot's time with its jitter.
  package let plannedAt: Timestamp
  package let cause: Cause
  /// 1 for the first attempt of the slot.
  package let attempt: Int
  /// The generation of the job table that ordered the run.
  package let generation: Int
  /// When the run is cancelled; a point on this boot's clock.
  package let deadline: MonotonicInstant
  /// The scheduler's own number of the job; it means the same job until the next table.
  package var jobNumber: UInt32?
  /// Whether nothing waits for the run's end, so that it may be told some milliseconds late.
  package var endMayWait = false

  package var job: String { slot.job }

  package init(
    id: RunID, plugin: String, slot: SlotID, plannedAt: Timestamp, cause: Cause, attempt: Int,
    generation: Int, deadline: MonotonicInstant
  ) {
    self.id = id
    self.plugin = plugin
    self.slot = slot
    self.plannedAt = plannedAt
    self.cause = cause
    self.attempt = attempt
    self.generation = generation
    self.deadline = deadline
  }

  private enum CodingKeys: String, CodingKey {
    case id, plugin, slot, plannedAt, cause, attempt, generation, deadline
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encode(plugin, forKey: .plugin)
    try container.encode(slot.description, forKey: .slot)
    try container.encode(plannedAt, forKey: .plannedAt)
    try container.encode(cause, forKey: .cause)
    try container.encode(attempt, forKey: .attempt)
    try container.encode(generation, forKey: .generation)
    try container.encode(deadline.nanoseconds, forKey: .deadline)
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let text = try container.decode(String.self, forKey: .slot)
    guard let slot = SlotID(text) else {
      throw DecodingError.dataCorruptedError(
        forKey: .slot, in: container, debugDescription: "not a slot: \(text)")
    }
    self.init(
      id: try container.decode(RunID.self, forKey: .id),
      plugin: try container.decode(String.self, forKey: .plugin), slot: slot,
      plannedAt: try container.decode(Timestamp.self, forKey: .plannedAt),
      cause: try container.decode(Cause.self, forKey: .cause),
      attempt: try container.decode(Int.self, forKey: .attempt),
      generation: try container.decode(Int.self, forKey: .generation),
      deadline: MonotonicInstant(
        nanoseconds: try container.decode(Int64.self, forKey: .deadline)))
  }
}

/// Why a run is cancelled.
package enum CancelReason: String, Sendable, Hashable, Codable {
  /// Its deadline passed.
  case deadline
  /// A newer slot replaces it.
  case replaced
  /// An operator asked.
  case requested
}
