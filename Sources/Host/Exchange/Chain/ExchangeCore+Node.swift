package import Bundles
package import Market
package import PluginAPI

/// What a node that has fallen behind still shows.
struct LaggingView: Sendable {
  let state: VenueState
  let blockhash: Blockhash
  let told: UInt64
}

// What a node answers, which is not always the truth, and not always anything.
extension ExchangeCore {
  private mutating func callNode() throws(VenueFailure) {
    guard slot >= faults.nodeDownUntil, !conditions.isNodeDown else {
      throw VenueFailure("the node does not answer")
    }
    if faults.nodeCallFails() { throw VenueFailure("the node's answer was lost") }
  }

  /// Begins and ends the times in which the node shows what was.
  mutating func updateLag() {
    if slot >= faults.lagUntil {
      lag = nil
    } else if lag == nil {
      lag = LaggingView(state: read(), blockhash: clock.blockhash(age: 0), told: told)
    }
  }

  /// Makes something go wrong.
  package mutating func inject(_ fault: ExchangeFault) {
    faults.inject(fault, at: slot)
    updateLag()
  }

  /// Book, wallets and accounts as the node knows them.
  ///
  /// - Throws: `VenueFailure` when it does not answer.
  package mutating func readNode() throws(VenueFailure) -> VenueState {
    try callNode()
    keepSwarm()
    return lag?.state ?? read()
  }

  /// One's own wallets as the node knows them. Costs little when nothing of them has changed since
  /// the last look.
  ///
  /// - Throws: `VenueFailure` when it does not answer.
  package mutating func swarmNode() throws(VenueFailure) -> Swarm {
    try callNode()
    keepSwarm()
    return lag?.state.swarm ?? swarm
  }

  /// A blockhash to sign with.
  ///
  /// - Throws: `VenueFailure` when the node does not answer.
  package mutating func latestBlockhash() throws(VenueFailure) -> Blockhash {
    try callNode()
    if faults.blockhashIsOld() { return clock.blockhash(age: settings.chain.blockhashLife) }
    return lag?.blockhash ?? clock.blockhash(age: 0)
  }

  /// Where transactions stand.
  ///
  /// - Throws: `VenueFailure` when the node does not answer.
  package mutating func status(of signatures: [Signature]) throws(VenueFailure) -> StatusReport {
    try callNode()
    let now = lag?.state.slot ?? slot
    let statuses = signatures.map { signature -> TransactionStatus? in
      guard let record = history[signature], record.slot <= now else { return nil }
      return TransactionStatus(
        slot: record.slot, commitment: clock.commitment(of: record.slot, at: now),
        error: record.error)
    }
    return StatusReport(
      statuses: statuses, slot: now, finalizedBlockHeight: clock.finalizedHeight(at: now))
  }

  /// What the transactions of a bundle did.
  ///
  /// - Throws: `VenueFailure` when the node does not answer, or no longer knows.
  package mutating func effects(of bundle: SignedBundle, plan: BundlePlan)
    throws(VenueFailure) -> BundleEffects
  {
    try callNode()
    var effects = BundleEffects(results: [])
    for (transaction, planned) in zip(bundle.transactions, plan.transactions) {
      let none = [IntentResult?](repeating: nil, count: planned.intents.count)
      guard let record = history[transaction.signature] else {
        effects.results += none
        continue
      }
      guard let done = record.effects else {
        throw VenueFailure("what transaction \(transaction.signature) did is too long ago")
      }
      effects.results += record.error == nil ? done.results : none
      effects.moves += done.moves
    }
    return effects
  }

  /// All that happened since `cursor`, as far as the node knows.
  ///
  /// - Throws: `VenueFailure` when it does not answer.
  package mutating func pollNode(after cursor: FeedCursor) throws(VenueFailure) -> FeedBatch {
    try callNode()
    guard let lag else { return poll(after: cursor) }
    var batch = poll(after: cursor)
    let ahead = batch.trades.count - Int(clamping: lag.told - min(lag.told, cursor.trades))
    batch.trades.removeLast(max(0, ahead))
    batch.cursor = FeedCursor(trades: max(cursor.trades, lag.told), slot: lag.state.slot)
    (batch.bids, batch.asks) = (lag.state.bids, lag.state.asks)
    (batch.time, batch.oracle) = (lag.state.time, lag.state.oracle)
    return batch
  }

  /// What a swap would give now; `nil` when it has no price.
  ///
  /// - Throws: `VenueFailure` when the node does not answer.
  package mutating func quoteNode(_ request: SwapRequest) throws(VenueFailure) -> SwapQuote? {
    try callNode()
    return quote(request)
  }

  /// Accounts that hold nothing but rent, as far as the node knows.
  ///
  /// - Throws: `VenueFailure` when it does not answer.
  package mutating func reclaimableNode() throws(VenueFailure) -> [ReclaimableAccount] {
    try callNode()
    return reclaimable()
  }
}
