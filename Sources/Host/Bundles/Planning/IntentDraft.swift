import PluginAPI

/// A transaction made of intents: orders of one account in a row share an instruction.
struct IntentDraft: Sendable {
  private let ground: PlanningGround
  private let fallbackPayer: WalletID
  let firstIntent: Int
  var intents: [Intent] = []
  private var draft: TransactionDraft
  private var payer: WalletID?
  private var hasTip = false
  /// The instruction that the next order of the same account joins.
  private var group: OrderGroup?
  private var created: [WalletID: Int] = [:]

  private struct OrderGroup {
    var account: AccountID
    var owner: WalletID
    var cancelsFirst: Bool
    var sides: [Side]

    /// A cancel alone, one order, or several in one.
    var instruction: Instruction {
      if sides.isEmpty { return .cancelAll(owner, account) }
      if !cancelsFirst, sides.count == 1 {
        return .placeOrder(owner, account, sides[0], takes: false)
      }
      return .placeOrders(owner, account, count: sides.count, cancelsFirst: cancelsFirst)
    }
  }

  init(_ ground: PlanningGround, payer: WalletID, firstIntent: Int) {
    self.ground = ground
    fallbackPayer = payer
    self.firstIntent = firstIntent
    draft = TransactionDraft { key in ground.coverage.holds(key, owner: ground.owner) }
    draft.add(.computeLimit)
  }

  /// Whether intents may be added: a transaction that makes a market's accounts stands alone.
  private(set) var isOpen = true

  var bytes: Int { complete.bytes }
  var fits: Bool { complete.fits }

  /// With the payer's signature, should nobody else sign.
  private var complete: TransactionDraft {
    var complete = draft
    complete.setPayer(payer ?? fallbackPayer)
    return complete
  }

  mutating func add(_ intent: Intent) {
    intents.append(intent)
    if payer == nil { payer = ground.signer(intent) }
    if join(intent) { return }
    group = nil
    switch intent {
    case .cancelAll(let account): open(account, cancelsFirst: true, sides: [])
    case .place(let account, let order): open(account, cancelsFirst: false, sides: [order.side])
    default: for instruction in instructions(intent) { draft.add(instruction) }
    }
  }

  /// Adds instructions that are no intents of their own.
  mutating func add(_ instructions: [Instruction], by wallet: WalletID) {
    payer = wallet
    isOpen = false
    for instruction in instructions { draft.add(instruction) }
  }

  mutating func addTip() {
    draft.add(.transfer(from: payer ?? fallbackPayer, to: .tipAccount))
    hasTip = true
  }

  /// Lets an order join those of its account that came right before it.
  private mutating func join(_ intent: Intent) -> Bool {
    guard case .place(let account, let order) = intent, var joined = group,
      joined.account == account
    else { return false }
    let old = joined.instruction
    joined.sides.append(order.side)
    draft.replace(old, by: joined.instruction)
    group = joined
    return true
  }

  private mutating func open(_ account: AccountID, cancelsFirst: Bool, sides: [Side]) {
    let fresh = OrderGroup(
      account: account, owner: owner(account), cancelsFirst: cancelsFirst, sides: sides)
    group = fresh
    draft.add(fresh.instruction)
  }

  private func owner(_ account: AccountID) -> WalletID { ground.owner(account) ?? fallbackPayer }

  private mutating func instructions(_ intent: Intent) -> [Instruction] {
    switch intent {
    case .cancel(let account, _): [.cancelOrder(owner(account), account)]
    case .take(let account, let side, _, _):
      [.placeOrder(owner(account), account, side, takes: true)]
    case .consumeEvents: [.consumeEvents(makers: Array(ground.makers.prefix(8)))]
    case .settle(let account): [.settle(owner(account), account)]
    case .transfer(let from, let to, _): [.transfer(from: from, to: .wallet(to))]
    case .createOpenOrders(let wallet): create(wallet)
    case .closeAccount(let account): [close(account)]
    case .swap(let wallet, _): [.swap(wallet)]
    case .cancelAll, .place, .createMarket: []
    @unknown default: []
    }
  }

  private mutating func create(_ wallet: WalletID) -> [Instruction] {
    let number = created[wallet, default: 0]
    created[wallet] = number + 1
    let account = Instruction.createOpenOrders(wallet, number: firstIntent + number, payer: wallet)
    guard number == 0, !ground.hasIndexer(wallet) else { return [account] }
    return [.createIndexer(wallet, payer: wallet), account]
  }

  private func close(_ account: AccountID) -> Instruction {
    switch ground.kind(account) {
    case .token: .closeToken(owner(account), account)
    case .indexer: .closeIndexer(owner(account))
    case nil: .closeOpenOrders(owner(account), account, to: owner(account))
    @unknown default: .closeOpenOrders(owner(account), account, to: owner(account))
    }
  }

  func planned(tip: Lamports) -> PlannedTransaction {
    let complete = complete
    var planned = PlannedTransaction(
      intents: intents, firstIntent: firstIntent, payer: payer ?? fallbackPayer,
      tip: hasTip ? tip : nil, bytes: complete.bytes, computeUnits: complete.computeUnits)
    planned.signatures = complete.signatures
    return planned
  }
}
