package import PluginAPI
package import Telemetry

/// Whom the market tells what.
package struct MarketHooks: Sendable {
  /// A trade happened, of whatever kind; idle cadences count from here.
  package var onTrade: @Sendable (Timestamp) -> Void = { _ in }
  /// An event for operators, such as `ORDER_FILL`.
  package var onEvent: @Sendable (String, [String: String]) -> Void = { _, _ in }
  /// A one-minute bar is complete.
  package var onBar: @Sendable (Bar) -> Void = { _ in }
  /// A trade that was not seen before, for the store.
  package var onStored: @Sendable (Trade) -> Void = { _ in }

  package init() {}
}

/// What the market remembers over a restart.
package struct MarketMemory: Sendable, Equatable, Codable {
  package var pivot: Pivot
  package var bars: Bars

  package init(pivot: Pivot, bars: Bars = Bars()) {
    self.pivot = pivot
    self.bars = bars
  }
}

/// No book has been read yet, or the venue does not answer.
package struct MarketUnavailable: Error, Sendable, Hashable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// The market as jobs see it: follows a feed, keeps pivot, bars and recent trades.
package actor MarketService {
  private let feed: any MarketFeed
  private let hooks: MarketHooks
  private let metrics: Metrics
  private var memory: MarketMemory
  private var recent: RecentItems<Trade>
  private var newest: FeedBatch?
  private var cursor = FeedCursor.start

  /// Makes a market that goes on where `memory` stands; snapshots show `tradesKept` trades.
  package init(
    feed: any MarketFeed, memory: MarketMemory, metrics: Metrics,
    hooks: MarketHooks = MarketHooks(), tradesKept: Int = 100
  ) {
    self.feed = feed
    self.memory = memory
    self.metrics = metrics
    self.hooks = hooks
    recent = RecentItems(capacity: tradesKept)
  }

  /// Follows the feed until it is cancelled.
  ///
  /// - Throws: `CancellationError`, or the feed's error.
  package func run() async throws {
    while true {
      try await catchUp()
      try await feed.waitForNews(after: cursor)
      try Task.checkCancellation()
    }
  }

  /// The market as it stands now.
  ///
  /// - Throws: `MarketUnavailable` when the venue cannot be read.
  package func snapshot() async throws -> MarketSnapshot {
    do { try await catchUp() } catch {
      throw MarketUnavailable("the venue does not answer: \(error)")
    }
    guard let book = newest else { throw MarketUnavailable("no book has been read yet") }
    return MarketSnapshot(
      slot: book.cursor.slot, time: book.time, lots: book.lots, bids: book.bids, asks: book.asks,
      trades: recent.newestFirst(), pivot: memory.pivot.price(at: book.time), oracle: book.oracle,
      venue: book.identity)
  }

  /// The pivot at the time of the newest book; `nil` before the first book.
  package func pivot() -> PriceLots? {
    guard let time = newest?.time else { return nil }
    return memory.pivot.price(at: time)
  }

  /// Figures about the newest book and trades; `nil` before the first book.
  package func indices() -> MarketIndices? {
    newest.map { MarketIndices(bids: $0.bids, asks: $0.asks, trades: recent.newestFirst()) }
  }

  /// The newest closed one-minute bars, oldest first.
  package func bars(_ count: Int) -> [Bar] { memory.bars.newest(count) }

  /// What must be stored for a restart to go on where this market stands.
  package func remembered() -> MarketMemory { memory }

  private func catchUp() async throws {
    let batch = try await feed.poll(after: cursor)
    // Another caller may have polled from the same place meanwhile; its answer was taken over.
    guard batch.after == cursor else { return }
    apply(batch)
  }

  private func apply(_ batch: FeedBatch) {
    cursor = batch.cursor
    newest = batch
    if batch.missed > 0 { noteGap(batch.missed) }
    for item in batch.trades { apply(item) }
    publishGauges(batch)
  }

  private func apply(_ item: FeedTrade) {
    recent.add(item.trade)
    memory.pivot.add(item.trade)
    if let bar = memory.bars.add(item.trade) { hooks.onBar(bar) }
    hooks.onTrade(item.trade.time)
    hooks.onStored(item.trade)
    metrics.add(.init("trades_total", ["synthetic": "\(item.trade.isSynthetic)"]))
    for fill in item.fills { tell(fill, item.trade) }
  }

  private func tell(_ fill: OwnFill, _ trade: Trade) {
    metrics.add(.init("fills_total", ["side": fill.side.rawValue]))
    hooks.onEvent(
      "ORDER_FILL",
      [
        "trade": trade.id.description, "wallet": fill.wallet.description,
        "account": fill.account.description, "order": fill.order?.description ?? "",
        "side": fill.side.rawValue, "price": trade.price.description,
        "size": trade.size.description, "role": fill.isMaker ? "maker" : "taker",
        "fee": fill.fee.description, "synthetic": "\(trade.isSynthetic)",
      ])
  }

  private func noteGap(_ missed: UInt64) {
    metrics.add(.init("feed_trades_missed_total"), Double(missed))
    hooks.onEvent("FEED_GAP", ["missed": "\(missed)"])
  }

  private func publishGauges(_ batch: FeedBatch) {
    let indices = MarketIndices(bids: batch.bids, asks: batch.asks, trades: recent.newestFirst())
    metrics.set(.init("imbalance_index"), indices.imbalance)
    metrics.set(.init("synthetic_volume_ratio"), indices.syntheticShare)
    if let pivot = memory.pivot.price(at: batch.time) {
      metrics.set(.init("pivot_price"), batch.lots.price(pivot))
    }
    guard let bid = batch.bids.first, let ask = batch.asks.first else { return }
    let mid = (batch.lots.price(bid.price) + batch.lots.price(ask.price)) / 2
    metrics.set(.init("mid_price"), mid)
  }
}
