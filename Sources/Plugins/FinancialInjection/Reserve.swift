import PluginAPI

/// What the swarm holds in SOL and in USDC, both in dollars.
struct Reserve: Sendable, Hashable {
  /// The value of all SOL: free, unsettled, and held by standing BUY orders.
  var sol: USD
  /// All USDC.
  var usdc: USD

  /// Adds up `swarm`.
  ///
  /// - Throws: `ArithmeticOverflow` when a sum does not fit.
  init(_ swarm: Swarm, lots: MarketLots, price: USD) throws(ArithmeticOverflow) {
    var lamports = Lamports.zero
    usdc = .zero
    for wallet in swarm.wallets {
      usdc = try usdc.adding(wallet.usdc)
      lamports = try lamports.adding(wallet.sol)
      for account in wallet.accounts {
        lamports = try lamports.adding(account.freeSOL)
        for order in account.orders where order.side == .bid {
          lamports = try lamports.adding(lots.cost(of: order.size, at: order.price))
        }
      }
    }
    sol = try lamports.value(at: price)
  }

  init(sol: USD, usdc: USD) {
    self.sol = sol
    self.usdc = usdc
  }

  var total: Int128 { Int128(sol.count) + Int128(usdc.count) }

  /// The share of USDC; zero when there is nothing.
  var usdcShare: Percent {
    guard total > 0 else { return .zero }
    return Percent(Int64(Int128(usdc.count) * Int128(Percent.whole.count) / total))
  }

  /// How many dollars of USDC there are beyond `share`; negative when there are fewer.
  func excess(over share: Percent) -> USD {
    let wanted = total * Int128(share.count) / Int128(Percent.whole.count)
    return USD(Int64(clamping: Int128(usdc.count) - wanted))
  }
}

extension Lamports {
  /// The value at `price` dollars for one SOL, rounded down.
  ///
  /// - Throws: `ArithmeticOverflow` when it does not fit.
  func value(at price: USD) throws(ArithmeticOverflow) -> USD {
    USD(try scaled(by: price.count, over: 1_000_000_000).count)
  }

  /// What `usdc` buys at `price` dollars for one SOL, rounded down.
  ///
  /// - Throws: `ArithmeticOverflow` when it does not fit.
  init(_ usdc: USD, at price: USD) throws(ArithmeticOverflow) {
    self.init(try usdc.scaled(by: 1_000_000_000, over: price.count).count)
  }
}
