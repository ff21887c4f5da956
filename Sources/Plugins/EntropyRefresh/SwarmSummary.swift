import PluginAPI

/// What the swarm owns, added up.
struct SwarmSummary: Sendable, Hashable {
  var wallets = 0
  var orders = 0
  /// Free SOL, unsettled proceeds and what standing BUY orders hold.
  var sol = Lamports.zero
  /// Free tokens, unsettled proceeds and what standing SELL orders hold.
  var token = TokenAmount.zero
  var usdc = USD.zero
  /// Orders that never expire.
  var endless = 0
  /// When the first order expires.
  var firstExpiry: Timestamp?
  /// Fills that the market has not processed yet.
  var pendingFills = 0

  /// Adds up `swarm`.
  ///
  /// - Throws: `ArithmeticOverflow` when a sum does not fit.
  init(_ swarm: Swarm, lots: MarketLots) throws(ArithmeticOverflow) {
    wallets = swarm.wallets.count
    for wallet in swarm.wallets {
      sol = try sol.adding(wallet.sol)
      token = try token.adding(wallet.token)
      usdc = try usdc.adding(wallet.usdc)
      for account in wallet.accounts { try add(account, lots) }
    }
  }

  private mutating func add(_ account: OpenOrdersAccount, _ lots: MarketLots)
    throws(ArithmeticOverflow)
  {
    sol = try sol.adding(account.freeSOL)
    token = try token.adding(account.freeToken)
    orders += account.orders.count
    pendingFills += account.pendingSlots
    for order in account.orders {
      if let expires = order.expires {
        firstExpiry = min(firstExpiry ?? expires, expires)
      } else {
        endless += 1
      }
      switch order.side {
      case .bid: sol = try sol.adding(lots.cost(of: order.size, at: order.price))
      case .ask: token = try token.adding(lots.amount(of: order.size))
      }
    }
  }

  /// The sums as fields of a log line written at `now`.
  func fields(at now: Timestamp) -> [String: String] {
    [
      "wallets": "\(wallets)", "orders": "\(orders)", "sol": "\(SOL(sol))",
      "token_atoms": "\(token)", "usdc": "\(usdc)", "pending_fills": "\(pendingFills)",
      "first_expiry_s": firstExpiry.map { "\(($0 - now).components.seconds)" } ?? "",
    ]
  }
}
