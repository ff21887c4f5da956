import PluginAPI

/// What the two sides of a trade must have.
struct TradeNeed: Sendable, Hashable {
  /// The buyer's SOL, with a hundredth for fees.
  var sol: Lamports
  /// The seller's tokens.
  var token: TokenAmount
  /// What either needs beyond that: tip and network fees.
  var extra: Lamports

  /// Works out the needs of a trade.
  ///
  /// - Throws: `ArithmeticOverflow` when an amount does not fit.
  init(_ size: BaseLots, at price: PriceLots, lots: MarketLots, tip: SOL)
    throws(ArithmeticOverflow)
  {
    let cost = try lots.cost(of: size, at: price)
    sol = try cost.adding(Lamports(cost.count / 100))
    token = try lots.amount(of: size)
    extra = try tip.lamports.adding(Lamports(10_000_000))
  }

  func isMet(by wallet: Wallet, on side: Side) -> Bool {
    let free = wallet.sol.count
    switch side {
    case .bid: return free >= sol.count && free - sol.count >= extra.count
    case .ask: return wallet.token >= token && wallet.sol >= extra
    }
  }
}

/// A wallet's part in a trade.
struct Party: Sendable, Hashable {
  var wallet: WalletID
  var account: AccountID
}

/// Two different wallets: one that places an order and one that takes it.
struct Pair: Sendable, Hashable {
  var maker: Party
  var taker: Party
  /// The maker's side.
  var side: Side

  /// The first pair, from the one whose turn it is, that has what the trade needs.
  ///
  /// Roles move on by one wallet each round, and sides change with each full circle, so that nobody
  /// ends up with all tokens.
  init?(_ swarm: Swarm, round: Int, need: TradeNeed) {
    let wallets = swarm.wallets
    guard wallets.count >= 2 else { return nil }
    for turn in round..<(round + 2 * wallets.count) {
      let maker = wallets[turn % wallets.count]
      let taker = wallets[(turn + 1) % wallets.count]
      let side: Side = (turn / wallets.count).isMultiple(of: 2) ? .bid : .ask
      guard need.isMet(by: maker, on: side), need.isMet(by: taker, on: side.opposite),
        let place = maker.accounts.first(where: { $0.orders.count < OpenOrdersAccount.capacity }),
        let take = taker.accounts.first
      else { continue }
      self.maker = Party(wallet: maker.id, account: place.id)
      self.taker = Party(wallet: taker.id, account: take.id)
      self.side = side
      return
    }
    return nil
  }
}

/// One trade between two own wallets.
struct SyntheticTrade: Sendable, Hashable {
  var pair: Pair
  var price: PriceLots
  var size: BaseLots

  /// Places by the maker, takes by the taker at no other price, and settles both.
  func bundle(tip: SOL, expires: Timestamp) -> Bundle {
    let order = NewOrder(side: pair.side, price: price, size: size, expires: expires)
    return Bundle(
      "flash volume", tip: tip,
      intents: [
        .place(account: pair.maker.account, order),
        .take(
          account: pair.taker.account, side: pair.side.opposite, size: size, limit: price),
        .consumeEvents,
        .settle(account: pair.maker.account),
        .settle(account: pair.taker.account),
      ])
  }

  /// What went wrong although the bundle landed.
  func fault(_ results: [IntentResult]) -> String? {
    for result in results.prefix(2) {
      if case .dropped(let why) = result { return "an order was dropped: \(why)" }
      if case .filled(let filled, _) = result, filled < size {
        return "only \(filled) of \(size) lots were traded"
      }
    }
    return nil
  }
}
