import Isolation
package import PluginAPI

/// Names a slot: a time at which a job was meant to run. It is the idempotency key of the slot's
/// runs and is the same before and after restarts, reloads and upgrades.
package struct SlotID: Sendable, Hashable, Codable, CustomStringConvertible {
  /// What gave the slot its time.
  package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    case every
    case cron
    case at
    case idle
    case signal
    case manual
  }

  package let job: String
  package let kind: Kind
  /// The slot's place in its sequence; for intervals counted from the anchor, so a stepped wall
  /// clock does not bend the sequence.
  package let time: Timestamp

  package init(job: String, kind: Kind, time: Timestamp) {
    self.job = job
    self.kind = kind
    self.time = time
  }

  /// What randomness in the slot's runs starts from; the same in every process.
  package var seed: UInt64 {
    let name = stableHash(job) ^ stableHash(kind.rawValue)
    var random = SeededRandom(seed: name &+ UInt64(bitPattern: time.nanoseconds))
    return random.next()
  }

  /// `job/kind/time`, such as `grid/every/2026-01-01T00:00:01Z`.
  package var description: String { "\(job)/\(kind.rawValue)/\(CivilTime.text(time))" }

  /// Reads what `description` wrote; `nil` when the text has another form.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count >= 3, let kind = Kind(rawValue: String(parts[parts.count - 2])),
      let time = CivilTime.timestamp(String(parts[parts.count - 1]))
    else { return nil }
    self.init(job: parts.dropLast(2).joined(separator: "/"), kind: kind, time: time)
  }
}
