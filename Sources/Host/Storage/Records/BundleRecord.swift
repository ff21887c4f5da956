package import PluginAPI

/// An accepted bundle and its fate.
package struct BundleRecord: Sendable, Hashable {
  /// Names the bundle.
  package var id: BundleID
  /// The job that submitted it.
  package var job: String
  /// The run that submitted it.
  package var run: String
  /// The run's slot as text, the same in every attempt.
  package var slot: String
  /// The how-many-eth submission of the slot it is.
  package var effect: Int
  /// Why it exists, in a few words.
  package var label: String
  /// The intents as JSON.
  package var intents: String
  /// All that the bundle service keeps about it, as JSON; `nil` in records of older hosts.
  package var record: String?
  /// What its transactions cost in fees.
  package var fee: SOL
  /// The signatures of its present bytes, with spaces between them; empty before it is signed.
  package var signatures: String
  /// How often it was signed, and how often the present bytes were handed over.
  package var attempt: Int
  package var sends: Int
  /// The last block height at which the present bytes can land.
  package var lastValidHeight: UInt64?
  /// The generation of the table that its run was started under.
  package var generation: Int64
  /// What the validator gets.
  package var tip: SOL
  /// Whether it trades between own wallets.
  package var isSynthetic: Bool
  /// Where it is on its way, such as `accepted`, `sent`, `landed`. The words are the bundle
  /// service's.
  package var state: String
  /// The venue's slot in which it landed.
  package var landedSlot: UInt64?
  /// What its intents did, as JSON.
  package var results: String?
  /// Why it failed.
  package var reason: String?
  /// When it was accepted.
  package var accepted: Timestamp
  /// When it was first sent.
  package var sent: Timestamp?
  /// When its fate became known.
  package var ended: Timestamp?

  package init(
    id: BundleID, job: String, run: String, slot: String, effect: Int
  ) {
    self.id = id
    self.job = job
    self.run = run
    self.slot = slot
    self.effect = effect
    label = ""
    intents = "[]"
    record = nil
    fee = 0
    signatures = ""
    attempt = 0
    sends = 0
    lastValidHeight = nil
    generation = 0
    tip = 0
    isSynthetic = false
    state = "accepted"
    landedSlot = nil
    results = nil
    reason = nil
    accepted = Timestamp(nanoseconds: 0)
    sent = nil
    ended = nil
  }
}

/// What bundles paid for being heard.
package struct BundleCosts: Sendable, Hashable {
  package var tips: SOL
  package var fees: SOL

  package init(tips: SOL, fees: SOL) {
    self.tips = tips
    self.fees = fees
  }
}

/// What became of a bundle that was handed in.
package enum BundleAcceptance: Sendable, Hashable {
  /// It is stored and must be carried out.
  case accepted
  /// The same effect of the same slot was stored before, as this record; nothing is to be done.
  case existing(BundleRecord)
}
