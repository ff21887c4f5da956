/// One thing that a job wants to happen on chain. The venue turns it into instructions.
public enum Intent: Sendable, Hashable, Codable {
  /// Cancels one order. An order that no longer stands is no error.
  case cancel(account: AccountID, order: OrderID)
  /// Cancels every order of an account.
  case cancelAll(account: AccountID)
  /// Places a post-only order: one that would trade at once is dropped silently.
  case place(account: AccountID, NewOrder)
  /// Trades at once against standing orders, up to a limit price; the rest is dropped.
  case take(account: AccountID, side: Side, size: BaseLots, limit: PriceLots)
  /// Lets the market process pending fills.
  case consumeEvents
  /// Moves an account's proceeds to its wallet.
  case settle(account: AccountID)
  /// Moves SOL between two of one's own wallets.
  case transfer(from: WalletID, to: WalletID, amount: Lamports)
  /// Creates an open-orders account for a wallet, which locks rent.
  case createOpenOrders(wallet: WalletID)
  /// Closes an empty account; its rent goes back to the wallet.
  case closeAccount(account: AccountID)
  /// Buys SOL for USDC, or the reverse.
  case swap(wallet: WalletID, SwapRequest)
  /// Creates a new market that takes the place of the present one. The wallet pays for its accounts.
  case createMarket(wallet: WalletID, NewMarket)
}

/// A market to be created: its units and fees.
public struct NewMarket: Sendable, Hashable, Codable {
  /// The longest name, in bytes (OpenBook V2 program).
  public static let longestName = 16

  /// The market's name.
  public var name: String
  /// Its units.
  public var lots: MarketLots
  /// What a maker pays, in millionths of the quote amount; negative for a rebate, which the taker's
  /// fee must cover.
  public var makerFee: Int64
  /// What a taker pays, in millionths of the quote amount.
  public var takerFee: Int64

  /// Makes a market's description.
  public init(name: String, lots: MarketLots, makerFee: Int64, takerFee: Int64) {
    self.name = name
    self.lots = lots
    self.makerFee = makerFee
    self.takerFee = takerFee
  }
}

/// A post-only order to be placed.
public struct NewOrder: Sendable, Hashable, Codable {
  /// The side.
  public var side: Side
  /// The price.
  public var price: PriceLots
  /// The size.
  public var size: BaseLots
  /// When the book drops it by itself. An order without an expiry outlives a dead host.
  public var expires: Timestamp?

  /// Makes an order.
  public init(side: Side, price: PriceLots, size: BaseLots, expires: Timestamp? = nil) {
    self.side = side
    self.price = price
    self.size = size
    self.expires = expires
  }
}

/// A swap between SOL and USDC: what goes in and the least that must come out.
public enum SwapRequest: Sendable, Hashable, Codable {
  /// Spends exactly `usdc` and receives at least `minimum`.
  case buySOL(usdc: USD, minimum: Lamports)
  /// Spends exactly `sol` and receives at least `minimum`.
  case sellSOL(sol: Lamports, minimum: USD)
}

/// What a swap would give now.
public struct SwapQuote: Sendable, Hashable, Codable {
  /// SOL that goes in or comes out.
  public var sol: Lamports
  /// USDC that comes out or goes in.
  public var usdc: USD
  /// When the quote was made.
  public var time: Timestamp

  /// Makes a quote.
  public init(sol: Lamports, usdc: USD, time: Timestamp) {
    self.sol = sol
    self.usdc = usdc
    self.time = time
  }
}
