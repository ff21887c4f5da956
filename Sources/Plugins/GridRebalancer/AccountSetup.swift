import PluginAPI

/// Creates the open-orders accounts that wallets lack: one for bids, one for asks.
struct AccountSetup {
  /// What the job remembers about accounts that are being created.
  struct Memory: Sendable, Hashable, Codable {
    static let key = "accounts"

    /// Bundles whose fate is not known yet, by wallet.
    var pending: [String: BundleID] = [:]
    var landed = Landing()
  }

  let tip: SOL
  let reserve: SOL
  let run: Run

  /// Creates what is missing, a bundle per wallet.
  ///
  /// A wallet that cannot pay, or whose bundle is refused, is passed over; the others go on. Nothing
  /// is created for a wallet whose last bundle may still land, nor when `slot`, at which the wallets
  /// were read, is older than the last one that did.
  ///
  /// - Returns: How many accounts were created.
  func complete(_ swarm: Swarm, slot: UInt64) async throws -> Int {
    let lacking = swarm.wallets.filter { $0.accounts.count < 2 }
    guard !lacking.isEmpty else { return 0 }
    var memory = try await run.state.value(Memory.key, as: Memory.self) ?? Memory()
    let before = memory
    _ = try await settle(&memory)
    let counts =
      memory.landed.isSeen(at: slot, run.now) ? try await create(for: lacking, &memory) : [:]
    guard memory != before else { return 0 }
    try await run.state.set(Memory.key, to: memory)
    guard !counts.isEmpty else { return 0 }
    let landed = try await settle(&memory)
    try await run.state.set(Memory.key, to: memory)
    return landed.reduce(0) { $0 + (counts[$1] ?? 0) }
  }

  /// Submits what the wallets lack, and says how many accounts that is, by wallet.
  private func create(for wallets: [Wallet], _ memory: inout Memory) async throws -> [String: Int] {
    var counts: [String: Int] = [:]
    for wallet in wallets where memory.pending["\(wallet.id)"] == nil {
      guard wallet.sol > reserve.lamports else {
        run.log.warning("wallet cannot pay for open-orders accounts", ["wallet": "\(wallet.id)"])
        continue
      }
      let missing = 2 - wallet.accounts.count
      guard let receipt = try await submit(missing, for: wallet.id) else { continue }
      memory.pending["\(wallet.id)"] = receipt.id
      counts["\(wallet.id)"] = missing
    }
    return counts
  }

  private func submit(_ count: Int, for wallet: WalletID) async throws -> BundleReceipt? {
    let intents = [Intent](repeating: .createOpenOrders(wallet: wallet), count: count)
    do {
      return try await run.bundles.submit(
        Bundle("open-orders accounts of \(wallet)", tip: tip, intents: intents))
    } catch let refusal as Refusal {
      run.log.warning("open-orders accounts refused: \(refusal)", ["wallet": "\(wallet)"])
      return nil
    }
  }

  /// Waits for the fates of all pending bundles and forgets those that are known.
  ///
  /// - Returns: The wallets whose bundles landed.
  private func settle(_ memory: inout Memory) async throws -> [String] {
    var landed: [String] = []
    for (wallet, id) in memory.pending.sorted(by: { $0.key < $1.key }) {
      let outcome = try? await run.bundles.outcome(of: BundleReceipt(id: id))
      try Task.checkCancellation()
      if case .unknown = outcome { continue }
      memory.pending[wallet] = nil
      guard case .landed(let slot, _) = outcome else { continue }
      memory.landed.take(slot, at: run.now)
      landed.append(wallet)
    }
    return landed
  }
}
