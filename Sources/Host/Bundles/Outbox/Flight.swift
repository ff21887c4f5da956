import Isolation
import PluginAPI

/// One bundle on its way.
struct Flight: Sendable {
  /// What the bundle waits for.
  enum Stage: Sendable, Hashable {
    /// Its accounts are not free. Then `preparing`.
    case waiting
    /// It is being signed. Then `storing`, or `closing` when it may not go.
    case preparing
    /// It could not be signed; the next tick tries again.
    case unprepared
    /// Its bytes are not durable yet. Then `following`.
    case storing
    /// Its bytes may happen. Then `verifying`, `preparing` (they are dead) or `closing`.
    case following
    /// It happened, and what it did is being read. Then `settled` or `rereading`.
    case verifying
    /// What it did could not be read; the next tick tries again.
    case unverified
    /// It happened in part, and its accounts are being read. Then `closing`.
    case rereading
    /// It happened, and finality is near. Then `closing`.
    case settled
    /// Nothing more can become of it; it leaves when that is durable.
    case closing
  }

  var record: BundleRecord
  var stage: Stage
  /// Whether a write is under way, and whether another must follow.
  var isWriting = false
  var isDirty = false
  /// Whether those who wait hear of the end only when it is durable: a next host must not come to
  /// another one.
  var tellsAfterWrite = false
  /// Whether a token of the budget was taken for its next handover.
  var isPaid = false
  /// Whether a part of it happened alone.
  var isSplit = false
  /// Whether the engine said that these bytes are no bundle.
  var isMalformed = false
  var began: MonotonicInstant
  var nextSend: MonotonicInstant
  var nextLook: MonotonicInstant
  /// Since when the node could not be asked.
  var blindSince: MonotonicInstant?
  var isStuckTold = false

  init(_ record: BundleRecord, _ stage: Stage, at now: MonotonicInstant) {
    self.record = record
    self.stage = stage
    began = now
    nextSend = now
    nextLook = now
  }

  /// Whether the same bytes may be handed over again.
  var mayResend: Bool {
    stage == .following && !isSplit && !isMalformed && record.state != .unknown
  }

  /// Whether something of it may still come.
  var isUnfinished: Bool { stage != .settled && stage != .closing }

  /// Whether its signatures are worth asking for.
  var isWatched: Bool { stage == .following || stage == .settled }

  /// What to ask about it.
  var question: StatusQuestion? {
    record.signed.map {
      StatusQuestion(
        id: record.id, attempt: $0.attempt, signatures: $0.transactions.map(\.signature))
    }
  }
}
