package import PluginAPI

/// What the planner must know of the venue.
package struct PlanningGround: Sendable {
  private let owners: [AccountID: WalletID]
  private let others: [AccountID: (wallet: WalletID, kind: RentAccount.Kind)]
  private let indexed: Set<WalletID>
  /// One's own accounts with fills that the market has not processed, in order.
  let makers: [AccountID]
  let coverage: LookupCoverage

  package init(_ state: VenueState) {
    var owners: [AccountID: WalletID] = [:]
    var others: [AccountID: (wallet: WalletID, kind: RentAccount.Kind)] = [:]
    var indexed: Set<WalletID> = []
    for wallet in state.swarm.wallets {
      for account in wallet.accounts { owners[account.id] = wallet.id }
      for account in wallet.others {
        others[account.id] = (wallet.id, account.kind)
        if account.kind == .indexer { indexed.insert(wallet.id) }
      }
      if !wallet.accounts.isEmpty { indexed.insert(wallet.id) }
    }
    self.owners = owners
    self.others = others
    self.indexed = indexed
    makers = state.swarm.wallets.flatMap(\.accounts).filter { $0.pendingSlots > 0 }.map(\.id)
    coverage = state.lookup
  }

  func owner(_ account: AccountID) -> WalletID? { owners[account] ?? others[account]?.wallet }

  func kind(_ account: AccountID) -> RentAccount.Kind? { others[account]?.kind }

  func hasIndexer(_ wallet: WalletID) -> Bool { indexed.contains(wallet) }

  /// Who must sign for an intent; `nil` when anybody may.
  func signer(_ intent: Intent) -> WalletID? {
    intent.account.flatMap(owner) ?? intent.wallets.first
  }
}

/// Divides a bundle into transactions: in the order of its intents, as few as fit, the tip in the
/// last one.
package struct Planner: Sendable {
  /// The most transactions of a bundle (Jito).
  package static let longest = 5
  private let ground: PlanningGround
  private let payer: WalletID
  private let tip: Lamports
  private var drafts: [IntentDraft] = []

  /// Plans a bundle.
  ///
  /// - Throws: `transactionTooBig` when an intent does not fit in a transaction of its own,
  ///   `bundleTooLong` when all of them need more than five.
  package static func plan(_ bundle: AcceptedBundle, on ground: PlanningGround) throws(Refusal)
    -> BundlePlan
  {
    var planner = Planner(ground: ground, payer: bundle.payer, tip: bundle.tip)
    for (index, intent) in bundle.intents.enumerated() { try planner.add(intent, index) }
    try planner.addTip()
    let sizes = planner.drafts.map { "\($0.bytes)" }.joined(separator: " + ")
    guard planner.drafts.count <= longest else {
      throw Refusal(
        .bundleTooLong,
        "\(bundle.intents.count) intents need \(planner.drafts.count) transactions "
          + "(\(sizes) bytes), a bundle has at most \(longest)")
    }
    return BundlePlan(
      id: bundle.id, transactions: planner.drafts.map { $0.planned(tip: bundle.tip) })
  }

  private init(ground: PlanningGround, payer: WalletID, tip: Lamports) {
    self.ground = ground
    self.payer = payer
    self.tip = tip
  }

  private mutating func add(_ intent: Intent, _ index: Int) throws(Refusal) {
    if case .createMarket(let wallet, let market) = intent {
      return addMarket(intent, wallet, market, index)
    }
    if var last = drafts.last, last.isOpen {
      last.add(intent)
      if last.fits {
        drafts[drafts.count - 1] = last
        return
      }
    }
    var fresh = draft(at: index)
    fresh.add(intent)
    guard fresh.fits else {
      throw Refusal(
        .transactionTooBig,
        "the intent alone needs \(fresh.bytes) bytes, a transaction has "
          + "\(TransactionDraft.limit)", intent: index)
    }
    drafts.append(fresh)
  }

  private func draft(at index: Int) -> IntentDraft {
    IntentDraft(ground, payer: payer, firstIntent: index)
  }

  /// Two transactions, because the accounts need four signatures to come into being.
  private mutating func addMarket(
    _ intent: Intent, _ wallet: WalletID, _ market: NewMarket, _ index: Int
  ) {
    var accounts = draft(at: index)
    accounts.add(Instruction.createMarketAccounts(payer: wallet), by: wallet)
    var creation = draft(at: index)
    creation.add([.createMarket(payer: wallet, name: market.name)], by: wallet)
    creation.intents = [intent]
    drafts += [accounts, creation]
  }

  /// The tip goes into the last transaction, so that a part that leaks does not pay it. When it is
  /// too full, its last intent moves into one of its own.
  private mutating func addTip() throws(Refusal) {
    guard tip > .zero, var last = drafts.popLast() else { return }
    var tipped = last
    tipped.addTip()
    guard !tipped.fits else { return drafts.append(tipped) }
    if last.intents.count > 1, let moved = last.intents.last {
      last = rebuilt(last, dropping: 1)
      var fresh = draft(at: last.firstIntent + last.intents.count)
      fresh.add(moved)
      drafts += [last, fresh]
    } else {
      drafts += [last, draft(at: last.firstIntent + last.intents.count)]
    }
    drafts[drafts.count - 1].addTip()
    guard let bytes = drafts.last.map(\.bytes), bytes <= TransactionDraft.limit else {
      throw Refusal(.transactionTooBig, "the last intent and the tip do not fit together")
    }
  }

  private func rebuilt(_ old: IntentDraft, dropping count: Int) -> IntentDraft {
    var fresh = draft(at: old.firstIntent)
    for intent in old.intents.dropLast(count) { fresh.add(intent) }
    return fresh
  }
}

extension BundlePlan {
  /// What the network takes for a signature.
  package static let feePerSignature: Int64 = 5_000

  /// The fees of all transactions.
  package var fee: Lamports {
    Lamports(transactions.reduce(0) { $0 + Self.feePerSignature * Int64($1.signatures) })
  }

  /// What each wallet pays in fees and tip.
  package var charges: [(wallet: WalletID, amount: Lamports)] {
    transactions.map {
      ($0.payer, Lamports(Self.feePerSignature * Int64($0.signatures) + ($0.tip?.count ?? 0)))
    }
  }
}
