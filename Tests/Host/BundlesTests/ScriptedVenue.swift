import Isolation
import PluginAPI

@testable import Bundles

/// What a venue does with a bundle that is handed over.
enum Script: Sendable, Hashable {
  /// It lands with the next slot.
  case land
  /// It is taken and forgotten.
  case drop
  /// It lands and has no effect.
  case revert
  /// The transaction of that place lands alone.
  case leak(Int)
  case reject(RejectReason)
  case limit(Duration)
  /// Nobody answers; whether it arrived differs.
  case vanish(arrives: Bool)
}

/// A chain of few slots that does with each handover what the test wrote down.
actor ScriptedVenue: Venue {
  /// Blocks for which a blockhash is valid, and slots until commitment.
  static let (life, confirmed, finalized): (UInt64, UInt64, UInt64) = (20, 1, 5)

  var newest = state()
  var who: VenueIdentity? = simulator
  var genesis = "first"
  /// The node does not answer, or answers with what was known so many slots ago.
  var isDown = false
  var hasNoBlockhash = false
  var lag: UInt64 = 0
  /// What happens to the handovers of a bundle, in order; the last goes on for ever.
  var scripts: [BundleID: [Script]] = [:]
  var always = Script.land
  /// Every handover, in order.
  private(set) var sends: [SignedBundle] = []
  /// Transactions that happened, by signature: the slot, and the error if any.
  private(set) var history: [Signature: (slot: UInt64, error: String?)] = [:]
  /// How often each transaction of each bundle happened, whatever its signature.
  private(set) var count: [String: Int] = [:]
  private var pending: [(SignedBundle, Script)] = []
  private(set) var slot: UInt64 = 100
  /// How often statuses were asked for.
  private(set) var questions = 0

  var identity: VenueIdentity {
    get throws {
      guard let who else { throw ServiceError("no answer") }
      return who
    }
  }

  func set(_ change: @Sendable (isolated ScriptedVenue) -> Void) { change(self) }

  /// Lives through slots.
  func advance(_ slots: UInt64 = 1) {
    for _ in 0..<slots {
      slot += 1
      let landing = pending
      pending = []
      for (bundle, script) in landing { land(bundle, script) }
      newest.slot = slot
      newest.blockHeight = slot
      newest.time = newest.time + .milliseconds(400)
    }
  }

  private func land(_ bundle: SignedBundle, _ script: Script) {
    guard slot <= bundle.blockhash.lastValidBlockHeight,
      bundle.transactions.allSatisfy({ history[$0.signature] == nil })
    else { return }
    for (index, transaction) in bundle.transactions.enumerated() {
      if case .leak(let only) = script, only % bundle.transactions.count != index { continue }
      let error = script == .revert ? "custom program error: 0x1794" : nil
      history[transaction.signature] = (slot, error)
      if error == nil { count["\(bundle.id)#\(index)", default: 0] += 1 }
    }
  }

  // MARK: Venue

  func read() throws -> VenueState {
    if isDown { throw ServiceError("no route") }
    return newest
  }

  func latestBlockhash() throws(VenueFailure) -> Blockhash {
    if isDown || hasNoBlockhash { throw VenueFailure("no route") }
    return Blockhash(hash: "\(slot)", lastValidBlockHeight: slot + Self.life, slot: slot)
  }

  func sign(_ plan: BundlePlan, attempt: Int, with blockhash: Blockhash)
    throws(VenueFailure) -> SignedBundle
  {
    let transactions = plan.transactions.indices.map { index in
      let name = "\(plan.id)~\(attempt)~\(blockhash.hash)~\(index)"
      return SignedTransaction(signature: Signature(name), bytes: Array(name.utf8))
    }
    return SignedBundle(
      id: plan.id, attempt: attempt, blockhash: blockhash, transactions: transactions)
  }

  func send(_ bundle: SignedBundle) -> SendAnswer {
    sends.append(bundle)
    let script = next(bundle.id)
    switch script {
    case .land, .revert, .leak:
      pending.append((bundle, script))
      return .accepted(engineID: "e")
    case .drop: return .accepted(engineID: "e")
    case .reject(let reason): return .rejected(reason, "no")
    case .limit(let pause): return .limited(retryAfter: pause)
    case .vanish(let arrives):
      if arrives { pending.append((bundle, .land)) }
      return .unreachable("timeout")
    }
  }

  private func next(_ id: BundleID) -> Script {
    guard let script = scripts[id]?.first else { return always }
    if scripts[id]?.count ?? 0 > 1 { scripts[id]?.removeFirst() }
    return script
  }

  func status(of signatures: [Signature]) throws(VenueFailure) -> StatusReport {
    questions += 1
    if isDown { throw VenueFailure("no route") }
    let now = slot - lag
    let statuses = signatures.map { signature -> TransactionStatus? in
      guard let found = history[signature], found.slot <= now else { return nil }
      let depth = now - found.slot
      let commitment: Commitment =
        depth >= Self.finalized ? .finalized : depth >= Self.confirmed ? .confirmed : .processed
      return TransactionStatus(slot: found.slot, commitment: commitment, error: found.error)
    }
    return StatusReport(statuses: statuses, slot: now, finalizedBlockHeight: now - Self.finalized)
  }

  func effects(of bundle: SignedBundle, plan: BundlePlan) throws(VenueFailure) -> BundleEffects {
    if isDown { throw VenueFailure("no route") }
    var results: [IntentResult?] = []
    for (transaction, planned) in zip(bundle.transactions, plan.transactions) {
      let happened = history[transaction.signature].map { $0.error == nil } ?? false
      results += planned.intents.map { _ in happened ? .done : nil }
    }
    return BundleEffects(results: results)
  }

  /// A block that was confirmed is undone.
  func undo(_ id: BundleID) { history = history.filter { !$0.key.description.hasPrefix("\(id)~") } }

  func quote(_ request: SwapRequest) throws -> SwapQuote { throw ServiceError("no swaps here") }

  func reclaimable() -> [ReclaimableAccount] { [] }

  /// Handovers of a bundle.
  func sends(of id: BundleID) -> [SignedBundle] { sends.filter { $0.id == id } }

  /// The bundles handed over, each once, in order.
  var order: [BundleID] {
    sends.reduce(into: []) { if !$0.contains($1.id) { $0.append($1.id) } }
  }
}
