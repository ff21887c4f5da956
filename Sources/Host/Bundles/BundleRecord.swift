package import PluginAPI

/// Where an accepted bundle stands.
package enum BundleState: String, Sendable, Hashable, Codable, CaseIterable {
  /// Stored, not yet handed over. Becomes `sent`, or `expired` when trading was halted meanwhile.
  case accepted
  /// Handed over to the venue. Becomes any of the others.
  case sent
  /// It happened. Final.
  case landed
  /// It was undone as a whole. Final.
  case reverted
  /// It never happened and never will. Final.
  case expired
  /// Nobody knows yet. Becomes `landed`, `reverted` or `expired`.
  case unknown

  /// Whether the bundle's fate is decided.
  package var isFinal: Bool { self == .landed || self == .reverted || self == .expired }
}

/// Who submits: a run of a job, with what it may do.
package struct Submitter: Sendable, Hashable, Codable {
  package var job: String
  package var run: String
  /// The slot of the schedule that the run works off; the same in every attempt.
  package var slot: String
  /// Counts the run's submissions from 0.
  package var effect: Int
  /// What the job declared and the table granted.
  package var capabilities: Set<Capability>

  package init(
    job: String, run: String, slot: String, effect: Int, capabilities: Set<Capability>
  ) {
    self.job = job
    self.run = run
    self.slot = slot
    self.effect = effect
    self.capabilities = capabilities
  }

  /// The bundle's identity: the same slot and effect give the same one, whoever asks and how often.
  package var bundleID: BundleID { BundleID("\(slot)/\(effect)") }
}

/// All that is kept about one accepted bundle.
package struct BundleRecord: Sendable, Hashable, Codable {
  package let id: BundleID
  package let submitter: Submitter
  package let label: String
  package let bundle: AcceptedBundle
  /// Whether own wallets may meet in it; such volume never enters pivot, profit or exports.
  package let isSynthetic: Bool
  package let accepted: Timestamp
  package var state = BundleState.accepted
  package var sent: Timestamp?
  package var ended: Timestamp?
  /// The venue's slot in which it happened.
  package var landedSlot: UInt64?
  /// One result per intent, once it happened.
  package var results: [IntentResult] = []
  /// Why it was undone.
  package var reason: String?
  /// Why it was stopped after it had been accepted.
  package var refusal: Refusal?

  package init(
    submitter: Submitter, label: String, bundle: AcceptedBundle, isSynthetic: Bool,
    accepted: Timestamp
  ) {
    id = bundle.id
    self.submitter = submitter
    self.label = label
    self.bundle = bundle
    self.isSynthetic = isSynthetic
    self.accepted = accepted
  }

  /// Writes an outcome down.
  package mutating func close(_ outcome: BundleOutcome, at time: Timestamp) {
    ended = time
    switch outcome {
    case .landed(let slot, let results):
      state = .landed
      landedSlot = slot
      self.results = results
    case .reverted(let reason):
      state = .reverted
      self.reason = reason
    case .partial: state = .unknown
    case .expired: state = .expired
    case .unknown:
      state = .unknown
      ended = nil
    @unknown default:
      state = .unknown
      ended = nil
    }
  }

  /// What the job is told; `nil` while nothing is known because it is still on its way.
  package var outcome: BundleOutcome? {
    switch state {
    case .accepted, .sent: nil
    case .landed: .landed(slot: landedSlot ?? 0, results: results)
    case .reverted: .reverted(reason: reason ?? "")
    case .expired: .expired
    case .unknown: .unknown
    }
  }
}
