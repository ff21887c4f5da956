package import Bundles
import Isolation
import PluginAPI

/// Counts the sends of one second.
struct SendWindow: Sendable {
  private var second: Int64 = .min
  private var count = 0

  /// Whether one more is allowed.
  mutating func admit(atMost limit: Int, at time: Timestamp) -> Bool {
    guard limit > 0 else { return true }
    if time.seconds != second { (second, count) = (time.seconds, 0) }
    count += 1
    return count <= limit
  }
}

/// A bundle that is none.
private struct Malformed: Error {
  let reason: String
}

extension ExchangeCore {
  /// The longest transaction, signatures included (Solana legacy and version 0).
  package static let longestTransaction = 1_232
  /// Transactions in a bundle (Jito).
  package static let mostTransactions = 5

  // MARK: Signing

  /// Compiles a plan and signs it; changes nothing.
  ///
  /// - Throws: `VenueFailure` when a wallet is unknown or the plan is too large.
  package func sign(_ plan: BundlePlan, attempt: Int, with blockhash: Blockhash)
    throws(VenueFailure) -> SignedBundle
  {
    guard (1...Self.mostTransactions).contains(plan.transactions.count) else {
      throw VenueFailure(
        "a bundle has 1 to \(Self.mostTransactions) transactions, not \(plan.transactions.count)")
    }
    var signed: [SignedTransaction] = []
    for (index, planned) in plan.transactions.enumerated() {
      try check(planned)
      var nonce = Digest()
      nonce.add("\(plan.id) \(attempt) \(index)".utf8)
      let content = TransactionContent(planned, blockhash, nonce: nonce.number)
      let bytes = content.encoded()
      signed.append(SignedTransaction(signature: Self.signature(of: bytes), bytes: bytes))
    }
    return SignedBundle(id: plan.id, attempt: attempt, blockhash: blockhash, transactions: signed)
  }

  private func check(_ planned: PlannedTransaction) throws(VenueFailure) {
    guard planned.bytes <= Self.longestTransaction else {
      throw VenueFailure(
        "a transaction has at most \(Self.longestTransaction) bytes, not \(planned.bytes)")
    }
    guard state.walletRows[planned.payer] != nil else {
      throw VenueFailure("there is no key for wallet \(planned.payer)")
    }
    if let tip = planned.tip, tip < .zero {
      throw VenueFailure("a tip of \(tip) is less than none")
    }
  }

  private static func signature(of bytes: [UInt8]) -> Signature {
    var digest = Digest()
    digest.add(bytes)
    return Signature(digest.text)
  }

  // MARK: Sending

  /// Hands a bundle to the engine.
  package mutating func send(_ bundle: SignedBundle) -> SendAnswer {
    let fault = faults.forSend()
    if fault.isLost || slot < faults.engineDownUntil || conditions.isEngineDown {
      return .unreachable("the block engine does not answer")
    }
    if fault.isLimited || !sends.admit(atMost: settings.chain.sendsPerSecond, at: time) {
      return .limited(retryAfter: .seconds(1))
    }
    if let reason = fault.rejection { return .rejected(reason, "the block engine has trouble") }
    let answer = take(bundle, fault)
    return fault.losesAnswer ? .unreachable("the answer was lost") : answer
  }

  private mutating func take(_ bundle: SignedBundle, _ fault: FaultState.Send) -> SendAnswer {
    let engineID = Self.engineID(bundle)
    if let first = bundle.transactions.first, queue.holds(first.signature) {
      return .accepted(engineID: engineID)
    }
    let queued: QueuedBundle
    do { queued = try read(bundle) } catch { return .rejected(.malformed, error.reason) }
    if let rejection = rejection(of: queued) { return rejection }
    guard !fault.isDropped else { return .accepted(engineID: engineID) }
    return add(queued, fault) ? .accepted(engineID: engineID) : .rejected(.internal, "too busy")
  }

  private mutating func add(_ bundle: QueuedBundle, _ fault: FaultState.Send) -> Bool {
    guard !queue.isFull else { return false }
    var bundle = bundle
    bundle.from = slot + fault.delay
    bundle.leak = fault.leak
    queue.add(bundle)
    if fault.isDoubled { queue.add(bundle) }
    return true
  }

  private mutating func rejection(of bundle: QueuedBundle) -> SendAnswer? {
    if bundle.signatures.contains(where: { history[$0] != nil }) {
      return .rejected(.simulation, "bundle contains an already processed transaction")
    }
    guard bundle.lastValidHeight > clock.height else {
      return .rejected(.blockhash, "bundle contains an expired blockhash")
    }
    if auction.isOn, bundle.tip < TipAuction.leastTip {
      return .rejected(.malformed, "a bundle tips at least \(TipAuction.leastTip) lamports")
    }
    guard settings.chain.failedBundles == .drop, let failure = failure(of: bundle) else {
      return nil
    }
    return .rejected(.simulation, failure)
  }

  // MARK: Reading bundles

  private func read(_ bundle: SignedBundle) throws(Malformed) -> QueuedBundle {
    let signatures = bundle.transactions.map(\.signature)
    guard (1...Self.mostTransactions).contains(signatures.count) else {
      throw Malformed(reason: "bundle exceeds max transaction length")
    }
    guard Set(signatures).count == signatures.count else {
      throw Malformed(reason: "bundles must not contain any duplicate transactions")
    }
    var queued = QueuedBundle(signatures: signatures, contents: [], lastValidHeight: .max)
    for (index, transaction) in bundle.transactions.enumerated() {
      let content = try read(transaction, index)
      guard let height = clock.lastValidHeight(of: content.blockhash) else {
        throw Malformed(reason: "bundle contains an invalid blockhash")
      }
      queued.lastValidHeight = min(queued.lastValidHeight, height)
      queued.contents.append(content)
    }
    return queued
  }

  private func read(_ transaction: SignedTransaction, _ index: Int) throws(Malformed)
    -> TransactionContent
  {
    guard Self.signature(of: transaction.bytes) == transaction.signature else {
      throw Malformed(reason: "transaction #\(index) is not signed")
    }
    guard let content = try? TransactionContent(decoding: transaction.bytes) else {
      throw Malformed(reason: "transaction #\(index) could not be decoded")
    }
    guard content.size <= Self.longestTransaction else {
      throw Malformed(reason: "transaction #\(index) is too large: \(content.size) bytes")
    }
    return content
  }

  private static func engineID(_ bundle: SignedBundle) -> String {
    var digest = Digest()
    for transaction in bundle.transactions { digest.add(transaction.signature.description.utf8) }
    return digest.text
  }
}
