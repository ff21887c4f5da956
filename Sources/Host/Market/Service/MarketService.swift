package import PluginAPI
package import Telemetry

/// The market as jobs see it: follows a feed, keeps pivot, channel, bars, recent trades and the books.
package actor MarketService {
  /// Trades and bars that may wait to be stored; what comes on top is counted as dropped.
  static let waitingCapacity = 100_000
  /// A trade further ahead of the book than this is a broken clock's.
  private static let furthestAhead = Duration.seconds(86_400)
  private static let markInterval = Duration.seconds(1)

  private let feed: any MarketFeed
  let hooks: MarketHooks
  let metrics: Metrics
  private(set) var memory: MarketMemory
  var books: Books
  var reasons = OrderReasons()
  var drift = LedgerDrift()
  private(set) var oracles: OracleBoard
  private(set) var newest: FeedBatch?
  private var cursor = FeedCursor.start
  private var marked: Timestamp?
  private var shown: MarketSnapshot?
  private var shownTrades: [Trade]?
  private var waitingTrades: [Trade] = []
  private var waitingBars: [Bar] = []
  var swarm: SwarmFigures?

  /// Makes a market that goes on where `memory` and `books` stand.
  package init(
    feed: any MarketFeed, memory: MarketMemory, books: Books = Books(), metrics: Metrics,
    hooks: MarketHooks = MarketHooks(), maxOracleAge: Duration = .seconds(60)
  ) {
    self.feed = feed
    self.memory = memory
    self.books = books
    self.metrics = metrics
    self.hooks = hooks
    oracles = OracleBoard(maxAge: maxOracleAge)
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

  /// The market as it stands now. Made once for each piece of news.
  ///
  /// - Throws: `MarketUnavailable` when the venue cannot be read.
  package func snapshot() async throws -> MarketSnapshot {
    do { try await catchUp() } catch {
      throw MarketUnavailable("the venue does not answer: \(error)")
    }
    if let shown { return shown }
    guard let book = newest else { throw MarketUnavailable("no book has been read yet") }
    let snapshot = makeSnapshot(book)
    shown = snapshot
    return snapshot
  }

  /// The pivot at the time of the newest book; `nil` before the first book.
  package func pivot() -> PriceLots? { newest.flatMap { memory.pivotPrice(at: $0.time) } }

  /// What all sources say of SOL at the time of the newest book.
  package func oracle() -> OracleReading? { newest.flatMap { oracles.reading(at: $0.time) } }

  /// The price of SOL by all sources; `nil` unless there are several, which can contradict the venue.
  package func otherOracle() -> OraclePrice? {
    oracle().flatMap { $0.sources > 1 ? $0.price : nil }
  }

  /// Takes over a price of SOL from another source than the feed.
  package func note(_ price: OraclePrice, from source: String) {
    guard oracles.set(price, from: source) else { return }
    shown = nil
  }

  /// Takes over what an outside venue reports about its last 24 hours.
  package func note(outside day: Pivot.OutsideDay?) {
    memory.note(outside: day)
    shown = nil
  }

  /// Figures about the newest book and trades; `nil` before the first book.
  package func indices() -> MarketIndices? {
    newest.map {
      MarketIndices(
        bids: $0.bids, asks: $0.asks, trades: memory.recent.newestFirst(),
        haven: memory.returns.haven)
    }
  }

  /// The newest closed one-minute bars, oldest first.
  package func bars(_ count: Int) -> [Bar] { memory.bars.newest(count) }

  // MARK: Feed

  func catchUp() async throws {
    let batch = try await feed.poll(after: cursor)
    // Another caller may have polled from the same place meanwhile; its answer was taken over.
    guard batch.after == cursor, isNews(batch) else { return }
    apply(batch)
  }

  private func isNews(_ batch: FeedBatch) -> Bool {
    batch.cursor != cursor || batch.time != newest?.time || batch.missed > 0
  }

  private func apply(_ batch: FeedBatch) {
    if memory.note(batch.lots, at: batch.time, since: newest?.time) { noteUnits(batch) }
    cursor = batch.cursor
    newest = batch
    shown = nil
    for quote in batch.oracles { oracles.set(quote.price, from: quote.source) }
    if let oracle = batch.oracle { oracles.set(oracle, from: "feed") }
    if let sol = oracles.reading(at: batch.time) { memory.note(sol: sol.price.price) }
    if batch.missed > 0 { noteGap(batch.missed) }
    for item in batch.trades { apply(item, batch) }
    memory.pass(to: batch.time)
    markBooks(batch.time)
  }

  private func apply(_ item: FeedTrade, _ batch: FeedBatch) {
    guard item.trade.time - batch.time <= Self.furthestAhead else {
      return metrics.add(.init("feed_trades_refused_total"))
    }
    // Books know by themselves what they have booked; a crash may have saved one and not the other.
    book(item, batch.lots)
    guard case .new(let closed) = memory.add(item.trade) else {
      return metrics.add(.init("feed_trades_repeated_total"))
    }
    shownTrades = nil
    keep(item.trade, closed)
    hooks.onTrade(item.trade.time)
    hooks.onChange()
    metrics.add(.init("trades_total", ["synthetic": "\(item.trade.isSynthetic)"]))
  }

  private func keep(_ trade: Trade, _ closed: Bar?) {
    guard waitingTrades.count < Self.waitingCapacity else {
      return metrics.add(.init("market_records_dropped_total"))
    }
    waitingTrades.append(trade)
    if let closed { waitingBars.append(closed) }
  }

  private func noteUnits(_ batch: FeedBatch) {
    shownTrades = nil
    hooks.onEvent(
      "MARKET_UNITS",
      [
        "base_lot": batch.lots.baseLot.description, "quote_lot": batch.lots.quoteLot.description,
      ])
  }

  private func noteGap(_ missed: UInt64) {
    metrics.add(.init("feed_trades_missed_total"), Double(missed))
    hooks.onEvent("FEED_GAP", ["missed": "\(missed)"])
  }

  /// Values the books once a second of the market's time.
  private func markBooks(_ time: Timestamp) {
    if let marked, time - marked < Self.markInterval { return }
    marked = time
    if let valuation { books.mark(at: valuation, time: time) }
  }

  private func makeSnapshot(_ book: FeedBatch) -> MarketSnapshot {
    let trades = shownTrades ?? memory.recent.newestFirst()
    shownTrades = trades
    let pivot = memory.pivotPrice(at: book.time)
    var snapshot = MarketSnapshot(
      slot: book.cursor.slot, time: book.time, lots: book.lots, bids: book.bids, asks: book.asks,
      trades: trades, pivot: pivot, oracle: oracles.reading(at: book.time)?.price,
      venue: book.identity)
    snapshot.breakEven = pivot.map { books.ledger.breakEven(pivot: $0, lots: book.lots) }
    snapshot.channel = pivot.flatMap { memory.channel.zones(around: $0) }
    snapshot.volatility = memory.returns.volatility
    snapshot.pendingEvents = book.pendingEvents
    return snapshot
  }

  // MARK: Store

  /// What happened since the last call, for the store; `nil` when nothing did.
  package func takeChanges() -> MarketChanges? {
    let entries = books.takeWaiting()
    guard !waitingTrades.isEmpty || !entries.isEmpty else { return nil }
    defer { (waitingTrades, waitingBars) = ([], []) }
    return MarketChanges(
      trades: waitingTrades, bars: waitingBars, entries: entries,
      state: memory.state(peak: books.peak), ledger: entries.isEmpty ? nil : books.ledger)
  }

  /// The state alone, for a store that is quiet.
  package func state() -> MarketState { memory.state(peak: books.peak) }

  /// Forgets the snapshot after a change of the books.
  func showAnew() { shown = nil }
}
