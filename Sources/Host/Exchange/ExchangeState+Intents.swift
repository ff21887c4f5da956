import Bundles
import PluginAPI

/// Why a bundle is undone.
struct IntentFailure: Error, Sendable, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// What the exchange knows when a bundle lands.
struct LandingContext: Sendable {
  let slot: UInt64
  let time: Timestamp
  let oracle: OraclePrice
}

extension ExchangeState {
  /// Carries a bundle out as a whole or not at all. An undone bundle still costs its fee.
  mutating func land(_ bundle: AcceptedBundle, _ context: LandingContext) -> BundleOutcome {
    var draft = self
    do throws(IntentFailure) {
      let results = try draft.carryOut(bundle, context)
      try draft.checkMinimums(before: wallets)
      self = draft
      return .landed(slot: context.slot, results: results)
    } catch {
      chargeFee(bundle)
      return .reverted(reason: error.description)
    }
  }

  private mutating func carryOut(_ bundle: AcceptedBundle, _ context: LandingContext)
    throws(IntentFailure) -> [IntentResult]
  {
    let payer = try wallet(bundle.payer)
    let due = costs.fee.count + bundle.tip.count
    guard bundle.tip >= .zero, wallets[payer].sol >= due else {
      throw IntentFailure("wallet \(bundle.payer) cannot pay fee and tip of \(due) lamports")
    }
    wallets[payer].sol -= due
    sinks.validators += Int128(due)
    var results: [IntentResult] = []
    for (index, intent) in bundle.intents.enumerated() {
      do throws(IntentFailure) { results.append(try carryOut(intent, context)) } catch {
        throw IntentFailure("intent \(index + 1): \(error)")
      }
    }
    return results
  }

  /// A wallet that gave something is empty or keeps the minimum that lets it exist.
  private func checkMinimums(before: [WalletRow]) throws(IntentFailure) {
    let minimum = costs.walletMinimum.count
    for (row, old) in zip(wallets, before)
    where row.sol < old.sol && row.sol != 0 && row.sol < minimum {
      throw IntentFailure("wallet \(row.id) would be left with less than \(minimum) lamports")
    }
  }

