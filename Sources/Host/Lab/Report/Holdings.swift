import Bundles
import PluginAPI

/// All that one's own wallets own, counted from the venue and not from the ledger.
struct Holdings: Sendable, Hashable {
  /// Lamports: free, in bids, in proceeds and locked as rent.
  private(set) var sol: Int64 = 0
  /// Token atoms: free, in asks and in proceeds.
  private(set) var token: Int64 = 0
  /// Millionths of a dollar.
  private(set) var usdc: Int64 = 0

  init(_ state: VenueState) {
    for wallet in state.swarm.wallets {
      sol += wallet.sol.count + wallet.others.reduce(0) { $0 + $1.rent.count }
      token += wallet.token.count
      usdc += wallet.usdc.count
      for account in wallet.accounts { add(account, state.lots) }
    }
  }

  private mutating func add(_ account: OpenOrdersAccount, _ lots: MarketLots) {
    sol += account.freeSOL.count + account.rent.count
    token += account.freeToken.count
    for order in account.orders {
      switch order.side {
      case .bid: sol += (try? lots.cost(of: order.size, at: order.price).count) ?? 0
      case .ask: token += (try? lots.amount(of: order.size).count) ?? 0
      }
    }
  }

  /// Lamports that the tokens are worth at a price.
  func tokenValue(at price: PriceLots, _ lots: MarketLots) -> Int64 {
    let quote = Int128(token) * Int128(price.count) * Int128(lots.quoteLot.count)
    return Int64(clamping: quote / Int128(max(1, lots.baseLot.count)))
  }

  /// Lamports that all of it is worth; dollars at `solPrice`, at nothing without one.
  func value(at price: PriceLots, _ lots: MarketLots, solPrice: USD?) -> Int64 {
    let dollars = solPrice.map { Int128(usdc) * 1_000_000_000 / Int128(max(1, $0.count)) } ?? 0
    return Int64(clamping: Int128(sol) + Int128(tokenValue(at: price, lots)) + dollars)
  }
}
