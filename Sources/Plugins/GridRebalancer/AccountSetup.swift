import PluginAPI

/// Creates the open-orders accounts that wallets lack: one for bids, one for asks.
struct AccountSetup {
  let tip: SOL
  let reserve: SOL
  let run: Run

  /// Creates what is missing, a bundle per wallet.
  ///
  /// A wallet that cannot pay, or whose bundle is refused, is passed over; the others go on.
  ///
  /// - Returns: How many accounts were created.
  func complete(_ swarm: Swarm) async throws -> Int {
    var created = 0
    for wallet in swarm.wallets where wallet.accounts.count < 2 {
      guard wallet.sol > reserve.lamports else {
        run.log.warning("wallet cannot pay for open-orders accounts", ["wallet": "\(wallet.id)"])
        continue
      }
      let count = 2 - wallet.accounts.count
      if try await create(count, for: wallet.id) { created += count }
    }
    return created
  }

  private func create(_ count: Int, for wallet: WalletID) async throws -> Bool {
    let intents = [Intent](repeating: .createOpenOrders(wallet: wallet), count: count)
    do {
      let receipt = try await run.bundles.submit(
        Bundle("open-orders accounts of \(wallet)", tip: tip, intents: intents))
      return try await run.bundles.outcome(of: receipt).hasLanded
    } catch let refusal as Refusal {
      run.log.warning("open-orders accounts refused: \(refusal)", ["wallet": "\(wallet)"])
      return false
    }
  }
}
