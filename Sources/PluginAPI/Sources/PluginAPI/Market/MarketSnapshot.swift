/// The side of an order or a trade.
@frozen public enum Side: String, Sendable, Hashable, Codable, CaseIterable {
  /// Buys the token for SOL.
  case bid
  /// Sells the token for SOL.
  case ask

  /// The other side.
  public var opposite: Side { self == .bid ? .ask : .bid }
}

/// All that a job sees of the market, read at one moment.
public struct MarketSnapshot: Sendable, Hashable, Codable {
  /// The slot at which the snapshot was taken.
  public var slot: UInt64
  /// When the snapshot was taken.
  public var time: Timestamp
  /// The market's units.
  public var lots: MarketLots
  /// Bids, best (highest) first.
  public var bids: [BookLevel]
  /// Asks, best (lowest) first.
  public var asks: [BookLevel]
  /// The newest trades, newest first, synthetic ones included and marked.
  public var trades: [Trade]
  /// The volume-weighted average price, once there is one.
  public var pivot: PriceLots?
  /// The price of SOL in dollars, once there is one.
  public var oracle: OraclePrice?
  /// Where the market is traded.
  public var venue: VenueIdentity
  /// The pivot with all costs added: below it one's own trades have lost money so far. `nil`
  /// before there is a pivot.
  public var breakEven: PriceLots?
  /// The zones around the pivot, once there is one.
  public var channel: PriceChannel?
  /// The standard deviation of one day's return, from one-minute bars, as a fraction; `nil` with
  /// too few bars.
  public var volatility: Double?
  /// Fills that the market has not processed yet; their makers' order slots stay taken.
  public var pendingEvents = 0

  /// Makes a snapshot.
  public init(
    slot: UInt64, time: Timestamp, lots: MarketLots, bids: [BookLevel], asks: [BookLevel],
    trades: [Trade], pivot: PriceLots?, oracle: OraclePrice?, venue: VenueIdentity
  ) {
    self.slot = slot
    self.time = time
    self.lots = lots
    self.bids = bids
    self.asks = asks
    self.trades = trades
    self.pivot = pivot
    self.oracle = oracle
    self.venue = venue
  }

  /// The middle between best bid and best ask, rounded down; `nil` when a side is empty.
  public var mid: PriceLots? {
    guard let bid = bids.first, let ask = asks.first else { return nil }
    return PriceLots(bid.price.count + (ask.price.count - bid.price.count) / 2)
  }
}

/// The zones around the pivot. Their edges follow the market with inertia.
@frozen public struct PriceChannel: Sendable, Hashable, Codable {
  /// The lowest price of the BUY zone.
  public var lower: PriceLots
  /// The pivot that the zones meet at.
  public var center: PriceLots
  /// The highest price of the SELL zone.
  public var upper: PriceLots

  /// Makes a channel; `lower <= center <= upper`.
  public init(lower: PriceLots, center: PriceLots, upper: PriceLots) {
    self.lower = lower
    self.center = center
    self.upper = upper
  }
}

/// All orders that stand at one price.
public struct BookLevel: Sendable, Hashable, Codable {
  /// The price.
  public var price: PriceLots
  /// The size of all orders.
  public var size: BaseLots
  /// The part of the size that belongs to one's own wallets.
  public var own: BaseLots

  /// Makes a level.
  public init(price: PriceLots, size: BaseLots, own: BaseLots = .zero) {
    self.price = price
    self.size = size
    self.own = own
  }
}

/// One fill.
public struct Trade: Sendable, Hashable, Codable {
  /// Names the fill for ever.
  public var id: TradeID
  /// When it happened.
  public var time: Timestamp
  /// The price.
  public var price: PriceLots
  /// The size.
  public var size: BaseLots
  /// The side of the order that took.
  public var takerSide: Side
  /// One's own wallet that made or took, if any.
  public var wallet: WalletID?
  /// Whether one's own wallets stood on both sides.
  public var isSynthetic: Bool

  /// Makes a trade.
  public init(
    id: TradeID, time: Timestamp, price: PriceLots, size: BaseLots, takerSide: Side,
    wallet: WalletID? = nil, isSynthetic: Bool = false
  ) {
    self.id = id
    self.time = time
    self.price = price
    self.size = size
    self.takerSide = takerSide
    self.wallet = wallet
    self.isSynthetic = isSynthetic
  }
}

/// The price of one SOL in dollars.
public struct OraclePrice: Sendable, Hashable, Codable {
  /// The price.
  public var price: USD
  /// When the source published it.
  public var time: Timestamp
  /// How far off the source itself says that it may be.
  public var confidence: USD

  /// Makes a price.
  public init(price: USD, time: Timestamp, confidence: USD = 0) {
    self.price = price
    self.time = time
    self.confidence = confidence
  }
}

/// Which venue and which cluster the market is on.
public struct VenueIdentity: Sendable, Hashable, Codable {
  /// The kind, such as `simulator`.
  public var kind: String
  /// The cluster as its genesis hash, or the exchange's own name.
  public var cluster: String
  /// Whether trading between one's own wallets is allowed there.
  public var allowsSyntheticVolume: Bool

  /// Makes an identity.
  public init(kind: String, cluster: String, allowsSyntheticVolume: Bool) {
    self.kind = kind
    self.cluster = cluster
    self.allowsSyntheticVolume = allowsSyntheticVolume
  }
}
