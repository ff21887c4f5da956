import PluginAPI

/// Why no order can be made.
struct NoOrder: Error, Hashable, CustomStringConvertible {
  let description: String
}

/// Who trades.
struct Party: Sendable, Hashable {
  var wallet: WalletID
  var account: AccountID
}

/// An order that trades at once, within a hundredth of the best price.
struct MarketOrder: Sendable, Hashable {
  var side: Side
  var size: BaseLots
  var limit: PriceLots

  /// An order worth `notional` at the oracle's price of SOL and the best price of the book.
  static func sized(_ notional: USD, side: Side, market: MarketSnapshot)
    -> Result<MarketOrder, NoOrder>
  {
    guard let oracle = market.oracle?.price, oracle > .zero else {
      return .failure(NoOrder(description: "no price of SOL in dollars"))
    }
    guard let best = (side == .bid ? market.asks : market.bids).first?.price else {
      return .failure(NoOrder(description: "nothing to trade against: a side of the book is empty"))
    }
    let lamports = Int128(notional.count) * 1_000_000_000 / Int128(oracle.count)
    let size = market.lots.size(for: Lamports(Int64(clamping: lamports)), at: best)
    guard size > .zero, size >= market.lots.minimumSize else {
      return .failure(NoOrder(description: "\(notional) is less than the market's smallest order"))
    }
    let slip = best.count / 100
    let limit = side == .bid ? best.count + slip : best.count - slip
    return .success(MarketOrder(side: side, size: size, limit: PriceLots(limit)))
  }

  /// The first wallet, from the one whose turn it is, that can pay, with an account of its own that
  /// has no order the trade could meet.
  ///
  /// - Throws: `ArithmeticOverflow` when an amount does not fit.
  func party(_ swarm: Swarm, turn: Int, lots: MarketLots, tip: SOL) throws(ArithmeticOverflow)
    -> Party?
  {
    let cost = try lots.cost(of: size, at: limit)
    let extra = try tip.lamports.adding(Lamports(10_000_000 + cost.count / 100))
    let token = try lots.amount(of: size)
    let count = swarm.wallets.count
    for step in 0..<count {
      let wallet = swarm.wallets[(turn / 2 + step) % count]
      let pays =
        side == .bid
        ? wallet.sol >= (try cost.adding(extra)) : wallet.token >= token && wallet.sol >= extra
      let account = wallet.accounts.first { $0.orders.allSatisfy { $0.side == side } }
      if pays, let account { return Party(wallet: wallet.id, account: account.id) }
    }
    return nil
  }

  /// Takes and settles.
  func bundle(_ party: Party, tip: SOL) -> Bundle {
    Bundle(
      "market noise", tip: tip,
      intents: [
        .take(account: party.account, side: side, size: size, limit: limit),
        .settle(account: party.account),
      ])
  }
}
