package import Bundles
package import PluginAPI

// Bundles that are handed over whole: one transaction of any size, followed to its end.
extension SimulatedExchange {
  package func execute(_ bundle: AcceptedBundle) async -> BundleOutcome {
    guard executed[bundle.id] == nil else { return await outcome(of: bundle.id) }
    let transaction = PlannedTransaction(
      intents: bundle.intents, firstIntent: 0, payer: bundle.payer, tip: bundle.tip, bytes: 0,
      computeUnits: 0)
    let plan = BundlePlan(id: bundle.id, transactions: [transaction])
    do {
      let signed = try core.sign(plan, attempt: 1, with: try core.latestBlockhash())
      guard case .accepted = core.send(signed) else { return .expired }
      executed[bundle.id] = signed.transactions[0].signature
    } catch { return .expired }
    return await outcome(of: bundle.id)
  }

  package func outcome(of id: BundleID) async -> BundleOutcome {
    guard let signature = executed[id] else { return .expired }
    do {
      while true {
        if let outcome = core.outcome(of: signature) { return outcome }
        try await nextNews()
      }
    } catch { return .unknown }
  }
}

extension ExchangeCore {
  fileprivate func outcome(of signature: Signature) -> BundleOutcome? {
    guard let record = history[signature] else { return queue.holds(signature) ? nil : .expired }
    if let error = record.error { return .reverted(reason: error) }
    return .landed(slot: record.slot, results: record.effects?.results ?? [])
  }
}
