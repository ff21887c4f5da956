import Bundles
import PluginAPI

extension ExchangeState {
  mutating func transfer(_ from: WalletID, _ to: WalletID, _ amount: Lamports)
    throws(IntentFailure) -> IntentResult
  {
    let (giver, taker) = (try wallet(from), try wallet(to))
    guard amount > .zero, wallets[giver].sol >= amount.count else {
      throw IntentFailure("wallet \(from) cannot give \(amount) lamports")
    }
    move(.transfer, giver, sol: -amount.count)
    move(.transfer, taker, sol: amount.count)
    return .done
  }

  mutating func swap(_ id: WalletID, _ request: SwapRequest, _ context: LandingContext)
    throws(IntentFailure) -> IntentResult
  {
    let row = try wallet(id)
    guard let quote = SwapQuote.quote(request, at: context.solPrice, now: context.time) else {
      throw IntentFailure("the swap has no price")
    }
    let (sol, usdc) = try amounts(of: quote, request)
    let after = (Int128(wallets[row].sol) + Int128(sol), Int128(wallets[row].usdc) + Int128(usdc))
    guard after.0 >= 0, after.1 >= 0, max(after.0, after.1) <= Int128(Int64.max) else {
      throw IntentFailure("wallet \(id) does not have what the swap takes")
    }
    try ensureUSDCAccount(of: row)
    move(.swap, row, sol: sol)
    change(wallet: row) { row in
      row.usdc += usdc
      row.lastUsed = context.time
    }
    moves.append(MoneyMove(.swap, id, .usdc, usdc))
    outside.sol -= Int128(sol)
    outside.usdc -= Int128(usdc)
    return .swapped(quote)
  }

  private func amounts(of quote: SwapQuote, _ request: SwapRequest)
    throws(IntentFailure) -> (sol: Int64, usdc: Int64)
  {
    switch request {
    case .buySOL(_, let minimum):
      guard quote.sol >= minimum else {
        throw IntentFailure("gives \(quote.sol) lamports, less than \(minimum)")
      }
      return (quote.sol.count, -quote.usdc.count)
    case .sellSOL(_, let minimum):
      guard quote.usdc >= minimum else {
        throw IntentFailure("gives \(quote.usdc), less than \(minimum)")
      }
      return (-quote.sol.count, quote.usdc.count)
    @unknown default: throw IntentFailure("this exchange does not know the swap")
    }
  }

  // MARK: Markets

  /// Puts a new market in the place of the present one. Everybody's events are processed first;
  /// one's own orders on the old book stand until they are cancelled.
  mutating func createMarket(_ id: WalletID, _ new: NewMarket)
    throws(IntentFailure) -> IntentResult
  {
    let row = try wallet(id)
    try check(new)
    let due = rent.market
    guard wallets[row].sol >= due else {
      throw IntentFailure("wallet \(id) cannot pay the rent of \(due) lamports")
    }
    move(.rentLock, row, sol: -due)
    sinks.venue += Int128(due)
    while case let count = heap.count, count > 0 { _ = consume() }
    let name = "\(new.name)-\(market.number + 1)"
    note(.markets(market, retired: retired))
    market.engine.keep()
    retired.append(market)
    market = MarketRow(
      number: market.number + 1, name: name, lots: new.lots, makerFee: new.makerFee,
      takerFee: new.takerFee)
    return .createdMarket(name)
  }

  private func check(_ new: NewMarket) throws(IntentFailure) {
    guard (1...NewMarket.longestName).contains(new.name.utf8.count) else {
      throw IntentFailure(
        "a market's name has 1 to \(NewMarket.longestName) bytes (InvalidInputNameLength)")
    }
    let lots = new.lots
    guard lots.baseLot > .zero, lots.quoteLot > .zero, lots.minimumSize > .zero,
      (0...18).contains(lots.tokenDecimals)
    else { throw IntentFailure("lots must be positive (InvalidInputLots)") }
    let fees = (-1_000_000...1_000_000, 0...1_000_000)
    guard fees.0.contains(Int(clamping: new.makerFee)),
      fees.1.contains(Int(clamping: new.takerFee)),
      new.makerFee >= -new.takerFee
    else {
      throw IntentFailure(
        "fees are millionths, and the taker's covers a rebate (InvalidInputMarketFees)")
    }
  }
}

extension SwapQuote {
  /// A swap at exactly the given price, rounded against whoever asks; `nil` when it has no price
  /// or does not fit.
  static func quote(_ request: SwapRequest, at solPrice: USD, now: Timestamp) -> SwapQuote? {
    let price = Int128(solPrice.count)
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