  private mutating func chargeFee(_ bundle: AcceptedBundle) {
    guard let payer = walletRows[bundle.payer] else { return }
    let fee = min(wallets[payer].sol, costs.fee.count)
    wallets[payer].sol -= fee
    sinks.validators += Int128(fee)
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
    case .consumeEvents: .done
    case .settle(let account): try settle(account)
    case .transfer(let from, let to, let amount): try transfer(from, to, amount)
    case .createOpenOrders(let wallet): try createAccount(wallet, context)
    case .closeAccount(let account): try close(account)
    case .swap(let wallet, let request): try swap(wallet, request, context)
    case .createMarket: throw IntentFailure("markets cannot be created here")
    @unknown default: throw IntentFailure("this exchange does not know the intent")
    }
  }

  private func wallet(_ id: WalletID) throws(IntentFailure) -> Int {
    guard let row = walletRows[id] else { throw IntentFailure("there is no wallet \(id)") }
    return row
  }

  private func account(_ id: AccountID) throws(IntentFailure) -> Int {
    guard let row = accountRows[id] else { throw IntentFailure("there is no account \(id)") }
    return row
  }

  // MARK: Orders

  /// A million SOL, so that no sum of orders leaves 64 bits.
  private static let largestOrder = Lamports(1_000_000_000_000_000)

  private mutating func cancel(_ id: AccountID, _ order: OrderID, _ context: LandingContext)
    throws(IntentFailure) -> IntentResult
  {
    let row = try account(id)
    guard let number = UInt64(order.description), accounts[row].orders.contains(number),
      let gone = engine.cancel(number)
    else { return .done }
    giveBack(gone, at: context.time)
    return .done
  }

  private mutating func cancelAll(_ id: AccountID, _ context: LandingContext)
    throws(IntentFailure) -> IntentResult
  {
    for number in accounts[try account(id)].orders {
      if let gone = engine.cancel(number) { giveBack(gone, at: context.time) }
    }
    return .done
  }

  /// Like the chain's program: what the funds do not reach is cut off silently.
  private mutating func place(_ id: AccountID, _ order: NewOrder, _ context: LandingContext)
    throws(IntentFailure) -> IntentResult
  {
    let row = try account(id)
    guard order.price > .zero, order.size > .zero else {
      throw IntentFailure("price and size must be positive")
    }
    guard let value = try? lots.cost(of: order.size, at: order.price), value <= Self.largestOrder,
      (try? lots.amount(of: order.size)) != nil
    else {
      throw IntentFailure("size \(order.size) at price \(order.price) is more than there is")
    }
    guard accounts[row].orders.count < OpenOrdersAccount.capacity else {
      throw IntentFailure("account \(id) is full")
    }
    var order = order
    order.size = min(order.size, affordable(row, order))
    guard order.size >= lots.minimumSize, order.size > .zero else {
      return .dropped("the balance does not reach")
    }
    switch engine.post(order, owner: .account(row), now: context.time) {
    case .wouldTrade: return .dropped("would trade at once")
    case .expired: return .dropped("expired")
    case .placed(let number):
      lock(row, order)
      accounts[row].orders.append(number)
      accounts[row].lastUsed = context.time
      return .placed(Self.name(number), size: order.size)
    }
  }

  private func affordable(_ row: Int, _ order: NewOrder) -> BaseLots {
    let account = accounts[row]
    let wallet = wallets[account.wallet]
    let budget: Int128
    let unit: Int128
    switch order.side {
    case .bid:
      budget = Int128(account.freeSOL) + Int128(max(0, wallet.sol - costs.walletMinimum.count))
      unit = Int128(order.price.count) * Int128(lots.quoteLot.count)
    case .ask:
      budget = Int128(account.freeToken) + Int128(wallet.token)
      unit = Int128(lots.baseLot.count)
    }
    return BaseLots(Int64(clamping: budget / unit))
  }

  private mutating func lock(_ row: Int, _ order: NewOrder) {
    switch order.side {
    case .bid: _ = drawSOL(row, value(order.size.count, order.price.count))
    case .ask: _ = drawToken(row, order.size.count * lots.baseLot.count)
    }
  }

  /// Takes first what is free in the account, then from its wallet.
  private mutating func drawSOL(_ row: Int, _ amount: Int64) -> Bool {
    let free = min(accounts[row].freeSOL, amount)
    let wallet = accounts[row].wallet
    guard wallets[wallet].sol >= amount - free else { return false }
    accounts[row].freeSOL -= free
    wallets[wallet].sol -= amount - free
    return true
  }

  private mutating func drawToken(_ row: Int, _ amount: Int64) -> Bool {
    let free = min(accounts[row].freeToken, amount)
    let wallet = accounts[row].wallet
    guard wallets[wallet].token >= amount - free else { return false }
    accounts[row].freeToken -= free
    wallets[wallet].token -= amount - free
    return true
  }

  private mutating func take(
    _ id: AccountID, _ order: (side: Side, size: BaseLots, limit: PriceLots),
    _ context: LandingContext
  ) throws(IntentFailure) -> IntentResult {
    let row = try account(id)
    guard order.size > .zero, order.limit > .zero else {
      throw IntentFailure("size and limit must be positive")
    }
    let taken: Taken
    do {
      let taker = Taker(owner: .account(row), side: order.side, time: context.time)
      taken = try take(taker, size: order.size, limit: order.limit)
    } catch { throw IntentFailure("would trade with order \(error.order) of the same account") }
    accounts[row].lastUsed = context.time
    sinks.venue += Int128(taken.fee)
    switch order.side {
    case .bid:
      guard drawSOL(row, taken.quote + taken.fee) else { throw IntentFailure("not enough SOL") }
      accounts[row].freeToken += taken.size * lots.baseLot.count
    case .ask:
      guard drawToken(row, taken.size * lots.baseLot.count) else {
        throw IntentFailure("not enough tokens")
      }
      accounts[row].freeSOL += taken.quote - taken.fee
    }
    return .filled(size: BaseLots(taken.size), quote: Lamports(taken.quote))
  }

  // MARK: Money

  private mutating func settle(_ id: AccountID) throws(IntentFailure) -> IntentResult {
    let row = try account(id)
    let (sol, token) = (accounts[row].freeSOL, accounts[row].freeToken)
    wallets[accounts[row].wallet].sol += sol
    wallets[accounts[row].wallet].token += token
    accounts[row].freeSOL = 0
    accounts[row].freeToken = 0
    return .returned(sol: Lamports(sol), token: TokenAmount(token))
  }

  private mutating func transfer(_ from: WalletID, _ to: WalletID, _ amount: Lamports)
    throws(IntentFailure) -> IntentResult
  {
    let (giver, taker) = (try wallet(from), try wallet(to))
    guard amount > .zero, wallets[giver].sol >= amount.count else {
      throw IntentFailure("wallet \(from) cannot give \(amount) lamports")
    }
    wallets[giver].sol -= amount.count
    wallets[taker].sol += amount.count
    return .done
  }

  private mutating func createAccount(_ id: WalletID, _ context: LandingContext)
    throws(IntentFailure) -> IntentResult
  {
    let row = try wallet(id)
    guard wallets[row].sol >= costs.openOrdersRent.count else {
      throw IntentFailure("wallet \(id) cannot pay the rent of \(costs.openOrdersRent) lamports")
    }
    return .created(openAccount(for: row, at: context.time))
  }

  private mutating func close(_ id: AccountID) throws(IntentFailure) -> IntentResult {
    let row = try account(id)
    let account = accounts[row]
    guard account.orders.isEmpty, account.freeSOL == 0, account.freeToken == 0 else {
      throw IntentFailure("account \(id) is not empty")
    }
    wallets[account.wallet].sol += account.rent
    accounts[row].isOpen = false
    accounts[row].rent = 0
    accountRows[id] = nil
    return .returned(sol: Lamports(account.rent), token: .zero)
  }

  private mutating func swap(_ id: WalletID, _ request: SwapRequest, _ context: LandingContext)
    throws(IntentFailure) -> IntentResult
  {
    let row = try wallet(id)
    guard let quote = SwapQuote.quote(request, at: context.oracle, now: context.time) else {
      throw IntentFailure("the swap has no price")
    }
    var (sol, usdc) = (quote.sol.count, -quote.usdc.count)
    switch request {
    case .buySOL(_, let minimum):
      guard quote.sol >= minimum else {
        throw IntentFailure("gives \(quote.sol) lamports, less than \(minimum)")
      }
    case .sellSOL(_, let minimum):
      guard quote.usdc >= minimum else {
        throw IntentFailure("gives \(quote.usdc), less than \(minimum)")
      }
      (sol, usdc) = (-sol, -usdc)
    @unknown default: throw IntentFailure("this exchange does not know the swap")
    }
    guard wallets[row].sol + sol >= 0, wallets[row].usdc + usdc >= 0 else {
      throw IntentFailure("wallet \(id) does not have what the swap takes")
    }
    wallets[row].sol += sol
    wallets[row].usdc += usdc
    outside.sol -= Int128(sol)
    outside.usdc -= Int128(usdc)
    return .swapped(quote)
  }
}

extension SwapQuote {
  /// A swap at exactly the given price, rounded against whoever asks; `nil` when it has no price
  /// or does not fit.
  static func quote(_ request: SwapRequest, at oracle: OraclePrice, now: Timestamp) -> SwapQuote? {
    let price = Int128(oracle.price.count)
    guard price > 0 else { return nil }
    switch request {
    case .buySOL(let usdc, _):
      guard usdc > 0, let sol = Int64(exactly: Int128(usdc.count) * 1_000_000_000 / price) else {
        return nil
      }
      return SwapQuote(sol: Lamports(sol), usdc: usdc, time: now)
    case .sellSOL(let sol, _):
      guard sol > .zero, let usdc = Int64(exactly: Int128(sol.count) * price / 1_000_000_000) else {
        return nil
      }
      return SwapQuote(sol: sol, usdc: USD(usdc), time: now)
    @unknown default: return nil
    }
  }
}
