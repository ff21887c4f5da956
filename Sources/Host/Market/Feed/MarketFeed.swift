package import PluginAPI

/// Where the market's news comes from. Owned by the market, implemented by each venue.
///
/// The feed is asked, it does not push: a slow reader costs the venue a bounded ring, and a reader
/// that fell behind is told how much it missed.
package protocol MarketFeed: Sendable {
  /// All that happened since `cursor`, and the book as it stands; answers at once.
  ///
  /// - Throws: Any error when the venue cannot be read.
  func poll(after cursor: FeedCursor) async throws -> FeedBatch

  /// Returns as soon as there is something newer than `cursor`.
  ///
  /// - Throws: `CancellationError`, or any error when the venue cannot be read.
  func waitForNews(after cursor: FeedCursor) async throws
}

/// How far a reader of a feed has come.
package struct FeedCursor: Sendable, Hashable, Codable {
  /// Trades since the feed began.
  package var trades: UInt64
  /// The slot of the book that was seen.
  package var slot: UInt64

  package init(trades: UInt64, slot: UInt64) {
    self.trades = trades
    self.slot = slot
  }

  /// Before everything.
  package static let start = FeedCursor(trades: 0, slot: 0)
}

/// News of a market: the trades since a cursor, in order, and the newest book.
package struct FeedBatch: Sendable, Hashable {
  /// The cursor that was asked for.
  package var after: FeedCursor
  /// The cursor to ask with next.
  package var cursor: FeedCursor
  /// Trades that happened in between but are no longer held.
  package var missed: UInt64
  /// Where the market is traded.
  package var identity: VenueIdentity
  /// The market's units.
  package var lots: MarketLots
  /// When the book was read.
  package var time: Timestamp
  /// Bids, best first.
  package var bids: [BookLevel]
  /// Asks, best first.
  package var asks: [BookLevel]
  /// The price of SOL as the feed itself says, once it does.
  package var oracle: OraclePrice?
  /// What other sources that came with the feed say of it.
  package var oracles: [OracleQuote] = []
  /// Fills that the market has not processed yet.
  package var pendingEvents = 0
  /// The trades, oldest first.
  package var trades: [FeedTrade]

  package init(
    after: FeedCursor, cursor: FeedCursor, identity: VenueIdentity, lots: MarketLots,
    time: Timestamp
  ) {
    self.after = after
    self.cursor = cursor
    self.identity = identity
    self.lots = lots
    self.time = time
    missed = 0
    bids = []
    asks = []
    oracle = nil
    trades = []
  }

  /// The middle between best bid and best ask, rounded down; `nil` when a side is empty.
  package var mid: PriceLots? {
    guard let bid = bids.first, let ask = asks.first else { return nil }
    return PriceLots(bid.price.count + (ask.price.count - bid.price.count) / 2)
  }
}

/// The price of SOL by one of several sources.
package struct OracleQuote: Sendable, Hashable, Codable {
  /// The source's name.
  package var source: String
  package var price: OraclePrice

  package init(source: String, price: OraclePrice) {
    self.source = source
    self.price = price
  }
}

/// A trade with the parts that one's own wallets had in it.
package struct FeedTrade: Sendable, Hashable, Codable {
  package var trade: Trade
  /// None, one, or both sides.
  package var fills: [OwnFill]

  package init(trade: Trade, fills: [OwnFill] = []) {
    self.trade = trade
    self.fills = fills
  }
}

/// What a trade did to one of one's own accounts.
package struct OwnFill: Sendable, Hashable, Codable {
  package var wallet: WalletID
  package var account: AccountID
  /// The order that stood, for a maker.
  package var order: OrderID?
  /// The side of one's own order.
  package var side: Side
  /// Lamports paid on top, in either role; negative for a rebate.
  package var fee: Lamports

  package init(
    wallet: WalletID, account: AccountID, order: OrderID?, side: Side, fee: Lamports = .zero
  ) {
    self.wallet = wallet
    self.account = account
    self.order = order
    self.side = side
    self.fee = fee
  }

  /// Whether one's own order stood and was taken.
  package var isMaker: Bool { order != nil }
}
