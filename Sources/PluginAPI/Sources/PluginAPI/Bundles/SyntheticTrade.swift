/// A trade between two of one's own wallets in one bundle: one places an order inside the spread, the
/// other takes exactly that price, so nobody else is traded with and the price does not move.
///
/// Built-in exchange and test clusters only. On a public market such a trade tells others of a demand
/// that does not exist; the bundle service refuses it there, whatever a job asks for.
public struct SyntheticTrade: Sendable, Hashable, Codable {
  /// A wallet's part in it.
  public struct Party: Sendable, Hashable, Codable {
    /// Who trades.
    public var wallet: WalletID
    /// With which of its open-orders accounts.
    public var account: AccountID

    /// Makes a part.
    public init(wallet: WalletID, account: AccountID) {
      self.wallet = wallet
      self.account = account
    }
  }

  /// Places the order.
  public var maker: Party
  /// Takes it.
  public var taker: Party
  /// The maker's side.
  public var side: Side
  /// Between best bid and best ask.
  public var price: PriceLots
  /// The size of both orders.
  public var size: BaseLots
  /// Whether the maker's account holds no other orders, so that all in it can be cancelled.
  public var clearsMaker: Bool

  /// Makes a trade; `plan` makes one that can happen.
  public init(
    maker: Party, taker: Party, side: Side, price: PriceLots, size: BaseLots,
    clearsMaker: Bool = false
  ) {
    self.maker = maker
    self.taker = taker
    self.side = side
    self.price = price
    self.size = size
    self.clearsMaker = clearsMaker
  }

  /// Places, takes, and settles both accounts.
  ///
  /// Whoever gets in between cannot worsen the price: the taker's limit is the maker's price. The
  /// maker's order is then left over; it is cancelled where its account holds no others, and expires
  /// otherwise.
  public func bundle(_ label: String, tip: SOL, expires: Timestamp) -> Bundle {
    let order = NewOrder(side: side, price: price, size: size, expires: expires)
    let clearing: [Intent] = clearsMaker ? [.cancelAll(account: maker.account)] : []
    return Bundle(
      label, tip: tip,
      intents: [
        .place(account: maker.account, order),
        .take(account: taker.account, side: side.opposite, size: size, limit: price),
      ] + clearing + [
        .consumeEvents, .settle(account: maker.account), .settle(account: taker.account),
      ])
  }

  /// How a bundle that landed fell short; `nil` when the two traded all with each other.
  ///
  /// - Throws: `ArithmeticOverflow` when the trade's value does not fit.
  public func shortfall(_ results: [IntentResult], lots: MarketLots) throws(ArithmeticOverflow)
    -> String?
  {
    for result in results.prefix(2) {
      switch result {
      case .dropped(let why): return "an order was dropped: \(why)"
      case .filled(let filled, _) where filled < size:
        return "only \(filled) of \(size) lots were traded"
      case .filled(_, let quote) where quote != (try lots.cost(of: size, at: price)):
        return "somebody else offered a better price than \(price)"
      default: continue
      }
    }
    return nil
  }
}
