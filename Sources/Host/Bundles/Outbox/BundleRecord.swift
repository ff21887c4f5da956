package import PluginAPI

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
  /// The generation of the table that the run was started under; 0 for the host itself.
  package var generation: Int64

  package init(
    job: String, run: String, slot: String, effect: Int, capabilities: Set<Capability>,
    generation: Int64 = 0
  ) {
    self.job = job
    self.run = run
    self.slot = slot
    self.effect = effect
    self.capabilities = capabilities
    self.generation = generation
  }

  /// The bundle's identity: the same slot and effect give the same one, whoever asks and how often.
  package var bundleID: BundleID { BundleID("\(slot)/\(effect)") }
}

/// All that is kept about one accepted bundle.
package struct BundleRecord: Sendable, Hashable, Codable {
  package let id: BundleID
  package let submitter: Submitter
  package let label: String
  package var bundle: AcceptedBundle
  /// How it is divided into transactions.
  package var plan: BundlePlan
  /// Whether own wallets may meet in it; such volume never enters pivot, profit or exports.
  package let isSynthetic: Bool
  package let accepted: Timestamp
  /// The first block of the chain that it was meant for; empty when that was not known.
  package var genesis = ""
  /// The block height after which it is not signed any more.
  package var deadline: UInt64
  package var state = BundleState.accepted
  /// The bytes that may happen. Only when they are proved dead there are others.
  package var signed: SignedBundle?
  /// How often the present bytes were handed over.
  package var sends = 0
  /// When it was first handed over.
  package var sent: Timestamp?
  /// When it was seen to have happened.
  package var landed: Timestamp?
  /// When nothing more could become of it.
  package var ended: Timestamp?
  /// The venue's slot in which it happened.
  package var landedSlot: UInt64?
  /// One result per intent, once it happened; `nil` for what did not.
  package var results: [IntentResult?] = []
  /// Why it had no effect, or what the block engine said last.
  package var reason: String?
  /// Why it was stopped after it had been accepted.
  package var refusal: Refusal?

  package init(
    submitter: Submitter, label: String, bundle: AcceptedBundle, plan: BundlePlan? = nil,
    isSynthetic: Bool = false, accepted: Timestamp, deadline: UInt64 = .max
  ) {
    id = bundle.id
    self.submitter = submitter
    self.label = label
    self.bundle = bundle
    self.plan = plan ?? BundlePlan(id: bundle.id, transactions: [])
    self.isSynthetic = isSynthetic
    self.accepted = accepted
    self.deadline = deadline
  }

  /// Whether it only cancels.
  package var isCancel: Bool { bundle.intents.allSatisfy(\.isCancel) }

  /// What it works on.
  package var keys: Set<WorkKey> { WorkKey.keys(of: bundle.intents) }

  /// What its transactions cost in fees: 5000 lamports a signature.
  package var fee: Lamports { plan.fee }

  /// What the job is told; `nil` while it is on its way.
  package var outcome: BundleOutcome? {
    switch state {
    case .accepted, .signed, .sent: nil
    case .landed, .finalized:
      .landed(
        slot: landedSlot ?? 0,
        results: results.map { $0 ?? .dropped("the venue told no result") })
    case .reverted: .reverted(reason: reason ?? "")
    case .partial: .partial(slot: landedSlot ?? 0, results: results)
    case .expired, .refused: .expired
    case .unknown: .unknown
    }
  }
}
