import Isolation
import PluginAPI

/// What the outbox is told.
enum OutboxEvent: Sendable {
  /// A bundle passed the gates and is durable, with its bytes when it began before.
  case admitted(BundleRecord)
  /// A bundle that began could not be accepted.
  case abandoned(BundleID)
  /// A bundle that an earlier host left unfinished.
  case resumed(BundleRecord)
  /// An unfinished bundle of a chain that is no more.
  case orphaned(BundleRecord)
  /// The last look before signing found a reason not to.
  case stopped(BundleID, Refusal)
  /// It is signed, perhaps with another tip.
  case signed(BundleRecord)
  /// It cannot be signed now.
  case notSigned(BundleID, String)
  case written(BundleID)
  case notWritten(BundleID)
  case answered(BundleID, SendAnswer)
  case reported([StatusQuestion], StatusReport)
  /// The node could not be asked.
  case notReported([StatusQuestion])
  case verified(BundleID, BundleEffects)
  /// What a bundle did could not be read now.
  case notVerified(BundleID)
  /// The accounts of a bundle that happened in part were read since.
  case reread(BundleID)
  /// Time passed.
  case tick
}

/// What the outbox wants done.
enum OutboxAction: Sendable, Hashable {
  /// Look once more whether it may go, get a blockhash and sign.
  case prepare(BundleRecord, attempt: Int)
  /// Make the record durable.
  case write(BundleRecord)
  case send(SignedBundle)
  case ask([StatusQuestion])
  /// Read what a bundle that landed, as a whole or in part, really did.
  case verify(BundleRecord)
  /// Read the venue at this slot or later.
  case reread(BundleID, atLeast: UInt64)
  /// Tell those who wait.
  case tell(BundleID, BundleOutcome)
  /// What was set aside for the bundle is free again.
  case release(BundleRecord)
  /// Tell operators.
  case note(OutboxNote, BundleRecord)
}

/// What operators are told about a bundle.
enum OutboxNote: String, Sendable, Hashable {
  case accepted = "BUNDLE_ACCEPTED"
  case resumed = "BUNDLE_RESUMED"
  case signed = "BUNDLE_SIGNED"
  case sent = "BUNDLE_SENT"
  case rejected = "BUNDLE_REJECTED"
  case landed = "BUNDLE_LANDED"
  case finalized = "BUNDLE_FINALIZED"
  case reverted = "BUNDLE_REVERTED"
  case expired = "BUNDLE_EXPIRED"
  case refused = "BUNDLE_STOPPED"
  case unknown = "BUNDLE_UNKNOWN"
  case partial = "BUNDLE_PARTIAL"
  case rolledBack = "BUNDLE_ROLLED_BACK"
  case cancelStuck = "CANCEL_STUCK"
}

/// Which signatures of which bundle to ask for.
struct StatusQuestion: Sendable, Hashable {
  var id: BundleID
  var attempt: Int
  var signatures: [Signature]
}

/// The moment at which the outbox is told something.
struct OutboxMoment: Sendable {
  var wall: Timestamp
  var monotonic: MonotonicInstant
}
