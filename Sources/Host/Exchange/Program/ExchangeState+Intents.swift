import Bundles
import PluginAPI

/// Why a transaction fails.
struct IntentFailure: Error, Sendable, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// What the exchange knows when a transaction is carried out.
struct LandingContext: Sendable {
  let slot: UInt64
  let time: Timestamp
  let solPrice: USD
}

/// What a transaction did.
struct TransactionEffects: Sendable {
  var results: [IntentResult] = []
  var moves: [MoneyMove] = []
}

extension ExchangeState {
  /// Carries a transaction out. When it fails the state is left half done: whoever asked takes it
  /// back.
  mutating func carryOut(
    _ transaction: TransactionContent, named signature: Signature, _ context: LandingContext
  ) throws(IntentFailure) -> TransactionEffects {
    moves.removeAll(keepingCapacity: true)
    try pay(for: transaction)
    var effects = TransactionEffects()
    effects.results.reserveCapacity(transaction.intents.count)
    for (index, intent) in transaction.intents.enumerated() {
      naming = TradeNaming(signature, instruction: index)
      do throws(IntentFailure) { effects.results.append(try carryOut(intent, context)) } catch {
        throw IntentFailure("intent \(transaction.firstIntent + index + 1): \(error)")
      }
    }
    try checkMinimums()
    effects.moves = moves
    return effects
  }

  private mutating func pay(for transaction: TransactionContent) throws(IntentFailure) {
    let payer = try wallet(transaction.payer)
    let fee = fee(of: transaction)
    let tip = transaction.tip?.count ?? 0
    guard tip >= 0, wallets[payer].sol >= fee + tip else {
      throw IntentFailure(
        "wallet \(transaction.payer) cannot pay fee and tip of \(fee + tip) lamports")
    }
    move(.fee, payer, sol: -fee)
    if tip > 0 { move(.tip, payer, sol: -tip) }
    sinks.validators += Int128(fee + tip)
  }

  /// Each signature has its price.
  private func fee(of transaction: TransactionContent) -> Int64 {
    fee * Int64(max(1, transaction.signatures))
  }

  /// What remains of a transaction that failed: its fee.
  mutating func chargeFee(of transaction: TransactionContent) -> [MoneyMove] {
    guard let payer = walletRows[transaction.payer] else { return [] }
    moves.removeAll(keepingCapacity: true)
    let due = min(wallets[payer].sol, fee(of: transaction))
    move(.fee, payer, sol: -due)
    sinks.validators += Int128(due)
    return moves
  }

  /// A wallet that gave something is empty or keeps the minimum that lets it exist.
  private func checkMinimums() throws(IntentFailure) {
    for case .wallet(let row, let old) in undo.steps {
      let sol = wallets[row].sol
      if sol < old.sol, sol != 0, sol < walletMinimum {
        throw IntentFailure(
          "wallet \(old.id) would be left with less than \(walletMinimum) lamports")
      }
    }
  }

  private mutating func carryOut(_ intent: Intent, _ context: LandingContext)
    throws(IntentFailure) -> IntentResult
  {
    switch intent {
    case .cancel(let account, let order): try cancel(account, order, context)
    case .cancelAll(let account): try cancelAll(account, context)
    case .place(let account, let order): try place(account, order, context)
    case .take(let account, let side, let size, let limit):
      try take(account, (side, size, limit), context)
    case .consumeEvents: consume()
    case .settle(let account): try settle(account, context)
    case .transfer(let from, let to, let amount): try transfer(from, to, amount)
    case .createOpenOrders(let wallet): try createAccount(wallet, context)
    case .closeAccount(let account): try close(account)
    case .swap(let wallet, let request): try swap(wallet, request, context)
    case .createMarket(let wallet, let market): try createMarket(wallet, market)
    @unknown default: throw IntentFailure("this exchange does not know the intent")
    }
  }

  func wallet(_ id: WalletID) throws(IntentFailure) -> Int {
    guard let row = walletRows[id] else { throw IntentFailure("there is no wallet \(id)") }
    return row
  }

  func account(_ id: AccountID) throws(IntentFailure) -> Int {
    guard let row = accountRows[id] else { throw IntentFailure("there is no account \(id)") }
    return row
  }

  /// An account on which new orders may be placed.
  func tradingAccount(_ id: AccountID) throws(IntentFailure) -> Int {
    let row = try account(id)
    guard accounts[row].market == market.number else {
      throw IntentFailure("account \(id) belongs to a market that was replaced (ConstraintHasOne)")
    }
    return row
  }

  /// Moves SOL of a wallet and writes it down.
  mutating func move(_ kind: MoneyMove.Kind, _ wallet: Int, sol: Int64) {
    change(wallet: wallet) { $0.sol += sol }
    moves.append(MoneyMove(kind, wallets[wallet].id, .sol, sol))
  }
}
