/// One's own wallets, read at one moment.
public struct Swarm: Sendable, Hashable, Codable {
  /// The wallets, in the order of the job table.
  public var wallets: [Wallet]
  /// Tokens that exist in all.
  public var emission: TokenAmount
  /// Tokens that nobody can move.
  public var locked: TokenAmount
  /// The market that is traded; open-orders accounts of another one can only be emptied and closed.
  /// Empty when the venue does not tell.
  public var market = ""
  /// The rent that the accounts of a new market would lock; `nil` when the venue does not tell.
  public var newMarketRent: Lamports?

  /// Makes a swarm.
  public init(
    wallets: [Wallet], emission: TokenAmount = .zero, locked: TokenAmount = .zero
  ) {
    self.wallets = wallets
    self.emission = emission
    self.locked = locked
  }
}

/// One wallet with all that it owns.
public struct Wallet: Sendable, Hashable, Codable {
  /// Names the wallet.
  public var id: WalletID
  /// The public key, in base 58 on a chain.
  public var publicKey: String
  /// Free SOL, rent and open orders not included.
  public var sol: Lamports
  /// Free tokens, open orders not included.
  public var token: TokenAmount
  /// USDC.
  public var usdc: USD
  /// The wallet's open-orders accounts, in the order of their numbers.
  public var accounts: [OpenOrdersAccount]
  /// The wallet's other accounts that hold rent: token accounts, and the list of its open-orders
  /// accounts.
  public var others: [RentAccount] = []

  /// Makes a wallet.
  public init(
    id: WalletID, publicKey: String, sol: Lamports, token: TokenAmount, usdc: USD,
    accounts: [OpenOrdersAccount] = []
  ) {
    self.id = id
    self.publicKey = publicKey
    self.sol = sol
    self.token = token
    self.usdc = usdc
    self.accounts = accounts
  }
}

/// An account of a wallet that holds rent and no orders.
public struct RentAccount: Sendable, Hashable, Codable {
  /// What an account without orders is for.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// Holds tokens.
    case token
    /// Lists the wallet's open-orders accounts.
    case indexer
  }

  /// Names the account.
  public var id: AccountID
  /// What it is for.
  public var kind: Kind
  /// The token that it holds, empty for an indexer; on a chain the mint's address.
  public var mint: String
  /// Tokens in it, or open-orders accounts on the list; it can be closed at zero.
  public var content: Int64
  /// The rent that closing gives back.
  public var rent: Lamports

  /// Makes an account.
  public init(id: AccountID, kind: Kind, mint: String, content: Int64, rent: Lamports) {
    self.id = id
    self.kind = kind
    self.mint = mint
    self.content = content
    self.rent = rent
  }
}

/// An account that holds a wallet's orders on the market.
public struct OpenOrdersAccount: Sendable, Hashable, Codable {
  /// How many orders one account holds at most (OpenBook V2 program).
  public static let capacity = 24

  /// Names the account.
  public var id: AccountID
  /// The orders that stand.
  public var orders: [OpenOrder]
  /// Proceeds that wait to be settled: tokens.
  public var freeToken: TokenAmount
  /// Proceeds that wait to be settled: lamports.
  public var freeSOL: Lamports
  /// The rent that closing gives back.
  public var rent: Lamports
  /// When an order was last placed, filled or cancelled.
  public var lastUsed: Timestamp
  /// The account's number among those of its wallet: 1, 2, 3, … and never used again.
  public var number = 1
  /// Order slots held by fills that the market has not processed yet.
  public var pendingSlots = 0
  /// The market that the account belongs to; accounts of a market that was replaced can only be
  /// emptied and closed.
  public var market = ""

  /// How many more orders it takes.
  public var room: Int { max(0, Self.capacity - orders.count - pendingSlots) }

  /// Makes an account.
  public init(
    id: AccountID, orders: [OpenOrder] = [], freeToken: TokenAmount = .zero,
    freeSOL: Lamports = .zero, rent: Lamports, lastUsed: Timestamp
  ) {
    self.id = id
    self.orders = orders
    self.freeToken = freeToken
    self.freeSOL = freeSOL
    self.rent = rent
    self.lastUsed = lastUsed
  }
}

/// One's own order that stands on the book.
public struct OpenOrder: Sendable, Hashable, Codable {
  /// Names the order.
  public var id: OrderID
  /// The side.
  public var side: Side
  /// The price.
  public var price: PriceLots
  /// What is left of the size.
  public var size: BaseLots
  /// When it was placed.
  public var placed: Timestamp
  /// When the book drops it by itself, if ever.
  public var expires: Timestamp?

  /// Makes an order.
  public init(
    id: OrderID, side: Side, price: PriceLots, size: BaseLots, placed: Timestamp,
    expires: Timestamp?
  ) {
    self.id = id
    self.side = side
    self.price = price
    self.size = size
    self.placed = placed
    self.expires = expires
  }
}

/// An account that holds rent and nothing else of use.
public struct ReclaimableAccount: Sendable, Hashable, Codable {
  /// Names the account.
  public var id: AccountID
  /// The wallet that owns it.
  public var wallet: WalletID
  /// The rent that closing gives back.
  public var rent: Lamports
  /// When it was last used.
  public var lastUsed: Timestamp
  /// Whether proceeds must be settled before it can be closed.
  public var needsSettling: Bool
  /// Whether the market must process fills before it can be closed.
  public var needsConsuming = false

  /// Makes an account.
  public init(
    id: AccountID, wallet: WalletID, rent: Lamports, lastUsed: Timestamp, needsSettling: Bool
  ) {
    self.id = id
    self.wallet = wallet
    self.rent = rent
    self.lastUsed = lastUsed
    self.needsSettling = needsSettling
  }
}
